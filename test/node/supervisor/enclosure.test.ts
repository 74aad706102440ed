import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../../supervisor/find-program.ts";
import { answerOf, jobOf, startTestExecutors, type TestExecutors } from "./fixture.ts";

const WAIT = "export default async () => { setInterval(() => {}, 50); await new Promise(() => {}); }";
const NAMESPACES = ["net", "pid", "ipc", "uts", "mnt", "user", "cgroup"];
/** Its standard streams, then workerd's own: event queues, the socket it listens at, connections to the supervisor, folders of its own root. */
const OWN_DESCRIPTOR = /^(\/dev\/null|socket:\[\d+\]|pipe:\[\d+\]|anon_inode:\[eventpoll\]|anon_inode:\[eventfd\]|\/|\/run)$/;

/** What a process has mounted to write to, as file system and folder of it, beside the source of randomness: the filter lets nobody open that to write. */
const writableMounts = (pid: number): string[] =>
	readFileSync(`/proc/${pid}/mountinfo`, "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => line.split(" "))
		.filter(([, , , , , options = ""]) => options.split(",").includes("rw"))
		.map(([, , device = "", folder = ""]) => `${device} ${folder}`)
		.filter((mount) => !mount.endsWith(" /urandom"));

const descriptorsOf = (pid: number): string[] => readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`));

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
		// 2 is a filter. unshare and setpriv have none (docs/design/executor.md).
		expect(statusOf(pid, "Seccomp")).toBe(kind === "bubblewrap" && ["x64", "arm64"].includes(process.arch) ? "2" : "0");
		for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) expect(statusOf(pid, set)).toBe("0000000000000000");
		expect(
			readFileSync(`/proc/${pid}/net/dev`, "utf8")
				.trim()
				.split("\n")
				.slice(2)
				.map((line) => line.trim().split(":")[0]),
		).toEqual(["lo"]);
		const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
		// One byte: no dump is that small, and at one alone the kernel starts no program that takes dumps.
		expect(limits).toMatch(/Max core file size\s+1\s+1/);
		expect(limits).toMatch(/Max cpu time\s+180\s+180/);
		expect(limits).toMatch(/Max file size\s+0\s+0/);
	});

	test.skipIf(program === null)("holds nothing open but its own, listens on no port, and can make no file once it has a run", async () => {
		await using platform = await startTestExecutors({ size: 1, enclosure: kind });
		const pid = await occupiedPid(platform);
		for (const each of descriptorsOf(pid)) expect(each).toMatch(OWN_DESCRIPTOR);
		for (const table of ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"]) {
			const [, ...open] = readFileSync(`/proc/${pid}/net/${table}`, "utf8").trimEnd().split("\n");
			expect(open, table).toEqual([]);
		}
		const [, ...unix] = readFileSync(`/proc/${pid}/net/unix`, "utf8").trimEnd().split("\n");
		expect(unix.map((line) => line.split(" ").at(-1)).filter((path) => path !== undefined && /^[./@]|sock/.test(path))).toEqual(
			unix.filter((line) => line.endsWith("executor.sock")).map(() => "executor.sock"),
		);
		expect((await stat(`/proc/${pid}/root/run`)).mode & 0o777).toBe(0o500);
		expect((await readdir(`/proc/${pid}/root/run`)).sort()).toEqual(["executor.sock", "gate.sock"]);
	});

	test.skipIf(program === null)("shares nothing that can be written with another tenant's", async () => {
		await using platform = await startTestExecutors({ size: 1, enclosure: kind });
		const one = await occupiedPid(platform);
		await platform.begin(jobOf(WAIT, { tenantId: "ten_b" })).started;
		const [other] = platform.pids("ten_b");
		if (other === undefined) throw new Error("no process has the other tenant's run");
		for (const name of NAMESPACES) expect(readlinkSync(`/proc/${one}/ns/${name}`)).not.toBe(readlinkSync(`/proc/${other}/ns/${name}`));
		expect(writableMounts(one)).toHaveLength(1);
		expect(writableMounts(other)).toHaveLength(1);
		expect(writableMounts(one)).not.toEqual(writableMounts(other));
		const shared = new Set(descriptorsOf(one).filter((each) => each.includes("[") && !each.startsWith("anon_inode")));
		expect(descriptorsOf(other).filter((each) => shared.has(each))).toEqual([]);
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
