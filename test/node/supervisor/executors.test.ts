import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOf, jobOf, startTestExecutors, type TestExecutors } from "./fixture.ts";

const SPIN = "export default async () => { for (;;); }";
const WAIT = "export default async () => { setInterval(() => {}, 50); await new Promise(() => {}); }";

let platform: TestExecutors;
beforeAll(async () => {
	platform = await startTestExecutors({ size: 2 });
});
afterAll(() => platform[Symbol.asyncDispose]());

describe("a run", () => {
	test("answers with the harness's text and what it used", async () => {
		const outcome = await platform.run(jobOf("export default async (input) => input.a + 1", { input: '{"a":41}' }));
		expect(answerOf(outcome).outcome).toEqual({ kind: "returned", result: 42 });
		expect(outcome).toMatchObject({ cpuMs: expect.any(Number), startedAtMs: expect.any(Number) });
	});

	test("that loops is stopped at its CPU limit", async () => {
		const outcome = await platform.run(jobOf(SPIN, { limits: { cpuMs: 300, wallMs: 10_000 } }));
		expect(outcome).toMatchObject({ kind: "stopped", reason: "cpu" });
		if (outcome.kind === "stopped") expect(outcome.cpuMs).toBeGreaterThanOrEqual(300);
	});

	test("that waits for ever is stopped at its wall limit", async () => {
		const outcome = await platform.run(jobOf(WAIT, { limits: { wallMs: 250 } }));
		expect(outcome).toMatchObject({ kind: "stopped", reason: "wall" });
		if (outcome.kind === "stopped") expect(outcome.wallMs).toBeGreaterThanOrEqual(250);
	});

	test("that nothing can wake is silent, and the runtime says so before the wall limit", async () => {
		const outcome = await platform.run(jobOf("export default async () => { await new Promise(() => {}); }"));
		expect(outcome.kind).toBe("silent");
	});

	test.each([
		["its heap", "const all = []; for (;;) all.push(new Array(1000).fill({}));"],
		["buffers outside the heap", "const all = []; for (;;) all.push(new Uint8Array(4 << 20).fill(1));"],
		[
			"WebAssembly memory",
			"const all = []; for (;;) { const m = new WebAssembly.Memory({ initial: 256 }); new Uint8Array(m.buffer).fill(1); all.push(m); }",
		],
	])("that fills %s is stopped for its memory", async (_name, body) => {
		const outcome = await platform.run(jobOf(`export default async () => { ${body} }`, { limits: { cpuMs: 20_000, wallMs: 20_000 } }));
		expect(outcome).toMatchObject({ kind: "stopped", reason: "memory" });
	});

	test("that is stopped leaves the console lines it wrote before", async () => {
		const code = 'export default async () => { console.log("before the end", { a: 1 }); for (;;); }';
		const outcome = await platform.run(jobOf(code, { limits: { cpuMs: 200 } }));
		expect(outcome).toMatchObject({ kind: "stopped", logs: [{ seq: 1, level: "log" }] });
		if (outcome.kind === "stopped") expect(outcome.logs[0]?.text).toContain("before the end");
	});

	test("sends its console lines on while it goes, and those of its last moment with its outcome alone", async () => {
		const code = `export default async () => {
			for (let at = 1; at <= 3; at += 1) { console.log("line " + at); await new Promise((resolve) => setTimeout(resolve, 250)); }
			console.log("last");
		}`;
		const run = platform.begin(jobOf(code));
		const answer = answerOf(await run.outcome);
		const sent = (await run.batches).flat().map((line) => line.text);
		// On a machine that has no time for it, lines of two moments may go together, or with the outcome.
		expect(sent.length).toBeGreaterThan(0);
		expect(sent).toEqual(["line 1", "line 2", "line 3"].slice(0, sent.length));
		expect(answer.logs.map((line) => line.text)).toEqual(["line 1", "line 2", "line 3", "last"]);
	});

	test("that is short, or prints nothing, sends its outcome alone", async () => {
		for (const code of ['export default async () => console.log("at once")', "export default async () => 1"]) {
			const run = platform.begin(jobOf(code));
			await run.outcome;
			expect(await run.batches).toEqual([]);
		}
	});

	test("whose modules do not load says what the runtime said", async () => {
		const outcome = await platform.run(jobOf("export default async () => { syntax error"));
		expect(outcome).toMatchObject({ kind: "not_loaded", message: expect.stringContaining("program/main.js:1") });
	});

	test("that throws the runtime's words for a failed load is not taken for one", async () => {
		const outcome = await platform.run(
			jobOf('export default async () => { throw new Error("Failed to start Worker:\\n at program/main.js:1:1"); }'),
		);
		expect(answerOf(outcome).outcome.kind).toBe("threw");
	});

	test("is lost when its process is killed, and the next one runs", async () => {
		const run = platform.begin(jobOf(WAIT, { tenantId: "ten_lost" }));
		await run.started;
		const [pid] = platform.pids("ten_lost");
		if (pid === undefined) throw new Error("no process has the run");
		process.kill(pid, "SIGKILL");
		expect((await run.outcome).kind).toBe("lost");
		expect((await platform.run(jobOf("export default async () => 1", { tenantId: "ten_lost" }))).kind).toBe("answered");
		expect(platform.pids("ten_lost")).not.toContain(pid);
	});

	test("is stopped by a cancellation", async () => {
		const run = platform.begin(jobOf(WAIT));
		await run.started;
		await platform.post("/cancel", { runId: run.runId });
		expect(await run.outcome).toMatchObject({ kind: "stopped", reason: "cancelled" });
	});

	test("ends when whoever asked for it hangs up", async () => {
		const wait = () => platform.begin(jobOf(WAIT, { tenantId: "ten_gone", limits: { wallMs: 60_000 } }));
		const abandoned = wait();
		await abandoned.started;
		const [pid] = platform.pids("ten_gone");
		abandoned.hangUp();
		// A tenant has two places here: two more begin only if the abandoned run has ended.
		const others = [wait(), wait()];
		await Promise.all(others.map((run) => run.started));
		for (const run of others) run.hangUp();
		expect(pid).toBeGreaterThan(0);
		expect(platform.pids("ten_gone")).not.toContain(pid);
		await expect.poll(() => platform.pids("ten_gone"), { timeout: 15_000 }).toEqual([]);
	});
});

describe("a compilation", () => {
	test("gives JavaScript", async () => {
		const outcome = await platform.compile("export default async (input: { a: number }) => input.a");
		expect(outcome).toMatchObject({ kind: "compiled", program: { main: "main.ts" } });
	});

	test("names the line of a mistake", async () => {
		expect(await platform.compile("export default 1;\nconst = 2;")).toMatchObject({ kind: "invalid", line: 2 });
	});
});

describe("a compilation that does not end", () => {
	test("is made once more, in another process, when its own is killed", async () => {
		const compiling = platform.compile(`export default ${"async<T>(a=".repeat(300)}`);
		await expect.poll(() => platform.busyPids("ten_a")).toHaveLength(1);
		const [first] = platform.busyPids("ten_a");
		process.kill(first ?? 0, "SIGKILL");
		await expect.poll(() => platform.busyPids("ten_a").filter((pid) => pid !== first)).toHaveLength(1);
		expect(await compiling).toMatchObject({ kind: "invalid", message: expect.stringContaining("took too long") });
	});

	test("is stopped, says that it took too long, and takes its process with it", async () => {
		const good = "export default async () => 1";
		expect(await platform.compile(good)).toMatchObject({ kind: "compiled" });
		const before = platform.pids("ten_a");
		const outcome = await platform.compile(`export default ${"async<T>(a=".repeat(300)}`);
		expect(outcome).toMatchObject({ kind: "invalid", message: expect.stringContaining("took too long") });
		expect(platform.pids("ten_a")).toHaveLength(before.length - 1);
		expect(await platform.compile(good)).toMatchObject({ kind: "compiled" });
	});
});

describe("the socket", () => {
	test("refuses a job that does not fit its schema", async () => {
		expect(await platform.post("/run", { ...jobOf(SPIN), extra: 1 })).toMatchObject({ kind: "refused" });
	});
});
