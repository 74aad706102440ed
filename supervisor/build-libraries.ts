import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { z } from "zod";
import { LIBRARY_NAMES, type LibraryName } from "../contract/libraries.ts";
import { LibraryManifest } from "../worker/libraries/catalogue.ts";
import { LIBRARY_SOURCES } from "./library-sources.ts";
import { repositoryRoot } from "./repository-root.ts";
import { writeAtOnce } from "./write-at-once.ts";

/** A bundle and what is said of it in the manifest. */
export interface BuiltLibrary {
	readonly entry: z.infer<typeof LibraryManifest>[number];
	readonly text: string;
}

export const LIBRARIES_FOLDER = join(repositoryRoot, ".build/libraries");
export const MANIFEST_PATH = join(repositoryRoot, "worker/libraries/manifest.json");

/** What a stamp says was built: files that decide the bundles' texts, and the bundles. Another stamp means building again. */
const STAMP = "stamp";
const DECIDING = ["package-lock.json", "supervisor/build-libraries.ts", "supervisor/library-sources.ts"];

/** There is no Node in an isolate. The only built-in module that a library asks for is zlib, and only when it is used. */
const NO_NODE: Plugin = {
	name: "no Node",
	setup(plugin) {
		plugin.onResolve({ filter: /^node:/ }, ({ path }) =>
			path === "node:zlib"
				? { path: join(repositoryRoot, "worker/libraries/just-bash/no-zlib.ts") }
				: { errors: [{ text: `${path} does not exist in an isolate` }] },
		);
	},
};

/** zod hands on its messages in some fifty languages, more than half of its text: English alone goes in, since each run that imports zod parses all of it. */
const ENGLISH_ZOD: Plugin = {
	name: "English zod",
	setup(plugin) {
		plugin.onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
			contents: 'export { default as en } from "./en.js";',
		}));
	},
};

/** Bundles one library as one ES module without Node. The same packages give the same text, wherever and whenever. */
export const bundleLibrary = async (name: LibraryName): Promise<BuiltLibrary> => {
	const source = LIBRARY_SOURCES[name];
	const result = await build({
		stdin: { contents: source.entry, resolveDir: repositoryRoot, sourcefile: `${name}.js`, loader: "js" },
		absWorkingDir: repositoryRoot,
		bundle: true,
		write: false,
		format: "esm",
		target: "es2024",
		platform: "browser",
		conditions: ["browser", "worker", "import"],
		// Packages are not to find a configuration of ours, nor a mode of development.
		tsconfigRaw: {},
		define: { "process.env.NODE_ENV": '"production"' },
		minify: true,
		legalComments: "eof",
		logLevel: "silent",
		plugins: [NO_NODE, ENGLISH_ZOD],
	});
	const text = result.outputFiles[0]?.text;
	if (text === undefined) throw new Error(`Bundling the library ${name}: esbuild gave no file, wanted one.`);
	const bytes = Buffer.from(text);
	const sha256 = createHash("sha256").update(bytes).digest("hex");
	return { text, entry: { name, package: source.package, version: await versionOf(source.package), sha256, bytes: bytes.length } };
};

/**
 * Compares bundles with the manifest that is committed: a package that changed without anybody saying so does not get in.
 * @throws Error that names the library, what was found and what was wanted
 */
export const checkLibraries = (built: readonly BuiltLibrary[], manifest: z.infer<typeof LibraryManifest>): void => {
	for (const { entry } of built) {
		const wanted = manifest.find(({ name }) => name === entry.name);
		if (wanted?.sha256 === entry.sha256 && wanted.version === entry.version) continue;
		throw new Error(
			`Building the library ${entry.name}: found version ${entry.version} with sha256 ${entry.sha256}, wanted ${wanted?.version ?? "none"} with ${wanted?.sha256 ?? "none"}. ` +
				"When the change is meant: node supervisor/build-libraries.ts --update, and commit the manifest.",
		);
	}
};

/** Makes `.build/libraries/NAME.js` of every library, each with the digest in the manifest; nothing is done when they are there. @throws Error */
export const buildLibraries = async (): Promise<void> => {
	const stamp = await stampOf(await bundlesThere());
	if (stamp === (await textAt(join(LIBRARIES_FOLDER, STAMP)))) return;
	const built = await Promise.all(LIBRARY_NAMES.map(bundleLibrary));
	checkLibraries(built, await readManifest());
	await mkdir(LIBRARIES_FOLDER, { recursive: true });
	for (const { entry, text } of built) await writeAtOnce(LIBRARIES_FOLDER, `${entry.name}.js`, text);
	await writeAtOnce(LIBRARIES_FOLDER, STAMP, await stampOf(built.map(({ text }) => text)));
};

/** The text of a bundle that buildLibraries made. @throws Error when it is not what the manifest says */
export const readLibrary = async (name: LibraryName): Promise<string> => {
	const text = await readFile(join(LIBRARIES_FOLDER, `${name}.js`), "utf8");
	const sha256 = createHash("sha256").update(text).digest("hex");
	const wanted = (await readManifest()).find((entry) => entry.name === name)?.sha256;
	if (sha256 !== wanted)
		throw new Error(`Reading the library ${name}: found sha256 ${sha256}, wanted ${wanted ?? "an entry in the manifest"}.`);
	return text;
};

/** Writes the manifest anew, after the version of a package has changed. */
export const updateManifest = async (): Promise<void> => {
	const built = await Promise.all(LIBRARY_NAMES.map(bundleLibrary));
	await writeFile(
		MANIFEST_PATH,
		`${JSON.stringify(
			built.map(({ entry }) => entry),
			null,
			"\t",
		)}\n`,
	);
};

const readManifest = async (): Promise<z.infer<typeof LibraryManifest>> =>
	LibraryManifest.parse(JSON.parse(await readFile(MANIFEST_PATH, "utf8")));

const bundlesThere = (): Promise<string[]> => Promise.all(LIBRARY_NAMES.map((name) => textAt(join(LIBRARIES_FOLDER, `${name}.js`))));

const stampOf = async (bundles: readonly string[]): Promise<string> => {
	const hash = createHash("sha256");
	const ours = [MANIFEST_PATH, ...[...DECIDING, ...SHELL_FILES].map((path) => join(repositoryRoot, path))];
	for (const text of [...(await Promise.all(ours.map(textAt))), ...bundles]) hash.update(createHash("sha256").update(text).digest());
	return hash.digest("hex");
};

/** What of ours goes into a bundle. */
const SHELL_FILES = ["create-shell.ts", "logged-bash.ts", "workspace-fs.ts", "no-zlib.ts"].map(
	(file) => `worker/libraries/just-bash/${file}`,
);

const textAt = async (path: string): Promise<string> => {
	try {
		return await readFile(path, "utf8");
	} catch {
		return "";
	}
};

const versionOf = async (name: string): Promise<string> => {
	const text = await readFile(join(repositoryRoot, "node_modules", name, "package.json"), "utf8");
	return z.looseObject({ version: z.string() }).parse(JSON.parse(text)).version;
};

if (import.meta.main) await (process.argv.includes("--update") ? updateManifest() : buildLibraries());
