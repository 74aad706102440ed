/*
 * J05 Searches the data folder, while the platform runs, for keys and what could be reckoned back to one
 * wall: keys
 * ends: held
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const folder = scene.platform.cordon.dataFolder;
	const keys = [scene.attacker.key, scene.victim.key];
	const forms = keys.flatMap((key) => [
		Buffer.from(key),
		Buffer.from(Buffer.from(key).toString("base64")),
		Buffer.from(Buffer.from(key).toString("hex")),
		...["md5", "sha1"].flatMap((weak) => [createHash(weak).update(key).digest(), Buffer.from(createHash(weak).update(key).digest("hex"))]),
	]);
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	if (!files.some((file) => file.includes("sqlite"))) throw new Error("The data folder: found no database, wanted one to search");
	for (const file of files) {
		// Files of a running database come and go.
		const bytes = await readFile(file).catch(() => Buffer.alloc(0));
		if (forms.some((form) => bytes.includes(form)))
			throw new Error("The data folder: found a key, or a fast digest of one, wanted neither");
	}
};
