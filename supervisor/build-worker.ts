import { readFile } from "node:fs/promises";
import { basename, relative } from "node:path";
import { build } from "esbuild";
import { builtOnce } from "./built-once.ts";
import { repositoryRoot } from "./repository-root.ts";

/** Everything of ours that may be in it; of packages it is the lock file that says what they are. */
const OF = ["worker", "contract", ".build/libraries", ".build/engine", "supervisor/build-worker.ts", "package-lock.json"];

/**
 * Bundles the control plane's Worker. The harness's files and what buildImportedTexts made go in as text, as wrangler's rules have it.
 * @param entry absolute path of the module that exports the app and its Durable Objects.
 * @returns the bundle's text, one ES module.
 */
export const buildWorker = (entry: string): Promise<string> => {
	const path = relative(repositoryRoot, entry);
	const own = path.startsWith("worker") ? [] : ["bench", "test"];
	return builtOnce(`worker-${basename(entry, ".ts")}.js`, [...OF, ...own, path], () => bundle(entry));
};

const bundle = async (entry: string): Promise<string> => {
	const result = await build({
		entryPoints: [entry],
		bundle: true,
		write: false,
		format: "esm",
		target: "es2024",
		conditions: ["workerd", "worker", "browser"],
		external: ["cloudflare:*", "node:*"],
		logLevel: "silent",
		plugins: [
			{
				name: "code of isolates as text",
				setup(plugin) {
					plugin.onLoad({ filter: /[/\\](?:worker[/\\]harness|\.build[/\\](?:libraries|engine))[/\\][^/\\]+\.js$/ }, async (args) => ({
						contents: await readFile(args.path, "utf8"),
						loader: "text",
					}));
				},
			},
		],
	});
	const [output] = result.outputFiles;
	if (output === undefined) throw new Error("Building the Worker: esbuild gave no file, wanted one.");
	return output.text;
};
