import { readFile } from "node:fs/promises";
import { build } from "esbuild";

/**
 * Bundles the control plane's Worker. The harness's files and what buildImportedTexts made go in as text, as wrangler's rules have it.
 * @param entry absolute path of the module that exports the app and its Durable Objects.
 * @returns the bundle's text, one ES module.
 */
export const buildWorker = async (entry: string): Promise<string> => {
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
