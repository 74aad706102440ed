import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { workerdBinary } from "../../../supervisor/workerd-binary.ts";

/** A call as the gate gets it from the isolate. */
export interface GateRequest {
	readonly grant: string;
	readonly token: string;
	readonly method: string;
	readonly args: string;
	readonly at: string;
}
/** Answers a call with JSON text of a GateAnswer, or with pieces of the text of its frames as they come; null: the call gets no answer. */
export type Answer = (call: GateRequest) => string | null | AsyncIterable<string> | Promise<string | null>;

/** A workerd process with the loader executor in it. */
export interface TestWorkerd {
	/** POSTs JSON to a path of the test's dispatcher and gives the answer's text. */
	post(path: string, body: unknown): Promise<string>;
	/** Who answers the gate from now on. */
	answerWith(answer: Answer): void;
	/** Everything that the process wrote to standard output so far. */
	output(): string;
	/** Resolves when a text has been written to standard output. */
	outputHas(text: string): Promise<void>;
	close(): Promise<void>;
}

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "dispatcher", worker = .dispatcher),
    (name = "internet", network = (allow = [])),
    (name = "gate", external = (address = "unix:gate.sock", http = ())),
  ],
  sockets = [(name = "http", address = "unix:workerd.sock", http = (), service = "dispatcher")],
);
const dispatcher :Workerd.Worker = (
  modules = [(name = "dispatcher.js", esModule = embed "dispatcher.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "LOADER", workerLoader = ()), (name = "GATE", service = "gate")],
  globalOutbound = "internet",
);
`;

const bundleDispatcher = async (): Promise<string> => {
	const entry = join(import.meta.dirname, "test-dispatcher.js");
	const built = await build({
		entryPoints: [entry],
		bundle: true,
		write: false,
		format: "esm",
		target: "es2024",
		external: ["cloudflare:*", "node:*"],
	});
	return built.outputFiles[0]?.text ?? "";
};

/** Starts one workerd on unix sockets in a folder of its own. */
export const startWorkerd = async (): Promise<TestWorkerd> => {
	const folder = await mkdtemp(join(tmpdir(), "cordon-harness-"));
	await writeFile(join(folder, "config.capnp"), CONFIG);
	await writeFile(join(folder, "dispatcher.js"), await bundleDispatcher());
	let answer: Answer = () => JSON.stringify({ kind: "value", value: "null" });
	const gate = createServer(async (incoming, outgoing) => {
		let text = "";
		for await (const chunk of incoming) text += String(chunk);
		const given = await answer(JSON.parse(text));
		const isInParts = typeof given !== "string" || given.includes("\n");
		if (isInParts) outgoing.setHeader("content-type", "application/x-ndjson");
		if (given === null) outgoing.destroy();
		else if (typeof given === "string") outgoing.end(given);
		else await sendPieces(outgoing, given);
	});
	// A connection that ends while it is idle may end under the next request on it.
	gate.keepAliveTimeout = 0;
	gate.listen(join(folder, "gate.sock"));
	await once(gate, "listening");
	const child = spawn(workerdBinary, ["serve", "config.capnp", "--experimental", "--control-fd=3"], {
		cwd: folder,
		stdio: ["ignore", "pipe", "pipe", "pipe"],
	});
	const printed = new Printed(child);
	await printed.listening();
	return {
		post: (path, body) => post(join(folder, "workerd.sock"), path, JSON.stringify(body)),
		answerWith: (next) => {
			answer = next;
		},
		output: () => printed.text,
		outputHas: (text) => printed.has(text),
		close: () => close(child, gate, folder),
	};
};

/** What a process prints, and who waits for it. */
class Printed {
	text = "";
	readonly #child: ChildProcess;
	#waiting: { text: string; resolve: () => void }[] = [];

	constructor(child: ChildProcess) {
		this.#child = child;
		child.stderr?.resume();
		child.stdout?.on("data", (chunk) => {
			this.text += String(chunk);
			for (const waiting of this.#waiting) if (this.text.includes(waiting.text)) waiting.resolve();
		});
	}

	async listening(): Promise<void> {
		const control = this.#child.stdio[3];
		if (control !== null && control !== undefined) await once(control, "data");
	}

	has(text: string): Promise<void> {
		return new Promise((resolve) => {
			if (this.text.includes(text)) resolve();
			else this.#waiting.push({ text, resolve });
		});
	}
}

const post = (socketPath: string, path: string, body: string): Promise<string> =>
	new Promise((resolve, reject) => {
		const outgoing = request({ socketPath, path, method: "POST" }, async (incoming) => {
			let text = "";
			incoming.setEncoding("utf8");
			for await (const chunk of incoming) text += chunk;
			resolve(text);
		});
		outgoing.on("error", reject);
		outgoing.end(body);
	});

const sendPieces = async (outgoing: ServerResponse, pieces: AsyncIterable<string>): Promise<void> => {
	for await (const piece of pieces) outgoing.write(piece);
	outgoing.end();
};

const close = async (child: ChildProcess, gate: Server, folder: string): Promise<void> => {
	const exited = once(child, "exit");
	child.kill("SIGKILL");
	await exited;
	gate.closeAllConnections();
	gate.close();
	await rm(folder, { recursive: true, force: true });
};
