import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "./repository-root.ts";
import { isDraft, writeAtOnce } from "./write-at-once.ts";

const FOLDER = join(repositoryRoot, ".build", "built");

/**
 * A text that is built of files, kept under `.build` beside a digest of what it was built of: it is built again when one of those has changed, and a start
 * does without. Several processes may ask at once; each builds for itself then, and the texts are the same.
 * @param name of the text, a file's name @param of files and folders that decide it, from the root, lock file of the packages included
 */
export const builtOnce = async (name: string, of: readonly string[], build: () => Promise<string>): Promise<string> => {
	const kept = `${name}.${await digestOf(of)}`;
	const found = await readFile(join(FOLDER, kept), "utf8").catch(() => null);
	if (found !== null) return found;
	const text = await build();
	await mkdir(FOLDER, { recursive: true });
	await writeAtOnce(FOLDER, kept, text);
	const older = (await readdir(FOLDER)).filter((each) => each.startsWith(`${name}.`) && each !== kept);
	await Promise.all(older.map((each) => rm(join(FOLDER, each), { force: true })));
	return text;
};

const digestOf = async (of: readonly string[]): Promise<string> => {
	const hash = createHash("sha256");
	for (const path of (await Promise.all(of.map(filesOf))).flat().sort()) {
		// At once: a promise for each of hundreds of small files costs several times the reading.
		const bytes = readFileSync(join(repositoryRoot, path));
		hash.update(`${path}\n${bytes.length}\n`).update(bytes);
	}
	return hash.digest("hex").slice(0, 32);
};

/** The files of a folder and all below it, from the root, but for what others are just writing; of a file itself. */
const filesOf = async (path: string): Promise<string[]> => {
	const entries = await readdir(join(repositoryRoot, path), { withFileTypes: true, recursive: true }).catch(() => null);
	if (entries === null) return [path];
	return entries
		.filter((entry) => entry.isFile() && !isDraft(entry.name))
		.map((entry) => join(entry.parentPath, entry.name).slice(repositoryRoot.length + 1));
};
