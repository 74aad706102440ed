import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { z } from "zod";
import { LIBRARY_NAMES } from "../contract/libraries.ts";
import { LIMITS } from "../contract/limits.ts";
import { readLibrary } from "./build-libraries.ts";
import { builtOnce } from "./built-once.ts";
import { repositoryRoot } from "./repository-root.ts";
import { readEngine } from "./write-engine.ts";

/**
 * The configuration of every executor process. Socket paths are relative to the process's working directory, its own folder. The service named
 * `internet` is defined here, allowing nothing, because workerd otherwise makes one that reaches every public address. The libraries are embedded
 * compressed: as text they took every process 18 MiB.
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
  modules = [
    (name = "dispatcher.js", esModule = embed "dispatcher.js"),
${LIBRARY_NAMES.map((name) => `    (name = "libraries/${name}.js.gz", data = embed "${name}.js.gz"),`).join("\n")}
    (name = "engine/engine.js", text = embed "engine.js"),
    (name = "engine/xlsx.js", text = embed "engine-xlsx.js"),
    (name = "engine/sqlite.wasm", data = embed "sqlite.wasm"),
  ],
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

/** Files of this ending are written compressed; the folder's digest is of what they are before. */
const COMPRESSED = ".gz";

/** Everything of ours that may be in the bundles; of packages it is the lock file that says what they are. */
const OF = ["supervisor", "worker", "contract", "package-lock.json"];
const HARNESS = join(repositoryRoot, "worker/harness");

/** Texts of the dispatcher's module and of the harness as one module: an isolate is made for every run, and each module of it costs. */
const Bundles = z.strictObject({ dispatcher: z.string(), harness: z.string() });

const makeBundles = async (harnessFolder: string): Promise<string> => {
	const [dispatcher, harness] = await Promise.all([
		bundle(join(repositoryRoot, "supervisor/executor-process/dispatcher.ts"), { external: ["cloudflare:*"], minify: false }),
		bundle(join(harnessFolder, "harness.js"), { external: ["cloudflare:*", "program/*"], minify: true }),
	]);
	return JSON.stringify({ dispatcher, harness } satisfies z.infer<typeof Bundles>);
};

/** Those with a test's own harness are made each time. */
const readBundles = async (harnessFolder: string): Promise<z.infer<typeof Bundles>> => {
	const make = (): Promise<string> => makeBundles(harnessFolder);
	return Bundles.parse(JSON.parse(await (harnessFolder === HARNESS ? builtOnce("executor.json", OF, make) : make())));
};

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
 * Builds what an executor process loads: its configuration, the bundled dispatcher, the harness's text, and the libraries' bundles and the SQL engine as
 * buildImportedTexts made them. The folder's name is the digest of its content and it appears at once, so that supervisors that start side by side share
 * it and none sees half of it.
 * @param harnessFolder holds `harness.js` and what it imports; worker/harness unless a test brings its own.
 * @returns the absolute path of the folder, with `config.capnp` in it.
 */
export const buildDispatcher = async (harnessFolder = HARNESS): Promise<string> => {
	const libraries = await Promise.all(LIBRARY_NAMES.map(async (name) => [`${name}.js${COMPRESSED}`, await readLibrary(name)] as const));
	const [engine, { dispatcher, harness }] = await Promise.all([readEngine(), readBundles(harnessFolder)]);
	const files: Record<string, string | Uint8Array> = {
		...Object.fromEntries(libraries),
		"config.capnp": CONFIG,
		"engine.js": engine.js,
		"engine-xlsx.js": engine.xlsx,
		"sqlite.wasm": engine.wasm,
		"dispatcher.js": dispatcher,
		"harness.json": JSON.stringify({ "harness.js": harness }),
	};
	const digest = digestOf(files);
	const parent = join(repositoryRoot, ".build/executor");
	const folder = join(parent, digest);
	if (await isFolder(folder)) return folder;
	await mkdir(parent, { recursive: true });
	const draft = await mkdtemp(join(parent, "draft-"));
	for (const [name, content] of Object.entries(files))
		await writeFile(join(draft, name), name.endsWith(COMPRESSED) ? gzipSync(content) : content);
	try {
		await rename(draft, folder);
	} catch (error) {
		await rm(draft, { recursive: true, force: true });
		if (!(await isFolder(folder))) throw error;
	}
	return folder;
};

const digestOf = (files: Readonly<Record<string, string | Uint8Array>>): string => {
	const hash = createHash("sha256");
	for (const [name, content] of Object.entries(files)) hash.update(`${name}\n${content.length}\n`).update(content);
	return hash.digest("hex").slice(0, 16);
};

const isFolder = async (path: string): Promise<boolean> => {
	try {
		return (await stat(path)).isDirectory();
	} catch {
		return false;
	}
};
