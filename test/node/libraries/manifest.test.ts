import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LIBRARY_NAMES } from "../../../contract/libraries.ts";
import { bundleLibrary, checkLibraries, LIBRARIES_FOLDER, MANIFEST_PATH } from "../../../supervisor/build-libraries.ts";
import { LibraryManifest } from "../../../worker/libraries/catalogue.ts";

const manifest = LibraryManifest.parse(JSON.parse(await readFile(MANIFEST_PATH, "utf8")));
const built = await Promise.all(LIBRARY_NAMES.map(bundleLibrary));

describe("the manifest", () => {
	test("names every library once, and what the packages that are installed give, byte for byte", () => {
		expect(manifest).toEqual(built.map(({ entry }) => entry));
		expect(() => checkLibraries(built, manifest)).not.toThrow();
	});

	test("is of the bundles that were built for the Worker", async () => {
		for (const { name, sha256 } of manifest) {
			const bytes = await readFile(join(LIBRARIES_FOLDER, `${name}.js`));
			expect(createHash("sha256").update(bytes).digest("hex"), name).toBe(sha256);
		}
	});

	test("stops the build when a bundle is another, a version is another, or an entry is missing", () => {
		const [first] = built;
		if (first === undefined) throw new Error("wanted a library");
		const changed = (change: Partial<typeof first.entry>) => () =>
			checkLibraries([{ ...first, entry: { ...first.entry, ...change } }], manifest);
		expect(changed({ sha256: "0".repeat(64) })).toThrow(/Building the library date-fns: found version .* with sha256 0000.*--update/);
		expect(changed({ version: "0.0.1" })).toThrow(/found version 0\.0\.1/);
		expect(() => checkLibraries(built, manifest.slice(1))).toThrow(/wanted none/);
	});

	test("has exact versions that package.json pins", async () => {
		const pinned: unknown = JSON.parse(await readFile(join(MANIFEST_PATH, "../../../package.json"), "utf8"));
		for (const entry of manifest) expect(pinned).toMatchObject({ dependencies: { [entry.package]: entry.version } });
	});
});

test("a bundle asks for nothing outside itself and makes no code from strings at its start", () => {
	for (const { entry, text } of built) {
		expect(text.match(/(?:from|import)\s*["'](?!\.)[^"']+["'];/g) ?? [], entry.name).toEqual([]);
		expect(text, entry.name).not.toContain('"node:zlib"');
	}
});
