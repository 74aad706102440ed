import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { RunLog } from "../../../contract/runs.ts";
import { readRun } from "../../../worker/executor/remote-run.ts";
import { BoundLines, boundLogs } from "../../../worker/runs/bound-lines.ts";
import { sendLines } from "../../../worker/runs/send-lines.ts";

const said = (text: string, seq = 1) => ({ seq, atMs: 5.5, level: "info" as const, text });
const OUTCOME = { kind: "answered", answer: "{}", cpuMs: 1, wallMs: 2, startedAtMs: 3 };
const bodyOf = (text: string, size = text.length): ReadableStream<Uint8Array> => {
	const bytes = new TextEncoder().encode(text);
	return new ReadableStream({
		start: (controller) => {
			for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
			controller.close();
		},
	});
};

describe("the supervisor's answer to a job", () => {
	const text = `${JSON.stringify({ kind: "lines", lines: [said("größe\u2028\n")] })}\n${JSON.stringify({ kind: "lines", lines: [said("two", 2)] })}\n${JSON.stringify(OUTCOME)}\n`;

	it("is read the same however its bytes are cut", async () => {
		for (const size of [1, 2, 7, 64, 100_000]) {
			const batches: (readonly { text: string }[])[] = [];
			expect(await readRun(bodyOf(text, size), (lines) => batches.push(lines))).toEqual(OUTCOME);
			expect(batches.map((lines) => lines.map((line) => line.text))).toEqual([["größe\u2028\n"], ["two"]]);
		}
	});

	it("may end without a line break, and is none without an outcome or with anything else in it", async () => {
		expect(await readRun(bodyOf(JSON.stringify(OUTCOME)), () => {})).toEqual(OUTCOME);
		const tooMany = JSON.stringify({ kind: "lines", lines: Array.from({ length: LIMITS.logLines + 1 }, () => said("x")) });
		for (const wrong of ["", "{}", "null\n", `${JSON.stringify({ kind: "lines", lines: [] })}\n`, `${tooMany}\n${JSON.stringify(OUTCOME)}`])
			await expect(readRun(bodyOf(wrong), () => {})).rejects.toThrow();
	});
});

describe("console lines of one execution", () => {
	it("are numbered anew and bounded over all their batches: at the limit of lines, and one over", () => {
		const bound = new BoundLines();
		const lines = Array.from({ length: LIMITS.logLines - 1 }, () => said("x", 7));
		expect(bound.take(lines).map(({ seq }) => seq)).toEqual(lines.map((_, at) => at + 1));
		expect(bound.take([said("the last")])).toEqual([{ seq: LIMITS.logLines, atMs: 5, level: "info", text: "the last" }]);
		expect([bound.isCut, bound.take([said("one over")]), bound.isCut]).toEqual([false, [], true]);
	});

	it("are bounded in their text: at the limit, and one over", () => {
		const lines = Array.from({ length: LIMITS.logChars / LIMITS.logLineChars }, () => said("x".repeat(LIMITS.logLineChars)));
		const bound = new BoundLines();
		expect([bound.take(lines).length, bound.isCut]).toEqual([lines.length, false]);
		expect([bound.take([said("x"), said("")]).length, bound.isCut]).toEqual([0, true]);
		expect(boundLogs([...lines, said("x")], 0)).toMatchObject({ logsTruncated: true });
		expect(boundLogs(lines, 0)).toMatchObject({ logsTruncated: false });
		expect(boundLogs([], 1)).toEqual({ logs: [], logsTruncated: true });
	});

	it("are sent one batch at a time, what comes meanwhile together with the next", async () => {
		const sent: RunLog[][] = [];
		const gates: (() => void)[] = [];
		const take = sendLines((lines) => {
			sent.push(lines);
			return new Promise((resolve) => gates.push(resolve));
		});
		for (const text of ["a", "b", "c"]) take([said(text)]);
		expect(sent.map((lines) => lines.map((line) => line.text))).toEqual([["a"]]);
		gates.shift()?.();
		await Promise.resolve();
		await Promise.resolve();
		expect(sent.map((lines) => lines.map(({ seq, text }) => [seq, text]))).toEqual([
			[[1, "a"]],
			[
				[2, "b"],
				[3, "c"],
			],
		]);
	});
});
