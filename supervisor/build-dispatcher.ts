import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { LIMITS } from "../contract/limits.ts";
import { repositoryRoot } from "./repository-root.ts";

/**
 * The configuration of every executor process. Socket paths are relative to the process's working directory, its own folder. The service named
 * `internet` is defined here, allowing nothing, because workerd otherwise makes one that reaches every public address.
 */
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "dispatcher", worker = .dispatcher),
    (name = "internet", network = (allow = [])),
    (name = "back", external = (address = "unix:gate.sock", http = ())),
  ],
  sockets = [(name = "http", address = "unix:executor.sock", http = (), service = "dispatcher")],
  v8Flags = ["--max-heap-size=${LIMITS.memoryMb.max}"],
);
const dispatcher :Workerd.Worker = (
  modules = [(name = "dispatcher.js", esModule = embed "dispatcher.js")],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["no_nodejs_compat", "no_nodejs_compat_v2"],
  bindings = [
    (name = "LOADER", workerLoader = ()),
    (name = "BACK", service = "back"),
    (name = "HARNESS", json = embed "harness.json"),
  ],
  globalOutbound = "internet",
);
`;

/** The harness as one module: an isolate is made for every run, and each module of it costs. */
const bundleHarness = async (folder: string): Promise<string> =>
	JSON.stringify({ "harness.js": await bundle(join(folder, "harness.js"), { external: ["cloudflare:*", "program/*"], minify: true }) });

const bundle = async (entry: string, options: { external: string[]; minify: boolean }): Promise<string> => {
	const result = await build({
		entryPoints: [entry],
		bundle: true,
		write: false,
		format: "esm",
		target: "esnext",
		logLevel: "silent",
		...options,
	});
	const [output] = result.outputFiles;
	if (output === undefined) throw new Error(`Bundling ${entry}: esbuild gave no file, wanted one.`);
	return output.text;
};

/**
 * Builds what an executor process loads: its configuration, the bundled dispatcher, the harness's text. The folder's name is the digest of its
 * content and it appears at once, so that supervisors that start side by side share it and none sees half of it.
 * @param harnessFolder holds `harness.js` and what it imports; worker/harness unless a test brings its own.
 * @returns the absolute path of the folder, with `config.capnp` in it.
 */
export const buildDispatcher = async (harnessFolder = join(repositoryRoot, "worker/harness")): Promise<string> => {
	const files = {
		"config.capnp": CONFIG,
		"dispatcher.js": await bundle(join(repositoryRoot, "supervisor/executor-process/dispatcher.ts"), {
			external: ["cloudflare:*"],
			minify: false,
		}),
		"harness.json": await bundleHarness(harnessFolder),
	};
	const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
	const parent = join(repositoryRoot, ".build/executor");
	const folder = join(parent, digest);
	if (await isFolder(folder)) return folder;
	await mkdir(parent, { recursive: true });
	const draft = await mkdtemp(join(parent, "draft-"));
	for (const [name, text] of Object.entries(files)) await writeFile(join(draft, name), text);
	try {
		await rename(draft, folder);
	} catch (error) {
		await rm(draft, { recursive: true, force: true });
		if (!(await isFolder(folder))) throw error;
	}
	return folder;
};

const isFolder = async (path: string): Promise<boolean> => {
	try {
		return (await stat(path)).isDirectory();
	} catch {
		return false;
	}
};
