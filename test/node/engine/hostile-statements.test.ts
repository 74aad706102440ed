import { describe, expect, test } from "vitest";
import type { EngineAccess } from "../../../worker/engine/engine-protocol.ts";
import { attackEngine } from "./attack-engine.ts";
import { CANARY, HOSTILE_DATASET, READ, WHERE, WRITE } from "./hostile-dataset.ts";
import { refusalOf, type TestEngine } from "./start-engine.ts";

let engine: TestEngine;
attackEngine(HOSTILE_DATASET, (attacked) => {
	({ engine } = attacked);
});

const REFUSED: readonly (readonly [string, string])[] = [
	["an error of CASE over another table", `SELECT CASE WHEN (SELECT v FROM vault) LIKE 'h%' THEN json('x') ELSE 1 END`],
	["an overflow over another table", "SELECT abs(CAST((SELECT count(*) FROM vault) AS INTEGER) - 9223372036854775809)"],
	["LIKE with an ESCAPE out of another table", "SELECT 'a' LIKE 'b' ESCAPE (SELECT v FROM vault)"],
	["json_each of another table's value", "SELECT * FROM json_each((SELECT v FROM vault))"],
	["LIMIT out of another table", "SELECT 1 LIMIT (SELECT length(v) FROM vault)"],
	["OFFSET out of another table", "SELECT 1 LIMIT 1 OFFSET (SELECT length(v) FROM vault)"],
	["VALUES out of another table", "VALUES ((SELECT v FROM vault))"],
	["a row value", "SELECT (k, v) = (SELECT k, v FROM vault) FROM notes"],
	["row values IN a table", "SELECT ('pw', 'x') IN vault"],
	["an aggregate's FILTER", "SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM vault)) FROM notes"],
	["an aggregate's ORDER BY", "SELECT group_concat(k ORDER BY (SELECT v FROM vault)) FROM notes"],
	["a window's PARTITION BY", "SELECT count(*) OVER (PARTITION BY (SELECT v FROM vault)) FROM notes"],
	["a named window", "SELECT count(*) OVER w FROM notes WINDOW w AS (ORDER BY (SELECT v FROM vault))"],
	["a window's frame bound", "SELECT sum(1) OVER (ORDER BY k ROWS (SELECT count(*) FROM vault) PRECEDING) FROM notes"],
	["HAVING", "SELECT k FROM notes GROUP BY k HAVING (SELECT v FROM vault) > 'a'"],
	["ON of a join", "SELECT * FROM notes a LEFT JOIN notes b ON (SELECT v FROM vault) = b.k"],
	["a materialized expression", "WITH x AS MATERIALIZED (SELECT * FROM vault) SELECT 1 FROM x"],
	["an expression that is not", "WITH x AS NOT MATERIALIZED (SELECT v FROM vault) SELECT v FROM x"],
	[
		"a recursive one of the table's own name",
		"WITH RECURSIVE vault(k) AS (SELECT 1 UNION ALL SELECT k FROM main.vault) SELECT * FROM vault",
	],
	[
		"a recursive one that shadows a view over it",
		"WITH RECURSIVE notes(k) AS (SELECT v FROM vault UNION SELECT k FROM notes) SELECT * FROM notes",
	],
	["EXCEPT", "SELECT k, v FROM vault EXCEPT SELECT k, v FROM notes"],
	["INTERSECT", "SELECT k FROM notes INTERSECT SELECT k FROM vault"],
	["INDEXED BY another table's index", "SELECT v FROM vault INDEXED BY sqlite_autoindex_vault_1"],
	["INDEXED BY through a filtered view", "SELECT id FROM people INDEXED BY people_json WHERE abs(salary) > 1"],
	["NOT INDEXED over another table", "SELECT v FROM vault NOT INDEXED"],
	["an index as a table", "SELECT * FROM sqlite_autoindex_vault_1"],
	["a generated column of what is masked", "SELECT pay FROM orders, people WHERE card = pay"],
	["a column that is not granted, quoted as a text", 'SELECT "card" FROM orders'],
	["the same by the table's name", "SELECT orders.card FROM orders"],
	["the same under an alias", "SELECT o.card FROM orders AS o"],
	["the same in a correlated subquery", "SELECT (SELECT card) FROM orders"],
	["the same in USING", "SELECT 1 FROM orders a JOIN orders b USING (card)"],
	["a schema's name that is usual", "SELECT * FROM temp.vault"],
	["the dataset's name as messages have it", "SELECT * FROM dataset.vault"],
	["sqlite_schema of main", "SELECT * FROM main.sqlite_schema"],
	["sqlite_schema in a join", "SELECT s.sql FROM notes, sqlite_schema s"],
	["sqlite_stat1", "SELECT * FROM sqlite_stat1"],
	["pragma_table_xinfo with a schema", "SELECT name FROM pragma_table_xinfo('people', 'main')"],
	["pragma_function_list", "SELECT * FROM pragma_function_list"],
	["pragma_module_list, counted", "SELECT count(*) FROM pragma_module_list"],
	["pragma_compile_options", "SELECT * FROM pragma_compile_options"],
	["a pragma that changes LIKE", "PRAGMA case_sensitive_like = ON"],
	["a pragma behind a schema", "PRAGMA temp.table_info('people')"],
	["a pragma that wants no rights", "PRAGMA data_version"],
	["sqlite_dbpage of temp", "SELECT * FROM sqlite_dbpage('temp')"],
	["bytecode of a statement", "SELECT * FROM bytecode('SELECT * FROM vault')"],
	["tables that a statement uses", "SELECT * FROM tables_used('SELECT * FROM vault')"],
	["the statements in memory", "SELECT * FROM sqlite_stmt"],
	["sqlite_log", "SELECT sqlite_log(1, 'x')"],
	["sqlite_offset", "SELECT sqlite_offset(k) FROM notes"],
	["compile options", "SELECT sqlite_compileoption_get(0)"],
	["an internal function", "SELECT sqlite_rename_table('main', 'table', 'x', 'CREATE TABLE x(a)', 'x', 'y', 0)"],
	["an internal function of views", "SELECT sqlite_fail('x')"],
	["json_patch, whose work is quadratic", "SELECT json_patch('{}', '{}')"],
	["UPSERT that reads another table", "INSERT INTO notes(k, v) VALUES ('a', 1) ON CONFLICT (k) DO UPDATE SET v = (SELECT v FROM vault)"],
	["UPSERT's WHERE", "INSERT INTO notes(k, v) VALUES ('a', 1) ON CONFLICT (k) DO UPDATE SET v = 2 WHERE (SELECT v FROM vault) LIKE 'h%'"],
	["UPSERT into another table", "INSERT INTO vault(k) VALUES ('pw') ON CONFLICT (k) DO NOTHING"],
	["a unique constraint of another table", "INSERT INTO vault VALUES ('pw', 1)"],
	["a unique constraint behind a filter", "INSERT INTO people(name) VALUES ('bob')"],
	["INSERT OR REPLACE behind a filter", "INSERT OR REPLACE INTO people(id, name) VALUES (2, 'x')"],
	["UPDATE OR IGNORE behind a filter", "UPDATE OR IGNORE people SET name = 'bob' WHERE id = 1"],
	["UPDATE FROM that joins another table", "UPDATE notes SET v = x.v FROM (SELECT v FROM vault) AS x"],
	["UPDATE FROM over what is masked into another column", "UPDATE orders SET total = salary FROM people"],
	["UPDATE of a row value out of another table", "UPDATE notes SET (k, v) = (SELECT k, v FROM vault)"],
	["UPDATE with a common table expression", "WITH x AS (SELECT v FROM vault) UPDATE notes SET v = (SELECT v FROM x)"],
	["DELETE that returns another table", "DELETE FROM notes RETURNING (SELECT v FROM vault)"],
	["DELETE by another table's rows", "DELETE FROM notes WHERE EXISTS (SELECT 1 FROM vault WHERE v LIKE 'h%')"],
	["DELETE of everything in a table that is not granted", "DELETE FROM vault"],
	["DELETE through INDEXED BY", "DELETE FROM vault INDEXED BY sqlite_autoindex_vault_1 WHERE k = 'pw'"],
	["INSERT with DEFAULT VALUES into another table", "INSERT INTO vault DEFAULT VALUES"],
	["INSERT of a generated column", "INSERT INTO notes(k, w) VALUES ('x', 'y')"],
	["INSERT into a table in main", "INSERT INTO main.notes VALUES ('x', 'y')"],
	["a table-valued function as a target", "INSERT INTO json_each VALUES (1)"],
	["a view over two tables as a target", "DELETE FROM (SELECT * FROM notes)"],
	["a trigger on a granted table", "CREATE TRIGGER t AFTER INSERT ON notes BEGIN INSERT INTO notes SELECT * FROM vault; END"],
	["ALTER that adds a column with a default", "ALTER TABLE notes ADD COLUMN x DEFAULT 1"],
	["ALTER that drops one", "ALTER TABLE notes DROP COLUMN v"],
	["a table made of another", "CREATE TABLE IF NOT EXISTS notes AS SELECT * FROM vault"],
	["DROP INDEX", "DROP INDEX notes_v"],
	["COMMIT", "COMMIT"],
	["ROLLBACK", "ROLLBACK TO x"],
	["RELEASE", "RELEASE x"],
	["ATTACH by a parameter's value", "ATTACH 'file:dataset?mode=rw' AS x"],
	["ATTACH of temp", "ATTACH '' AS x"],
	["EXPLAIN behind a comment", "/**/ EXPLAIN SELECT * FROM notes"],
];

describe("statements that try the walls of a grant of tables", () => {
	test.each(REFUSED)("%s is refused and changes nothing", async (_what, sql) => {
		for (const answer of [await engine.query({ sql, access: READ }), await engine.write({ sql, access: WRITE })]) {
			const refusal = refusalOf(answer);
			expect(["sql_denied", "invalid_arguments"]).toContain(refusal.code);
			expect(refusal.message).not.toContain(CANARY);
			expect(refusal.message).not.toMatch(/[0-9a-f]{32}/);
		}
		expect(await engine.rows({ sql: "SELECT k, v FROM notes" })).toEqual([["a", "b"]]);
		expect(await engine.rows({ sql: "SELECT count(*), sum(salary), sum(length(name)) FROM people" })).toEqual([[3, 1399, 9]]);
		expect(await engine.rows({ sql: "SELECT count(*) FROM vault" })).toEqual([[1]]);
	});

	test.each([
		["INSERT INTO notes(k, v) VALUES ('x', 'y')"],
		["INSERT OR REPLACE INTO notes(k, v) VALUES ('a', 'z')"],
		["UPDATE notes SET v = 'z'"],
		["DELETE FROM notes"],
		["REPLACE INTO notes(k) VALUES ('a') RETURNING *"],
		["WITH x AS (SELECT 1) INSERT INTO notes(k) SELECT 'q' FROM x"],
	])("%s writes in write mode only", async (sql) => {
		for (const access of [READ, WRITE])
			expect(["sql_denied", "invalid_arguments"]).toContain(refusalOf(await engine.query({ sql, access })).code);
		expect(refusalOf(await engine.write({ sql, access: READ })).code).toBe("sql_denied");
		expect((await engine.write({ sql, access: WRITE })).kind).toBe("rows");
	});

	const HARMLESS: readonly (readonly [string, unknown])[] = [
		[
			"SELECT id, salary FROM people ORDER BY 2 DESC, 1 COLLATE NOCASE",
			[
				[1, null],
				[3, null],
			],
		],
		["SELECT * FROM people WHERE salary IS NOT NULL", []],
		["SELECT count(pay), sum(id) FILTER (WHERE salary IS NULL) FROM people", [[2, 4]]],
		["SELECT name FROM people WHERE name GLOB '*' AND id BETWEEN 0 AND 9 LIMIT (SELECT count(*) FROM people)", [["ann"], ["cyd"]]],
		[
			"SELECT (id, name) = (2, 'bob'), (SELECT count(*) FROM people p WHERE p.id < people.id) FROM people",
			[
				[0, 0],
				[0, 1],
			],
		],
		[
			"SELECT nth_value(name, 2) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM people",
			[["cyd"], ["cyd"]],
		],
		["WITH RECURSIVE people(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM people WHERE n < 2) SELECT * FROM people", [[1], [2]]],
		["WITH x AS NOT MATERIALIZED (SELECT * FROM people) SELECT count(*) FROM x a, x b", [[4]]],
		["SELECT DISTINCT salary FROM people UNION SELECT card FROM (SELECT NULL AS card)", [[null]]],
		[
			"SELECT key, value FROM json_each((SELECT json_group_array(name) FROM people))",
			[
				[0, "ann"],
				[1, "cyd"],
			],
		],
		["SELECT EXISTS (SELECT 1 FROM people WHERE name = 'bob'), 'bob' IN (SELECT name FROM people)", [[0, 0]]],
		["SELECT a.id FROM people a JOIN people b ON a.id = b.id + 1", []],
		["SELECT max(id), name FROM people", [[3, "cyd"]]],
		["VALUES (1, (SELECT max(id) FROM people))", [[1, 3]]],
	];
	test.each(HARMLESS)("%s answers from what the grant shows alone", async (sql, rows) => {
		expect(await engine.rows({ sql, access: READ })).toEqual(rows);
		expect(await engine.rows({ sql, access: WRITE })).toEqual(rows);
	});

	test.each([
		"SELECT name FROM people WHERE salary / 0 IS NULL AND json(extra) = '{}'",
		"SELECT count(*) FROM people WHERE CAST(extra AS INTEGER) = 0 AND ('a' LIKE 'b' ESCAPE substr(extra, 1, 1)) = 0",
		"SELECT sum(CASE WHEN name = 'bob' THEN 9223372036854775807 ELSE 0 END + length(json(extra))) FROM people",
		"SELECT group_concat(json(extra) ORDER BY json(extra)) FROM people",
		"SELECT row_number() OVER (PARTITION BY json(extra) ORDER BY json(extra)) FROM people",
		"SELECT count(*) FILTER (WHERE json(extra) = '{}') FROM people",
		"SELECT p.id FROM notes LEFT JOIN people p ON json(p.extra) = '{}'",
		"SELECT id FROM people UNION SELECT length(json(extra)) FROM people",
		"WITH x AS NOT MATERIALIZED (SELECT * FROM people) SELECT 1 FROM x WHERE json(extra) = '{}'",
		"SELECT (SELECT json(p.extra) FROM people p WHERE p.id = n.k OR 1) FROM notes n",
		"SELECT 1 FROM people a, people b WHERE json(a.extra) = json(b.extra)",
		"SELECT id FROM people WHERE (json(extra), id) > ('', 0)",
	])("%s raises no error about a row that the filter hides", async (sql) => {
		for (const access of [READ, WRITE]) expect((await engine.query({ sql, access })).kind).toBe("rows");
	});

	test("what the tenant's own constraints say of a granted table names no other", async () => {
		for (const sql of ["INSERT INTO notes(k, v) VALUES ('a', 1)", "INSERT INTO notes(k) VALUES ('bad')"]) {
			const refusal = refusalOf(await engine.write({ sql, access: WRITE }));
			expect(refusal.message).toContain("constraint failed");
			expect(refusal.message).not.toMatch(/vault|[0-9a-f]{32}/);
		}
		// A foreign key would tell whether the other table has a row.
		for (const v of ["pw", "none"])
			expect((await engine.write({ sql: "INSERT INTO notes(k, v) VALUES (?, ?)", params: [v, v], access: WRITE })).kind).toBe("rows");
	});

	test("an aggregate-only grant evaluates nothing of the program's", async () => {
		const access: EngineAccess = { tables: { people: { masked: ["salary"], where: WHERE } }, write: false, minGroup: 2 };
		for (const column of ["card", "json(extra)", 'salary" FROM people --', "rowid", "pay\0"])
			expect(refusalOf(await engine.query({ aggregate: { from: "people", aggregates: [{ fn: "sum", column }] }, access })).code).toBe(
				"invalid_arguments",
			);
		const one = { from: "people", aggregates: [{ fn: "count" as const }], where: [{ column: "id", op: "=" as const, value: 1 }] };
		expect(await engine.rows({ aggregate: one, access })).toEqual([]);
	});
});
