import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { build } from "esbuild";
import { buildEngine } from "../../../supervisor/build-engine.ts";
import { workerdBinary } from "../../../supervisor/workerd-binary.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { decodeValue, encodeValue } from "../../../contract/tagged-json.ts";
import {
	type AggregateQuery,
	EngineAnswer,
	type EngineAccess,
	type EngineImportInput,
	type EngineLimits,
	type EngineQueryInput,
	EngineRefusal,
	ImportAnswer,
} from "../../../worker/engine/engine-protocol.ts";
import type { z } from "zod";

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "dispatcher", worker = .dispatcher),
    (name = "internet", network = (allow = [])),
  ],
  sockets = [(name = "http", address = "unix:workerd.sock", http = (), service = "dispatcher")],
);
const dispatcher :Workerd.Worker = (
  modules = [(name = "dispatcher.js", esModule = embed "dispatcher.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "LOADER", workerLoader = ()),
    (name = "ENGINE_JS", text = embed "engine.js"),
    (name = "ENGINE_XLSX", text = embed "xlsx.js"),
    (name = "ENGINE_WASM", data = embed "sqlite.wasm"),
  ],
  globalOutbound = "internet",
);
`;

/** How a query is asked; what is left out: everything may be read, within the ceilings. */
export interface Asking {
	readonly sql?: string;
	readonly aggregate?: z.input<typeof AggregateQuery>;
	readonly params?: unknown;
	readonly access?: EngineAccess;
	readonly limits?: Partial<EngineLimits>;
}

/** An engine's isolate in a workerd of its own. */
export interface TestEngine {
	readonly pid: number;
	query(asking: Asking): Promise<EngineAnswer>;
	write(asking: Asking): Promise<EngineAnswer>;
	/** Decoded rows; a refusal fails the test. */
	rows(asking: Asking): Promise<unknown>;
	load(image: Uint8Array): Promise<string>;
	loaded(): Promise<unknown>;
	importData(options: EngineImportInput, source: string | Uint8Array | AsyncIterable<Uint8Array | string>): Promise<ImportAnswer>;
	/** Imports, and has what came of it loaded. */
	fill(options: EngineImportInput, source: string | Uint8Array | AsyncIterable<Uint8Array | string>): Promise<ImportAnswer>;
	draft(): Promise<Buffer>;
	commit(): Promise<unknown>;
	discard(): Promise<unknown>;
	close(): Promise<void>;
}

export const EVERYTHING: EngineAccess = { tables: "all", write: true };
const CEILINGS: EngineLimits = {
	steps: 50_000_000,
	rows: LIMITS.sqlRows.max,
	bytes: LIMITS.sqlAnswerBytes.max,
	wallMs: LIMITS.sqlWallMs.max,
};

const bundleDispatcher = async (): Promise<string> => {
	const entryPoints = [join(import.meta.dirname, "engine-dispatcher.js")];
	const built = await build({ entryPoints, bundle: true, write: false, format: "esm", target: "es2024", external: ["cloudflare:*"] });
	return built.outputFiles[0]?.text ?? "";
};

/** Starts a workerd with an empty engine in it. */
export const startEngine = async (): Promise<TestEngine> => {
	const folder = await mkdtemp(join(tmpdir(), "cordon-engine-"));
	const engine = await buildEngine();
	await writeFile(join(folder, "config.capnp"), CONFIG);
	await writeFile(join(folder, "dispatcher.js"), await bundleDispatcher());
	await writeFile(join(folder, "engine.js"), engine.js);
	await writeFile(join(folder, "xlsx.js"), engine.xlsx);
	await writeFile(join(folder, "sqlite.wasm"), engine.wasm);
	const child = spawn(workerdBinary, ["serve", "config.capnp", "--experimental", "--control-fd=3"], {
		cwd: folder,
		stdio: ["ignore", "inherit", "inherit", "pipe"],
	});
	const control = child.stdio[3];
	if (control !== null && control !== undefined) await once(control, "data");
	const send = (path: string, body: Body) => post(join(folder, "workerd.sock"), path, body);
	const importData: TestEngine["importData"] = async (options, source) =>
		ImportAnswer.parse(JSON.parse((await send(`/import?options=${encodeURIComponent(JSON.stringify(options))}`, source)).toString()));
	const ask = async (path: string, asking: Asking): Promise<EngineAnswer> =>
		EngineAnswer.parse(JSON.parse((await send(path, JSON.stringify(queryOf(asking)))).toString()));
	return {
		pid: child.pid ?? 0,
		query: (asking) => ask("/query", asking),
		write: (asking) => ask("/write", asking),
		rows: async (asking) => decodedRows(await ask("/query", asking)),
		load: async (image) => (await send(`/load?bytes=${image.length}`, image)).toString(),
		loaded: async () => JSON.parse((await send("/loaded", "")).toString()),
		importData,
		fill: async (options, source) => {
			const answer = await importData(options, source);
			if (answer.kind === "imported") await send("/commit", "");
			return answer;
		},
		draft: () => send("/draft", ""),
		commit: async () => JSON.parse((await send("/commit", "")).toString()),
		discard: async () => JSON.parse((await send("/discard", "")).toString()),
		close: () => close(child, folder),
	};
};

const queryOf = ({ sql, aggregate, params, access, limits }: Asking): EngineQueryInput => {
	const encoding = encodeValue(params ?? []);
	if (encoding.kind === "refused") throw new Error(encoding.message);
	return {
		...(sql === undefined ? {} : { sql }),
		...(aggregate === undefined ? {} : { aggregate }),
		params: encoding.text,
		access: access ?? EVERYTHING,
		limits: { ...CEILINGS, ...limits },
	};
};

/** Rows of an answer as host values. */
export const decodedRows = (answer: EngineAnswer): unknown => {
	if (answer.kind === "refused") throw new Error(`${answer.code}: ${answer.message}`);
	const decoding = decodeValue(answer.rows, { nodes: 10_000_000, bytes: LIMITS.sqlAnswerBytes.max * 2 });
	if (decoding.kind === "refused") throw new Error(decoding.why);
	return decoding.value;
};

/** The refusal of an answer that must be one. */
export const refusalOf = (answer: unknown): EngineRefusal => EngineRefusal.parse(answer);

/** Resident memory of a process at its highest, MiB. */
export const peakMb = async (pid: number): Promise<number> => {
	const status = await readFile(`/proc/${pid}/status`, "utf8");
	return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
};

type Body = string | Uint8Array | AsyncIterable<Uint8Array | string>;

/** An engine may answer, and hang up, before it has read everything: what is left is not sent then. */
const post = (socketPath: string, path: string, body: Body): Promise<Buffer> =>
	new Promise((resolve, reject) => {
		let isAnswered = false;
		const fail = (error: unknown): void => {
			if (!isAnswered) reject(error);
		};
		const outgoing = request({ socketPath, path, method: "POST" }, async (incoming) => {
			isAnswered = true;
			const chunks: Buffer[] = [];
			for await (const chunk of incoming) chunks.push(chunk);
			resolve(Buffer.concat(chunks));
		});
		outgoing.on("error", fail);
		const write = async (): Promise<void> => {
			if (typeof body === "string" || body instanceof Uint8Array) {
				outgoing.end(body);
				return;
			}
			for await (const chunk of body) {
				if (isAnswered) break;
				if (!outgoing.write(chunk)) await Promise.race([once(outgoing, "drain"), once(outgoing, "response")]);
				await setImmediate();
			}
			outgoing.end();
		};
		write().catch(fail);
	});

const close = async (child: ChildProcess, folder: string): Promise<void> => {
	const exited = once(child, "exit");
	child.kill("SIGKILL");
	await exited;
	await rm(folder, { recursive: true, force: true });
};
