import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { workerdBinary } from "../supervisor/workerd-binary.ts";

/** A workerd that does nothing but `LOADER.load()` of a program and one call of it, for each request: what a run costs with nothing around it. */
export interface BareLoader {
	/** Runs the program once; resolves with its result. */
	run(): Promise<unknown>;
	close(): Promise<void>;
}

const worker = (program: string): string => `
const program = ${JSON.stringify(program)};
const main = 'import main from "./program.js"; export default { async fetch() { return Response.json(await main(null, {})); } };';
export default { async fetch(request, env) {
	const loaded = env.LOADER.load({ compatibilityDate: "2026-11-01", mainModule: "main.js", modules: { "main.js": main, "program.js": program }, globalOutbound: null, env: {} });
	return loaded.getEntrypoint().fetch("http://program/");
} };`;

const config = (port: number): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [(name = "main", worker = .main)],
	sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
	modules = [(name = "main.js", esModule = embed "main.js")],
	compatibilityDate = "2026-11-01",
	bindings = [(name = "LOADER", workerLoader = ())],
);`;

export const startBareLoader = async (program: string, port: number): Promise<BareLoader> => {
	const folder = await mkdtemp(join(tmpdir(), "cordon-bare-"));
	await writeFile(join(folder, "main.js"), worker(program));
	await writeFile(join(folder, "config.capnp"), config(port));
	const child: ChildProcess = spawn(workerdBinary, ["serve", "config.capnp", "--experimental"], { cwd: folder, stdio: "ignore" });
	const run = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/`)).json();
	for (let tries = 0; tries < 100; tries += 1) {
		const up = await run().then(
			() => true,
			() => false,
		);
		if (up) break;
		await delay(50);
	}
	return {
		run,
		close: async () => {
			child.kill("SIGKILL");
			await rm(folder, { recursive: true, force: true });
		},
	};
};
