import { describe, expect, it } from "vitest";
import { ERRORS } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { ExecutionOutcome } from "../../../worker/executor/protocol.ts";
import { judgeOutcome } from "../../../worker/runs/judge-outcome.ts";

const program = { main: "main.js", modules: { "main.js": "export default () => 1;" }, sources: {} };
const limits = { wallMs: 1_000, cpuMs: 500, memoryMb: 128 };
const measured = { cpuMs: 512, wallMs: 700, startedAtMs: 1 };
const spooled = { logs: [{ seq: 9, atMs: 5, level: "log" as const, text: "before" }], logsDropped: 0 };
const judge = (outcome: Exclude<ExecutionOutcome, { kind: "refused" }>) => judgeOutcome(outcome, program, limits);
/** What every answer tells of its program's path. */
const TOLD = { choices: "0 ", places: 0, sent: 0 };
const answered = (answer: unknown) =>
	judge({ kind: "answered", answer: typeof answer === "string" ? answer : JSON.stringify(answer), ...measured });
const returned = (result: unknown, more: object = {}) =>
	answered({ outcome: { kind: "returned", result }, ...TOLD, logs: [], logsDropped: 0, ...more });
const threw = (more: object) =>
	answered({
		outcome: { kind: "threw", code: "program_threw", name: "Error", message: "m", stack: "", ...more },
		...TOLD,
		logs: [],
		logsDropped: 0,
	});

describe("an execution that was stopped", () => {
	it("ends by the reason of who stopped it, with what was measured and printed", () => {
		const ends = (["cpu", "memory", "wall", "cancelled"] as const).map((reason) => {
			const { status, error, logs } = judge({ kind: "stopped", reason, ...measured, ...spooled });
			return [status, error?.code, logs.map((line) => [line.seq, line.text])];
		});
		expect(ends).toEqual([
			["failed", "cpu_exceeded", [[1, "before"]]],
			["failed", "memory_exceeded", [[1, "before"]]],
			["timed_out", "wall_time_exceeded", [[1, "before"]]],
			["cancelled", "cancelled", [[1, "before"]]],
		]);
		expect(judge({ kind: "stopped", reason: "cpu", ...measured, ...spooled }).error?.message).toContain(
			"512 ms of CPU, its limit is 500 ms",
		);
	});

	it("or gave no answer ends never_settled, executor_lost or invalid_program", () => {
		expect(judge({ kind: "silent", ...measured, ...spooled }).error?.code).toBe("never_settled");
		expect(judge({ kind: "lost", ...measured, ...spooled }).error?.code).toBe("executor_lost");
		const message = "Failed to start Worker:\nUncaught SyntaxError: Unexpected token ';'\n  at program/main.js:1:39\n";
		expect(judge({ kind: "not_loaded", message, ...measured, ...spooled }).error).toMatchObject({
			code: "invalid_program",
			line: 1,
			column: 39,
		});
	});
});

describe("the harness's answer", () => {
	it("that a call got no answer is the isolate's word: it ends the attempt as cut, with a code that a program can cause", () => {
		const cut = answered({ outcome: { kind: "cut" }, ...TOLD, logs: [], logsDropped: 0 });
		expect(cut).toMatchObject({ ending: "cut", status: "failed", error: { code: "never_settled" } });
	});

	it("is the program's result and nothing more", () => {
		expect(returned({ a: 1 })).toEqual({
			...{ ending: "ended", status: "succeeded", result: { a: 1 }, error: null, logs: [], logsTruncated: false, timerAtMs: null },
			...TOLD,
		});
		const envelope = { status: "failed", usage: { cpuMs: -1e9 }, error: { code: "internal" }, logs: [] };
		expect(returned(envelope)).toMatchObject({ status: "succeeded", result: envelope, error: null });
	});

	it("is refused when it is no answer: other text, other fields, another shape, too deep", () => {
		const answers = [
			"",
			"undefined",
			"null",
			"[]",
			'{"outcome":{"kind":"returned"}}',
			{ outcome: { kind: "returned", result: 1 }, ...TOLD, logs: [], logsDropped: 0, usage: {} },
			{ outcome: { kind: "returned", result: 1, status: "succeeded" }, ...TOLD, logs: [], logsDropped: 0 },
			{ outcome: { kind: "succeeded", result: 1 }, ...TOLD, logs: [], logsDropped: 0 },
			{ outcome: { kind: "returned", result: 1 }, ...TOLD, logs: [{ seq: 1, atMs: 0, level: "fatal", text: "x" }], logsDropped: 0 },
			{ outcome: { kind: "returned", result: 1 }, ...TOLD, logs: [], logsDropped: -1 },
			`{"outcome":{"kind":"returned","result":${"[".repeat(100_000)}${"]".repeat(100_000)}},"logs":[],"logsDropped":0}`,
		];
		for (const answer of answers) expect(answered(answer), String(answer).slice(0, 80)).toMatchObject({ status: "failed", result: null });
	});

	it("may hold only well-formed tags, and a result within its bytes", () => {
		expect(returned({ $date: "yesterday" }).error?.code).toBe("result_not_serializable");
		expect(returned({ $response: { status: 200, url: "", headers: [], body: "" } }).error?.code).toBe("result_not_serializable");
		expect(returned("x".repeat(LIMITS.resultBytes - 2)).status).toBe("succeeded");
		expect(returned("x".repeat(LIMITS.resultBytes - 1)).error?.code).toBe("result_too_large");
		expect(returned("é".repeat(LIMITS.resultBytes / 2)).error?.code).toBe("result_too_large");
	});

	it("cannot name an end that only the host can see", () => {
		for (const code of ["cancelled", "interrupted", "executor_lost", "internal", "cpu_exceeded", "made_up", "constructor", "run_ended"]) {
			expect(threw({ code }), code).toMatchObject({ status: "failed", error: { code: "program_threw" } });
		}
		expect(threw({ code: "budget_exceeded" })).toMatchObject({ status: "budget_exceeded", error: { code: "budget_exceeded" } });
	});

	it("has its lines numbered anew and bounded, at the limit and one over", () => {
		const lines = (count: number, text = "x") => Array.from({ length: count }, () => ({ seq: 7, atMs: -5.5, level: "info", text }));
		const atLimit = returned(1, { logs: lines(LIMITS.logLines) });
		expect([atLimit.logs.length, atLimit.logs.at(-1)?.seq, atLimit.logs[0]?.atMs, atLimit.logsTruncated]).toEqual([
			LIMITS.logLines,
			LIMITS.logLines,
			0,
			false,
		]);
		const over = returned(1, { logs: lines(LIMITS.logLines + 1) });
		expect([over.logs.length, over.logsTruncated]).toEqual([LIMITS.logLines, true]);
		const long = returned(1, { logs: lines(LIMITS.logLines, "y".repeat(300)) });
		expect(long.logs.reduce((sum, line) => sum + line.text.length, 0)).toBeLessThanOrEqual(LIMITS.logChars);
		expect(long.logsTruncated).toBe(true);
	});

	it("keeps a call's own hint where the code is a call's, bounded; of other ends the code's stands", () => {
		expect(threw({ code: "file_denied", hint: "Allowed: /workspace/input (read)." }).error?.hint).toBe("Allowed: /workspace/input (read).");
		expect(threw({ code: "file_denied", hint: "h".repeat(LIMITS.errorMessageChars + 1) }).error?.hint).toBe(
			"h".repeat(LIMITS.errorMessageChars),
		);
		for (const hint of [undefined, ""]) expect(threw({ code: "file_denied", hint }).error?.hint).toBe(ERRORS.file_denied.hint);
		expect(threw({ code: "result_too_large", hint: "h" }).error?.hint).toBe(ERRORS.result_too_large.hint);
		expect(threw({ code: "cancelled", hint: "h" }).error?.hint).toBe(ERRORS.program_threw.hint);
		expect(threw({ hint: "env has: files (list)." }).error?.hint).toBe(`${ERRORS.program_threw.hint} env has: files (list).`);
	});

	it("has its message, name and stack bounded", () => {
		const { error } = threw({ name: "N".repeat(9_000), message: "m".repeat(9_000), stack: "    at f (main.js:1:1)\n".repeat(9_000) });
		expect(error?.message.length).toBeLessThanOrEqual(LIMITS.errorMessageChars + 110);
		expect(error?.stack?.length).toBeLessThanOrEqual(LIMITS.errorStackChars);
		expect(error).toMatchObject({ line: 1, column: 1 });
	});
});
