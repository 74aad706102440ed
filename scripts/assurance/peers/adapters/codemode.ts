import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "esbuild";
import { z } from "zod";
import { workerdBinary } from "../../../../supervisor/workerd-binary.ts";
import { type Adapter, type Ended, GIVEN, PEERS_FOLDER } from "../adapter.ts";

const WORKER = `
import { DynamicWorkerExecutor } from "@cloudflare/codemode";
export default { async fetch(request, env) {
	if (request.method === "GET") return new Response("here");
	const executor = new DynamicWorkerExecutor({ loader: env.LOADER, timeout: ${GIVEN.timeoutMs}, globalOutbound: null });
	return Response.json(await executor.execute(await request.text(), {}));
} };`;

const CONFIG = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [(name = "main", worker = .main)],
	sockets = [(name = "http", address = "unix:host.sock", http = (), service = "main")],
);
const main :Workerd.Worker = (
	modules = [(name = "main.js", esModule = embed "main.js")],
	compatibilityDate = "2026-11-01",
	compatibilityFlags = ["nodejs_compat"],
	bindings = [(name = "LOADER", workerLoader = ())],
);`;

const Executed = z.object({ result: z.unknown(), error: z.string().optional() });

/** Asks the host, by curl's way over a socket file. Null: it does not answer in time. */
const ask = async (folder: string, body: string | null, timeoutMs: number): Promise<string | null> => {
	const { request } = await import("node:http");
	return await new Promise((resolve) => {
		const asked = request(
			{ socketPath: join(folder, "host.sock"), method: body === null ? "GET" : "POST", timeout: timeoutMs },
			async (answer) => {
				const parts: Buffer[] = [];
				for await (const part of answer) parts.push(Buffer.from(part));
				resolve(Buffer.concat(parts).toString());
			},
		);
		asked.on("timeout", () => asked.destroy());
		asked.on("error", () => resolve(null));
		asked.end(body ?? undefined);
	});
};

export const adapter: Adapter = {
	name: "codemode",
	setting: `DynamicWorkerExecutor in a workerd of this machine, which bounds neither CPU nor memory as Cloudflare does; globalOutbound null, timeout ${GIVEN.timeoutMs}`,
	async run(body): Promise<Ended> {
		const folder = await mkdtemp(join(tmpdir(), "peer-codemode-"));
		await build({
			stdin: { contents: WORKER, resolveDir: PEERS_FOLDER },
			bundle: true,
			format: "esm",
			outfile: join(folder, "main.js"),
			external: ["cloudflare:*", "node:*"],
			// It is loaded for its executor alone; what else it would import is not installed.
			packages: "bundle",
			logLevel: "error",
		});
		await writeFile(join(folder, "config.capnp"), CONFIG);
		const host = spawn(workerdBinary, ["serve", "config.capnp", "--experimental"], { cwd: folder, stdio: "ignore" });
		const ended = once(host, "close");
		try {
			for (let tries = 0; tries < 100 && (await ask(folder, null, 500)) === null; tries += 1) await delay(50);
			const answer = await ask(folder, `async () => { ${body} }`, 4 * GIVEN.timeoutMs);
			if ((await ask(folder, null, 2_000)) === null) return { kind: "host_lost" };
			if (answer === null) return { kind: "stopped", message: "no answer" };
			const { result, error } = Executed.parse(JSON.parse(answer));
			return error === undefined ? { kind: "returned", value: result } : { kind: "stopped", message: error };
		} finally {
			host.kill("SIGKILL");
			await ended;
			await rm(folder, { recursive: true, force: true });
		}
	},
};
