import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { builtOnce } from "./built-once.ts";
import { repositoryRoot } from "./repository-root.ts";

/** Texts of the engine isolate's modules and its Wasm: worker/executor/engine-isolate-code takes them. */
export interface BuiltEngine {
	readonly js: string;
	readonly xlsx: string;
	readonly wasm: Uint8Array<ArrayBuffer>;
}

/** Everything of ours that may be in it; of packages it is the lock file that says what they are. */
const OF = ["worker/engine", "contract", "supervisor/build-engine.ts", "package-lock.json"];
const SQLITE = "@journeyapps/wa-sqlite/dist/wa-sqlite.wasm";

/**
 * Bundles the SQL engine. SQLite's Wasm and the reader of workbooks stay modules of their own: Wasm cannot be made from bytes in an isolate, and a
 * workbook is rare.
 */
export const buildEngine = async (): Promise<BuiltEngine> => {
	const [js, xlsx, wasm] = await Promise.all([
		builtOnce("engine.js", OF, () => bundle("worker/engine/engine-entrypoint.ts")),
		builtOnce("workbooks.js", OF, () => bundle("worker/engine/read-workbook.ts")),
		readFile(createRequire(import.meta.url).resolve(SQLITE)),
	]);
	return { js, xlsx, wasm: new Uint8Array(wasm) };
};

/** Names stay as they are: the engine finds the function that grows memory by its name. */
const bundle = async (entry: string): Promise<string> => {
	const result = await build({
		entryPoints: [join(repositoryRoot, entry)],
		bundle: true,
		write: false,
		format: "esm",
		target: "esnext",
		platform: "neutral",
		mainFields: ["module", "main"],
		minifySyntax: true,
		minifyWhitespace: true,
		external: ["cloudflare:*", "sqlite.wasm", "xlsx.js", "stream"],
		logLevel: "silent",
	});
	const [output] = result.outputFiles;
	if (output === undefined) throw new Error(`Bundling ${entry}: esbuild gave no file, wanted one.`);
	return output.text;
};
