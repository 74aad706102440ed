import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { EngineAccess } from "../../../worker/engine/engine-protocol.ts";
import { refusalOf, startEngine, type TestEngine } from "./start-engine.ts";

const NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $n) ";
const READ: EngineAccess = { tables: { words: {} }, write: false };
let engine: TestEngine;

beforeAll(async () => {
	engine = await startEngine();
	await engine.fill({ format: "csv", table: "words" }, "id,word\n1,one\n2,two\n3,three\n");
});
afterAll(() => engine.close());

const codeOf = async (sql: string, params: unknown = []): Promise<string> =>
	refusalOf(await engine.query({ sql, params, access: READ, limits: { steps: 20_000_000 } })).code;

describe("limits", () => {
	test("rows: at the limit, and one over", async () => {
		const sql = "SELECT * FROM words";
		expect((await engine.query({ sql, access: READ, limits: { rows: 3 } })).kind).toBe("rows");
		expect(refusalOf(await engine.query({ sql, access: READ, limits: { rows: 2 } })).code).toBe("response_too_large");
	});

	test("bytes: at the limit, and one over", async () => {
		const sql = "SELECT 'é' AS a";
		const answer = await engine.query({ sql, access: READ });
		const bytes = answer.kind === "rows" ? answer.bytes : 0;
		expect(bytes).toBeGreaterThan(7);
		expect((await engine.query({ sql, access: READ, limits: { bytes } })).kind).toBe("rows");
		expect(refusalOf(await engine.query({ sql, access: READ, limits: { bytes: bytes - 1 } })).code).toBe("response_too_large");
	});

	test("steps: a statement that ends within them, and one that does not", async () => {
		const sql = `${NUMBERS}SELECT count(*) FROM n`;
		expect(await engine.rows({ sql, params: { n: 1_000 }, access: READ, limits: { steps: 100_000 } })).toEqual([[1_000]]);
		const refusal = refusalOf(await engine.query({ sql, params: { n: 1_000_000 }, access: READ, limits: { steps: 100_000 } }));
		expect(refusal.code).toBe("sql_limit_exceeded");
		expect(refusal.message).toContain("100000 steps");
	});

	test("wall time stops a statement where the isolate's clock moves", async () => {
		const sql = `${NUMBERS}SELECT count(*) FROM n`;
		const refusal = refusalOf(
			await engine.query({ sql, params: { n: 2 ** 40 }, access: READ, limits: { wallMs: 50, steps: LIMITS.sqlSteps.max } }),
		);
		expect(refusal.code).toBe("sql_limit_exceeded");
		expect(refusal.message).toContain("50 ms");
	});

	test.each([
		["an endless recursion", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"],
		[
			"an endless recursion that keeps its rows",
			"WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT sum(i) FROM n ORDER BY 1",
		],
		[
			"a join of everything with everything",
			`SELECT count(*) FROM ${Array.from({ length: 40 }, (_, index) => `words w${index}`).join(", ")}`,
		],
		["zeroblob", "SELECT zeroblob(2000000000)"],
		["a growing replace", "SELECT replace(replace(replace(hex(zeroblob(500000)), '0', '0000'), '0', '0000'), '0', '0000')"],
		["a growing group_concat", `${NUMBERS.replace("$n", "100000")}SELECT group_concat(hex(zeroblob(1000))) FROM n`],
		[
			"a growing recursion of text",
			"WITH RECURSIVE n(t) AS (SELECT 'xxxxxxxx' UNION ALL SELECT t || t FROM n) SELECT max(length(t)) FROM n",
		],
		["a large JSON", `${NUMBERS.replace("$n", "100000")}SELECT json_group_array(hex(zeroblob(1000))) FROM n`],
		[
			"a sort of more than the scratch holds",
			`${NUMBERS.replace("$n", "1000000")}SELECT i, hex(randomblob(200)) AS h FROM n ORDER BY h LIMIT 1`,
		],
	])("%s ends as sql_limit_exceeded and the engine answers the next", async (_what, sql) => {
		expect(await codeOf(sql)).toBe("sql_limit_exceeded");
		expect(await engine.rows({ sql: "SELECT count(*) FROM words", access: READ })).toEqual([[3]]);
	});

	test.each([
		["parentheses nested deeply", `SELECT ${"(".repeat(20_000)}1${")".repeat(20_000)}`],
		["operators in a row", `SELECT 1${"+1".repeat(30_000)}`],
		["NOT in a row", `SELECT ${"NOT ".repeat(15_000)}1`],
		["CASE within CASE", `SELECT ${"CASE WHEN 1 THEN ".repeat(3_000)}1${" END".repeat(3_000)}`],
		["subqueries nested deeply", `SELECT * FROM ${"(SELECT * FROM ".repeat(3_000)}words${")".repeat(3_000)}`],
		["a thousand tables in a join", `SELECT 1 FROM ${Array.from({ length: 1_000 }, (_, index) => `words w${index}`).join(",")}`],
		["a thousand selects in a compound", Array.from({ length: 1_000 }, () => "SELECT 1").join(" UNION ALL ")],
		["a hundred thousand columns", `SELECT ${Array.from({ length: 30_000 }, () => "1").join(",")}`],
		["a pattern of many wildcards", `SELECT count(*) FROM words WHERE word LIKE '${"%a".repeat(1_000)}'`],
		["a function of many arguments", `SELECT max(${Array.from({ length: 200 }, () => "1").join(",")})`],
		["a printf of a large width", "SELECT length(printf('%2000000000s', 'x'))"],
		["a printf of a large precision", "SELECT length(printf('%.*c', 2000000000, 'x'))"],
		["a deep AND", `SELECT 1 WHERE 1${" AND 1".repeat(10_000)}`],
	])("%s is refused or answered, and the engine answers the next", async (_what, sql) => {
		const answer = await engine.query({ sql, access: READ, limits: { steps: 20_000_000 } });
		if (answer.kind === "refused") expect(["invalid_arguments", "sql_limit_exceeded"]).toContain(answer.code);
		expect(await engine.rows({ sql: "SELECT count(*) FROM words", access: READ })).toEqual([[3]]);
	});

	test("a text longer than sqlChars never reaches SQLite", async () => {
		const sql = `SELECT 1 --${"x".repeat(LIMITS.sqlChars)}`;
		expect(await codeOf(sql)).toBe("invalid_arguments");
	});
});

describe("parameters", () => {
	test("come back as they went in", async () => {
		const params = [
			null,
			1,
			-1,
			2 ** 53 - 1,
			-(2 ** 53 - 1),
			2n ** 63n - 1n,
			-(2n ** 63n),
			1.5,
			-0,
			1e300,
			Number.POSITIVE_INFINITY,
			"é\u{1f600}",
			"",
			new Uint8Array([0, 255]),
		];
		const sql = `SELECT ${params.map(() => "?").join(", ")}`;
		expect(await engine.rows({ sql, params, access: READ })).toEqual([params]);
		expect(await engine.rows({ sql: "SELECT typeof(?), typeof(?), typeof(?), ?", params: [1, 1.5, -0, true], access: READ })).toEqual([
			["integer", "real", "real", 1],
		]);
	});

	test("have names, with or without repeats", async () => {
		expect(await engine.rows({ sql: "SELECT :a, @b, $c, :a", params: { a: 1, b: 2, c: 3 }, access: READ })).toEqual([[1, 2, 3, 1]]);
	});

	test("too few, too many, misnamed, of a wrong kind, out of range: invalid_arguments", async () => {
		expect(await codeOf("SELECT ?", [])).toBe("invalid_arguments");
		expect(await codeOf("SELECT ?", [1, 2])).toBe("invalid_arguments");
		expect(await codeOf("SELECT :a", { b: 1 })).toBe("invalid_arguments");
		expect(await codeOf("SELECT :a", { a: 1, b: 1 })).toBe("invalid_arguments");
		expect(await codeOf("SELECT ?", { a: 1 })).toBe("invalid_arguments");
		expect(await codeOf("SELECT ?", [[1]])).toBe("invalid_arguments");
		expect(await codeOf("SELECT ?", [2n ** 63n])).toBe("invalid_arguments");
		expect(await codeOf("SELECT ?", 1)).toBe("invalid_arguments");
	});

	test("a name of Object's prototype is no value", async () => {
		expect(await codeOf("SELECT :constructor", {})).toBe("invalid_arguments");
	});
});
