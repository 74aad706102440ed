import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Cordon, startCordon } from "../../../supervisor/start-cordon.ts";
import { jobOf } from "./fixture.ts";

const workerEntry = join(import.meta.dirname, "stand-in-worker.js");
let dataFolder: string;
beforeEach(async () => {
	dataFolder = await mkdtemp(join(tmpdir(), "cordon-data-"));
});
afterEach(() => rm(dataFolder, { recursive: true, force: true }));

const start = (): Promise<Cordon> =>
	startCordon({ host: "127.0.0.1", port: 0, dataFolder, executors: 1, developmentHosts: [], workerEntry });

describe("startCordon()", () => {
	test("serves the Worker with its bindings, runs programs for it, leaves a key, and takes up its data again", async () => {
		const first = await start();
		try {
			expect(await (await fetch(`${first.url}/bindings`)).json()).toEqual(["remote", 44, 44, ""]);
			const grants = [{ name: "tool", verb: "tool.call", methods: ["ask"], streams: [] }];
			const job = jobOf("export default async (input, env) => env.tool.ask(2)", { grants });
			const answer = await (await fetch(`${first.url}/executors/run`, { method: "POST", body: JSON.stringify(job) })).text();
			expect(answer).toContain("Bearer token");
			expect(first.key).toBe("cordon_first");
			expect((await stat(first.keyFile)).mode & 0o777).toBe(0o600);
			expect((await stat(dataFolder)).mode & 0o777).toBe(0o700);
			await expect(start()).rejects.toThrow(`process ${process.pid} uses it`);
		} finally {
			await first.stop();
		}
		const sealKey = await readFile(join(dataFolder, "seal.key"), "utf8");
		await rm(first.keyFile);
		const second = await start();
		await second.stop();
		expect(second.key).toBe("cordon_second");
		expect(await readFile(join(dataFolder, "seal.key"), "utf8")).toBe(sealKey);
	});

	test("takes over the lock of a supervisor that is dead", async () => {
		await writeFile(join(dataFolder, "lock"), JSON.stringify({ pid: process.pid, startedTicks: "1", runtimeFolder: "/nowhere" }));
		const cordon = await start();
		await cordon.stop();
		await expect(stat(join(dataFolder, "lock"))).rejects.toThrow(/ENOENT/);
	});

	test("is not healthy before its key is there", async () => {
		const other = createServer().listen(0, "127.0.0.1");
		await once(other, "listening");
		const address = other.address();
		const port = typeof address === "object" && address !== null ? address.port : 0;
		other.close();
		await once(other, "close");
		const starting = startCordon({ host: "127.0.0.1", port, dataFolder, executors: 1, developmentHosts: [], workerEntry });
		let hasFailed = false;
		starting.catch(() => {
			hasFailed = true;
		});
		let atHealth: string | null = null;
		while (atHealth === null && !hasFailed) {
			const health = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
			if (health?.ok) atHealth = await readFile(join(dataFolder, "key"), "utf8").catch(() => "no key");
			else await setTimeout(2);
		}
		await (await starting).stop();
		expect(atHealth).toBe("cordon_first\n");
	});

	test("says so when its port is taken", async () => {
		const other = createServer().listen(0, "127.0.0.1");
		await once(other, "listening");
		const address = other.address();
		const port = typeof address === "object" && address !== null ? address.port : 0;
		const options = { host: "127.0.0.1", port, dataFolder, executors: 1, developmentHosts: [], workerEntry };
		await expect(startCordon(options)).rejects.toThrow(`Listening on 127.0.0.1:${port}: somebody else listens there`);
		other.close();
	});
});

test("a supervisor lets its runs finish on SIGTERM and exits 0, whatever its terminal sends to the others", async () => {
	const script = join(import.meta.dirname, "supervisor-that-drains.ts");
	const supervisor = spawn(process.execPath, [script, dataFolder], { stdio: ["ignore", "pipe", "inherit"], detached: true });
	const reader = createInterface(supervisor.stdout);
	const lines: string[] = [];
	reader.on("line", (line) => lines.push(line));
	await once(reader, "line");
	expect(lines).toEqual(["started"]);
	// The whole process group, as a terminal does it on Ctrl-C.
	process.kill(-(supervisor.pid ?? 0), "SIGINT");
	const [[code]] = await Promise.all([once(supervisor, "exit"), once(reader, "close")]);
	expect(lines.at(-1)).toContain('"kind":"answered"');
	expect(code).toBe(0);
});
