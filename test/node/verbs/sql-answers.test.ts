import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { encodeValue } from "../../../contract/tagged-json.ts";
import type { BoundGrant } from "../../../worker/verbs/verb.ts";
import { bind, engineAct, RESOURCES } from "./granted-sql.ts";
import { MemoryContents } from "./memory-contents.ts";
import { callContext, codeOf, doneValue } from "./perform.ts";

const answerOf = (columns: string[], rows: unknown[][], changes = 0): string => {
	const encoded = encodeValue(rows, { nodes: 1_000_000 });
	assert(encoded.kind === "encoded");
	return JSON.stringify({ kind: "rows", columns, rows: encoded.text, rowCount: rows.length, changes, steps: 1, bytes: 1 });
};
const complete = (grant: BoundGrant, method: string, args: unknown[], answer: string, contents = new MemoryContents()) =>
	engineAct(grant, method, ...args).complete(answer, callContext({ resources: RESOURCES, contents }));

describe("an answer", () => {
	test("is rows as objects, or columns and arrays", async () => {
		const answer = answerOf(
			["a", "b"],
			[
				[1, "x"],
				[2n, null],
			],
		);
		expect(doneValue(await complete(bind({}), "query", ["select 1"], answer))).toEqual([
			{ a: 1, b: "x" },
			{ a: 2n, b: null },
		]);
		expect(doneValue(await complete(bind({}), "queryRows", ["select 1"], answer))).toEqual({
			columns: ["a", "b"],
			rows: [
				[1, "x"],
				[2n, null],
			],
		});
	});

	test("numbers columns of one name, and takes __proto__ for a name like any other", async () => {
		const rows = doneValue(await complete(bind({}), "query", ["x"], answerOf(["a", "a", "a_2", "__proto__", "a"], [[1, 2, 3, 4, 5]])));
		assert(Array.isArray(rows));
		expect(Object.entries(rows[0])).toEqual([
			["a", 1],
			["a_2", 2],
			["a_2_2", 3],
			["__proto__", 4],
			["a_3", 5],
		]);
		expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
	});

	test("of an execute is what it changed, and the version", async () => {
		expect(doneValue(await complete(bind({ mode: "write" }), "execute", ["x"], answerOf([], [], 3)))).toEqual({ changes: 3, version: 4 });
	});

	test("as a handle stays on the host, as JSON or CSV", async () => {
		const contents = new MemoryContents();
		const answer = answerOf(
			["a,b", "c"],
			[
				['say "hi"', 9007199254740993n],
				[null, ""],
			],
		);
		const value = doneValue(await complete(bind({}), "query", ["x", [], { as: "handle", format: "csv" }], answer, contents));
		expect(value).toMatchObject({ handle: "hdl_1", type: "text/csv", columns: ["a,b", "c"], rowCount: 2 });
		expect(new TextDecoder().decode(contents.handles.get("hdl_1")?.bytes)).toBe('"a,b",c\r\n"say ""hi""",9007199254740993\r\n,""\r\n');
		await complete(bind({}), "query", ["x", undefined, { as: "handle" }], answer, contents);
		expect(new TextDecoder().decode(contents.handles.get("hdl_2")?.bytes)).toBe(
			'[{"a,b":"say \\"hi\\"","c":"9007199254740993"},{"a,b":null,"c":""}]',
		);
	});

	test("that is a refusal is the call's failure", async () => {
		const refusal = JSON.stringify({ kind: "refused", code: "sql_limit_exceeded", message: "too much" });
		expect(await complete(bind({}), "query", ["x"], refusal)).toMatchObject({
			kind: "failed",
			code: "sql_limit_exceeded",
			message: "too much",
		});
	});

	test("that a process forged is a failure and never a throw", async () => {
		const whole = { kind: "rows", columns: ["a"], rows: "[[1]]", rowCount: 1, changes: 0, steps: 1, bytes: 1 };
		for (const forged of [
			"",
			"null",
			"[]",
			"{",
			'"x"',
			"[".repeat(100_000),
			JSON.stringify({ ...whole, more: 1 }),
			JSON.stringify({ ...whole, rows: "[[1,2]]" }),
			JSON.stringify({ ...whole, rows: "[1]" }),
			JSON.stringify({ ...whole, rows: '[[{"$response":{}}]]' }),
			JSON.stringify({ ...whole, rows: "[".repeat(10_000) }),
			JSON.stringify({ ...whole, rows: JSON.stringify(new Array(LIMITS.sqlRows.max + 1).fill([1])) }),
			JSON.stringify({ ...whole, columns: new Array(LIMITS.sqlColumns + 1).fill("a") }),
			JSON.stringify({ kind: "refused", code: "internal", message: "x" }),
		])
			expect(["internal", "response_too_large"], forged.slice(0, 60)).toContain(codeOf(await complete(bind({}), "query", ["x"], forged)));
	});
});
