import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { ErrorTail } from "../../../supervisor/error-tail.ts";
import { LogSpool } from "../../../supervisor/log-spool.ts";

const printed = (seq: number, text: string): string => `\u001ecordon-log ${JSON.stringify({ seq, atMs: 5, level: "info", text })}\n`;

describe("LogSpool", () => {
	test("reads console lines however the bytes are cut", () => {
		const spool = new LogSpool();
		for (const byte of Buffer.from(printed(1, "größe\u2028\n") + printed(2, "two"))) spool.write(Buffer.from([byte]));
		expect(spool.read().logs.map((line) => line.text)).toEqual(["größe\u2028\n", "two"]);
	});

	test("drops what is no console line, and survives it", () => {
		const spool = new LogSpool();
		const wrong = ["plain\n", "\u001ecordon-log {\n", '\u001ecordon-log {"seq":0}\n', `\u001ecordon-log ${"x".repeat(100_000)}\n`];
		for (const line of [...wrong, printed(1, "good")]) spool.write(Buffer.from(line));
		expect(spool.read()).toMatchObject({ logs: [{ text: "good" }], logsDropped: 0 });
	});

	test("keeps as many lines as the limit says and counts the ones after it", () => {
		const spool = new LogSpool();
		for (let seq = 1; seq <= LIMITS.logLines + 1; seq += 1) spool.write(Buffer.from(printed(seq, "x")));
		expect(spool.read().logs).toHaveLength(LIMITS.logLines);
		expect(spool.read().logsDropped).toBe(1);
	});

	test("keeps as much text as the limit says", () => {
		const spool = new LogSpool();
		const lines = LIMITS.logChars / LIMITS.logLineChars;
		for (let seq = 1; seq <= lines + 1; seq += 1) spool.write(Buffer.from(printed(seq, "x".repeat(LIMITS.logLineChars))));
		expect(spool.read().logs).toHaveLength(lines);
		expect(spool.read().logsDropped).toBe(1);
	});

	test("tells of each line as it is kept, and of none of the run before", () => {
		const spool = new LogSpool();
		const told: string[] = [];
		spool.reset((line) => told.push(line.text));
		spool.write(Buffer.from(`${printed(1, "one")}plain\n${printed(2, "two")}`));
		spool.reset();
		spool.write(Buffer.from(printed(1, "other")));
		expect(told).toEqual(["one", "two"]);
	});

	test("forgets a run's lines when the next one begins", () => {
		const spool = new LogSpool();
		spool.write(Buffer.from(`${printed(1, "old")}\u001ecordon-log {"seq":2,`));
		spool.reset();
		spool.write(Buffer.from(printed(1, "new")));
		expect(spool.read().logs.map((line) => line.text)).toEqual(["new"]);
	});
});

test("ErrorTail keeps the end, and nothing in it can move a terminal's cursor", () => {
	const tail = new ErrorTail();
	tail.write(Buffer.from(`${"a".repeat(LIMITS.executorErrorChars)}\u001b[2Jend\u0007\n`));
	expect(tail.read()).toMatch(/^a+\\x1b\[2Jend\\x07 \| $/);
});
