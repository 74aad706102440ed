import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { refusalOf, startEngine, type TestEngine } from "./start-engine.ts";

let engine: TestEngine;
beforeAll(async () => {
	engine = await startEngine();
});
afterAll(() => engine.close());
beforeEach(async () => {
	await engine.fill({ format: "sql" }, "CREATE TABLE t(a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (1, 'x'), (2, 'y')");
});

describe("a draft", () => {
	test("is seen by later statements, goes with discard, stays with commit", async () => {
		expect(await engine.write({ sql: "UPDATE t SET b = 'z' WHERE a = 1" })).toMatchObject({ kind: "rows", changes: 1 });
		expect(await engine.rows({ sql: "SELECT b FROM t" })).toEqual([["z"], ["y"]]);
		await engine.discard();
		expect(await engine.rows({ sql: "SELECT b FROM t" })).toEqual([["x"], ["y"]]);
		await engine.write({ sql: "DELETE FROM t WHERE a = 1" });
		expect(await engine.commit()).toBe(true);
		expect(await engine.commit()).toBe(false);
		expect(await engine.rows({ sql: "SELECT b FROM t" })).toEqual([["y"]]);
	});

	test("keeps nothing of a statement that fails midway, and all of those before it", async () => {
		await engine.write({ sql: "INSERT INTO t VALUES (3, 'z')" });
		for (const sql of [
			"INSERT INTO t SELECT 4 - value, 'new' FROM json_each('[0,1]')",
			"INSERT OR FAIL INTO t SELECT 5 - value, 'new' FROM json_each('[0,2]')",
			"UPDATE t SET a = a + 1 WHERE a < 3",
			"UPDATE t SET b = abs(CASE WHEN a = 3 THEN -9223372036854775808 ELSE 1 END)",
		])
			expect(refusalOf(await engine.write({ sql })).code, sql).toBe("invalid_arguments");
		expect(await engine.rows({ sql: "SELECT * FROM t" })).toEqual([
			[1, "x"],
			[2, "y"],
			[3, "z"],
		]);
	});

	test("keeps nothing of a statement whose answer is too large", async () => {
		expect(refusalOf(await engine.write({ sql: "UPDATE t SET b = 1 RETURNING a", limits: { rows: 1 } })).code).toBe("response_too_large");
		expect(await engine.rows({ sql: "SELECT b FROM t" })).toEqual([["x"], ["y"]]);
	});

	test("gives rows of RETURNING and counts changes", async () => {
		expect(await engine.write({ sql: "UPDATE t SET b = 1 RETURNING a" })).toMatchObject({ rows: "[[1],[2]]", changes: 2 });
		expect(await engine.write({ sql: "CREATE TABLE u(a)" })).toMatchObject({ rows: "[]", changes: 0 });
	});

	test("query never writes", async () => {
		expect(refusalOf(await engine.query({ sql: "DELETE FROM t" })).code).toBe("sql_denied");
		expect(refusalOf(await engine.query({ sql: "DELETE FROM t WHERE 0" })).code).toBe("sql_denied");
	});
});

test("an engine without a dataset says so", async () => {
	const empty = await startEngine();
	try {
		expect(await empty.loaded()).toBe(false);
		expect(refusalOf(await empty.query({ sql: "SELECT 1" })).code).toBe("conflict");
		expect(refusalOf(await empty.write({ sql: "SELECT 1" })).code).toBe("conflict");
		expect(JSON.parse(await empty.load(new TextEncoder().encode("nothing")))).toMatchObject({ kind: "refused" });
		expect(await empty.loaded()).toBe(false);
	} finally {
		await empty.close();
	}
});
