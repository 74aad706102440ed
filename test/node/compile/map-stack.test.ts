import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { compileProgram } from "../../../worker/executor/compile-program.ts";
import { explainLoadFailure } from "../../../worker/executor/explain-load-failure.ts";
import { mapStack } from "../../../worker/executor/map-stack.ts";
import type { CompiledProgram } from "../../../worker/executor/protocol.ts";

const source =
	'const add = (a: number, b: Map<string, number>): number => { throw new Error("x" as string); };\nexport default (input: unknown) => add(1, new Map<string, number>());';
const program = ((): CompiledProgram => {
	const outcome = compileProgram({
		main: "main.ts",
		modules: { "main.ts": source, "lib/plain.js": "export const a = 1;" },
		language: "typescript",
	});
	if (outcome.kind === "invalid") throw new Error(outcome.message);
	return outcome.program;
})();
/** Where a text stands in the stripped code, and in the author's. */
const column = (text: string, part: string, line: number): number => (text.split("\n")[line - 1] ?? "").indexOf(part) + 1;

describe("mapStack()", () => {
	it("gives the author's columns, and those of the first frame", () => {
		const code = program.modules["main.ts"] ?? "";
		const [thrown, called] = [column(code, "new Error", 1), column(code, "add(", 2)];
		const wanted = [column(source, "new Error", 1), column(source, "add(", 2)];
		expect(thrown).not.toBe(wanted[0]);
		expect(mapStack(`    at add (main.ts:1:${thrown})\n    at default (main.ts:2:${called})`, program)).toEqual({
			stack: `    at add (main.ts:1:${wanted[0]})\n    at default (main.ts:2:${wanted[1]})`,
			line: 1,
			column: wanted[0],
		});
	});
	it("leaves the columns of modules without types as they are", () => {
		expect(mapStack("    at lib/plain.js:1:14", program)).toEqual({ stack: "    at lib/plain.js:1:14", line: 1, column: 14 });
	});
	it("leaves out what is no frame of the program, whoever wrote it", () => {
		const hostile = [
			"Error: x",
			"    at evil (harness.js:1:1)",
			"    at constructor:1:1",
			"    at __proto__:1:1",
			"    at main.ts:99999999999:1",
			"\u001b[31m    at main.ts:1:1",
			"    at main.ts:1:1 <script>",
		];
		expect(mapStack(hostile.join("\n"), program)).toEqual({ stack: "", line: null, column: null });
	});
	it("takes places that are not in the module as they are, and is bounded", () => {
		expect(mapStack("    at main.ts:500:7", program)).toMatchObject({
			line: 500,
			stack: "    at main.ts:500:7",
		});
		expect(mapStack("    at main.ts:1:1\n".repeat(10_000), program).stack.length).toBeLessThanOrEqual(LIMITS.errorStackChars);
	});
});

describe("explainLoadFailure()", () => {
	it("takes the runtime's message apart", () => {
		const message = "Failed to start Worker:\nUncaught SyntaxError: Unexpected token ';'\n  at program/lib/a.ts:1:39\n";
		expect(explainLoadFailure(message)).toEqual({
			message: "Loading the program: SyntaxError: Unexpected token ';' (in lib/a.ts).",
			line: 1,
			column: 39,
		});
	});
	it("says what it can when the runtime names no place", () => {
		expect(
			explainLoadFailure('Failed to start Worker:\nUncaught Error: No such module "program/b.ts".\n  imported from "program/main.ts"'),
		).toEqual({
			message: 'Loading the program: Error: No such module "b.ts".\n  imported from "main.ts".',
			line: null,
			column: null,
		});
		expect(explainLoadFailure("")).toEqual({ message: "Loading the program: the runtime refused it.", line: null, column: null });
	});
	it("escapes terminal sequences and bounds the text", () => {
		const explained = explainLoadFailure(`Failed to start Worker:\nUncaught SyntaxError: \u001b[2J\u0007${"x".repeat(1e6)}`);
		expect(explained.message).toContain("\\u001b[2J\\u0007xxx");
		expect(explained.message.length).toBeLessThan(LIMITS.errorMessageChars);
	});
});
