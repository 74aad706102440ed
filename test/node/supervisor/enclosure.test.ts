import { once } from "node:events";
import { readFileSync, readlinkSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../../supervisor/find-program.ts";
import { answerOf, jobOf, startTestExecutors, type TestExecutors } from "./fixture.ts";

const WAIT = "export default async () => { setInterval(() => {}, 50); await new Promise(() => {}); }";
const NAMESPACES = ["net", "pid", "ipc", "uts", "mnt", "user"];

/** The pid of a process that holds a run now. */
const occupiedPid = async (platform: TestExecutors): Promise<number> => {
	await platform.begin(jobOf(WAIT)).started;
	const [pid] = platform.pids("ten_a");
	if (pid === undefined) throw new Error("no process has the run");
	return pid;
};

const statusOf = (pid: number, field: string): string | undefined =>
	readFileSync(`/proc/${pid}/status`, "utf8")
		.split("\n")
		.find((line) => line.startsWith(`${field}:`))
		?.slice(field.length + 1)
		.trim();

describe.each([
	["bubblewrap", findProgram("bwrap")],
	["unshare", findProgram("unshare")],
] as const)("an executor process enclosed with %s", (kind, program) => {
	test.skipIf(program === null)("has namespaces, a root, an environment and capabilities of its own", async () => {
		await using platform = await startTestExecutors({ size: 1, enclosure: kind });
		const pid = await occupiedPid(platform);
		for (const name of NAMESPACES) expect(readlinkSync(`/proc/${pid}/ns/${name}`)).not.toBe(readlinkSync(`/proc/self/ns/${name}`));
		expect((await readdir(`/proc/${pid}/root`)).sort().filter((name) => !["old", "proc"].includes(name))).toEqual(
			expect.not.arrayContaining(["etc", "home", "root", "tmp", "usr", "var", "work", "sys"]),
		);
		for (const path of ["etc/passwd", "proc/self", "old/bin", process.cwd()])
			await expect(lstat(`/proc/${pid}/root/${path}`)).rejects.toThrow(/ENOENT/);
		expect(readFileSync(`/proc/${pid}/environ`, "utf8").replace(/PWD=\/run\0?/, "")).toBe("");
		expect(statusOf(pid, "NoNewPrivs")).toBe("1");
		for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) expect(statusOf(pid, set)).toBe("0000000000000000");
		expect(
			readFileSync(`/proc/${pid}/net/dev`, "utf8")
				.trim()
				.split("\n")
				.slice(2)
				.map((line) => line.trim().split(":")[0]),
		).toEqual(["lo"]);
		const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
		expect(limits).toMatch(/Max core file size\s+0\s+0/);
		expect(limits).toMatch(/Max cpu time\s+180\s+180/);
		expect(limits).toMatch(/Max file size\s+0\s+0/);
	});

	test.skipIf(program === null)("runs programs, and its folder and socket go with it", async () => {
		const platform = await startTestExecutors({ size: 1, enclosure: kind });
		expect(answerOf(await platform.run(jobOf("export default async () => 1"))).outcome).toEqual({ kind: "returned", result: 1 });
		await platform.executors.stop();
		await expect(lstat(platform.executors.socketPath)).rejects.toThrow(/ENOENT/);
		await platform[Symbol.asyncDispose]();
	});
});

describe("the way back", () => {
	test("leads to the gate while a run has the process, and nowhere else", async () => {
		const heard: string[] = [];
		const sockets = new Set<Socket>();
		const gate = createServer((socket) => {
			sockets.add(socket);
			socket.on("data", (chunk) => {
				heard.push(chunk.toString());
				const answer = JSON.stringify({ kind: "value", value: "7" });
				socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`);
			});
		});
		gate.listen(0, "127.0.0.1");
		await once(gate, "listening");
		const address = gate.address();
		if (address === null || typeof address === "string") throw new Error("the gate has no port");
		await using platform = await startTestExecutors({ size: 1, gate: { host: "127.0.0.1", port: address.port } });
		const grants = [{ name: "tool", verb: "tool.call", methods: ["ask"], streams: [] }];
		const calls = await platform.run(jobOf("export default async (input, env) => env.tool.ask(1)", { grants }));
		expect(answerOf(calls).outcome).toEqual({ kind: "returned", result: 7 });
		expect(heard.join("")).toMatch(/authorization: Bearer token/i);
		expect(heard.join("").toLowerCase()).toContain('"grant":"tool","method":"ask"');

		heard.length = 0;
		const code = `export default async () => { const tried = [];
			for (const url of ["http://127.0.0.1:${address.port}/", "http://localhost:${address.port}/", "http://gate/"]) {
				try { await fetch(url); tried.push("reached"); } catch { tried.push("refused"); }
			}
			return tried; }`;
		expect(answerOf(await platform.run(jobOf(code))).outcome).toEqual({ kind: "returned", result: ["refused", "refused", "refused"] });
		expect(heard).toEqual([]);
		for (const socket of sockets) socket.destroy();
		gate.close();
	});
});
