import { describe, expect, test } from "vitest";
import type { EngineAccess } from "../../../worker/engine/engine-protocol.ts";
import { attackEngine } from "./attack-engine.ts";
import { CANARY, READ, WRITE } from "./hostile-dataset.ts";
import { refusalOf, type TestEngine } from "./start-engine.ts";

/** `people` with a mask and a row filter, `orders` with some columns, `notes` free; `vault` and its twin are not granted. */
const DATASET = `
		CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, team TEXT, salary INTEGER, extra TEXT);
		INSERT INTO people VALUES (1, 'ann', 'red', 100, '{}'), (2, 'bob', 'blue', 999, '${CANARY}'), (3, 'cyd', 'red', 300, '{}');
		CREATE TABLE orders(id INTEGER PRIMARY KEY, total REAL, card TEXT);
		INSERT INTO orders VALUES (1, 10, '${CANARY}'), (2, 20, '${CANARY}');
		CREATE TABLE vault(k TEXT, v TEXT);
		INSERT INTO vault VALUES ('pw', '${CANARY}');
		CREATE TABLE notes(k TEXT, v TEXT);
		INSERT INTO notes VALUES ('a', 'b');
		CREATE TABLE schemalike(type TEXT, name TEXT, tbl_name TEXT, rootpage INT, sql TEXT);
		CREATE INDEX notes_k ON notes(k);
		CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT);
		INSERT INTO counted VALUES (7);`;

let engine: TestEngine;
attackEngine(DATASET, (attacked) => {
	({ engine } = attacked);
});

const REFUSED: readonly (readonly [string, string])[] = [
	["a table that is not granted", "SELECT * FROM vault"],
	["its count alone", "SELECT count(*) FROM vault"],
	["that it has a row", "SELECT EXISTS (SELECT 1 FROM vault)"],
	["IN with a table's name", `SELECT ('pw', '${CANARY}') IN vault`],
	["main.people beside the view", "SELECT * FROM main.people"],
	["a common table expression of the view's name over the base table", "WITH people AS (SELECT * FROM main.people) SELECT * FROM people"],
	["a common table expression of a granted name over another table", "WITH notes AS (SELECT * FROM vault) SELECT * FROM notes"],
	["a subquery with a granted alias", "SELECT * FROM (SELECT * FROM vault) AS notes"],
	["a correlated subquery", "SELECT (SELECT v FROM vault WHERE k > people.name) FROM people"],
	["a join", "SELECT * FROM notes JOIN vault USING (k)"],
	["a join that merges no granted column", "SELECT notes.*, vault.* FROM notes NATURAL JOIN vault"],
	["a compound", "SELECT k, v FROM notes UNION ALL SELECT k, v FROM vault"],
	["ORDER BY", "SELECT k FROM notes ORDER BY (SELECT v FROM vault)"],
	["a column that is not granted", "SELECT card FROM orders"],
	["the same in ORDER BY", "SELECT id FROM orders ORDER BY card"],
	["the same in GROUP BY", "SELECT count(*) FROM orders GROUP BY card"],
	["the same in an aggregate", "SELECT max(card) FROM orders"],
	["the row's number", "SELECT rowid FROM people"],
	["the row's number under its other name", "SELECT _rowid_, oid FROM orders"],
	["sqlite_master", "SELECT * FROM sqlite_master WHERE name = 'vault'; "],
	["sqlite_temp_master", "SELECT sql FROM sqlite_temp_master"],
	["sqlite_temp_schema, counted", "SELECT count(*) FROM sqlite_temp_schema"],
	["temp.sqlite_schema", "SELECT * FROM temp.sqlite_schema"],
	["sqlite_sequence", "SELECT * FROM sqlite_sequence"],
	["pragma", "PRAGMA table_info(vault)"],
	["pragma that writes", "PRAGMA writable_schema = ON"],
	["pragma as a table", "SELECT * FROM pragma_database_list"],
	["pragma as a table, counted", "SELECT count(*) FROM pragma_table_list"],
	["pragma as a table with an argument", "SELECT name FROM pragma_table_info('vault')"],
	["dbstat", "SELECT * FROM dbstat"],
	["pages", "SELECT data FROM sqlite_dbpage"],
	["attach", "ATTACH ':memory:' AS other"],
	["attach of the dataset", "ATTACH 'dataset' AS other"],
	["detach", "DETACH temp"],
	["extension", "SELECT load_extension('x')"],
	["tokenizer", "SELECT fts3_tokenizer('simple')"],
	["writefile", "SELECT writefile('/tmp/x', 'x')"],
	["readfile", "SELECT readfile('/etc/passwd')"],
	["edit", "SELECT edit('x')"],
	["explain", "EXPLAIN SELECT * FROM people"],
	["explain query plan", "EXPLAIN QUERY PLAN SELECT * FROM people"],
	["a view", "CREATE VIEW mine AS SELECT * FROM vault"],
	["a temporary view of a granted name", "CREATE TEMP VIEW people AS SELECT * FROM main.people"],
	["a temporary table", "CREATE TEMP TABLE mine AS SELECT * FROM vault"],
	["a temporary trigger", "CREATE TEMP TRIGGER mine AFTER INSERT ON notes BEGIN SELECT 1; END"],
	["dropping the view over a table", "DROP VIEW people"],
	["dropping the view in temp", "DROP VIEW temp.vault"],
	["a virtual table", "CREATE VIRTUAL TABLE mine USING fts5(a)"],
	["alter", "ALTER TABLE notes RENAME TO vault2"],
	["reindex", "REINDEX"],
	["analyze", "ANALYZE"],
	["vacuum", "VACUUM"],
	["vacuum into", "VACUUM INTO 'x'"],
	["begin", "BEGIN"],
	["savepoint", "SAVEPOINT s"],
	["two statements", "SELECT 1; SELECT 2"],
	["a second statement behind a comment", "SELECT 1; /* */ -- x\n DELETE FROM notes"],
	["a second statement behind semicolons", "SELECT 1;;;; DROP TABLE notes"],
	["a statement cut short behind the first", "SELECT 1; SELECT"],
	["nothing", "-- only a comment"],
	["a NUL", "SELECT 1\0; DELETE FROM notes"],
	["update of a filtered table", "UPDATE people SET salary = 1"],
	["update that returns what is masked", "UPDATE people SET name = name RETURNING salary"],
	["delete through a filtered view", "DELETE FROM people"],
	["insert into a filtered table", "INSERT INTO people VALUES (9, 'x', 'red', 1, '')"],
	["upsert that returns what is masked", "INSERT INTO people(id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = salary RETURNING *"],
	["insert into a table that is not granted", "INSERT INTO vault VALUES (1, 2)"],
	["insert into a table of columns", "INSERT INTO orders VALUES (9, 9, 9)"],
	["copying a whole table (the transfer that skips the authorizer)", "INSERT INTO notes SELECT * FROM vault"],
	["the same with REPLACE", "REPLACE INTO notes SELECT * FROM vault"],
	["the same with OR IGNORE", "INSERT OR IGNORE INTO notes SELECT * FROM vault"],
	["update from another table", "UPDATE notes SET v = vault.v FROM vault"],
	["delete where in another table", "DELETE FROM notes WHERE k IN (SELECT k FROM vault)"],
	["returning from another table", "INSERT INTO notes VALUES (1, 2) RETURNING (SELECT v FROM vault)"],
	["a default from another table", "UPDATE notes SET v = (SELECT card FROM orders)"],
	["drop", "DROP TABLE notes"],
	["create", "CREATE TABLE mine(a)"],
	["an index", "CREATE INDEX mine ON notes(k)"],
	["sqlite_master as a target", "DELETE FROM sqlite_master"],
];

describe("a grant of tables", () => {
	test.each(REFUSED)("refuses %s, reading and writing", async (_what, sql) => {
		for (const answer of [await engine.query({ sql, access: READ }), await engine.write({ sql, access: WRITE })]) {
			const refusal = refusalOf(answer);
			expect(["sql_denied", "invalid_arguments"]).toContain(refusal.code);
			expect(refusal.message).not.toContain(CANARY);
			expect(refusal.message).not.toMatch(/[0-9a-f]{32}/);
		}
		expect(await engine.rows({ sql: "SELECT * FROM notes" })).toEqual([["a", "b"]]);
		expect(await engine.rows({ sql: "SELECT count(*), sum(salary) FROM people" })).toEqual([[3, 1399]]);
	});

	test("copies neither sqlite_temp_master nor sqlite_sequence into a table of the same shape", async () => {
		const access: EngineAccess = { tables: { schemalike: {}, notes: {} }, write: true };
		for (const sql of [
			"INSERT INTO schemalike SELECT * FROM sqlite_temp_master",
			"INSERT INTO schemalike SELECT * FROM sqlite_temp_schema",
			"INSERT INTO notes SELECT * FROM sqlite_sequence",
		])
			expect(refusalOf(await engine.write({ sql, access })).code, sql).toBe("sql_denied");
	});

	test("says which table is refused and which there are", async () => {
		const { code, message } = refusalOf(await engine.query({ sql: "SELECT v FROM vault", access: READ }));
		expect(code).toBe("sql_denied");
		expect(message).toContain("the table vault");
		expect(message).toContain("people, orders, notes");
	});

	test("shows the rows of the filter and NULL for what is masked, whatever the statement does", async () => {
		const cases: readonly (readonly [string, unknown])[] = [
			[
				"SELECT id, name, salary FROM people",
				[
					[1, "ann", null],
					[3, "cyd", null],
				],
			],
			["SELECT count(*), count(salary), max(salary), total(salary) FROM people", [[2, 0, null, 0]]],
			["SELECT salary + 1, typeof(salary), coalesce(salary, 'none') FROM people LIMIT 1", [[null, "null", "none"]]],
			["SELECT p.salary FROM people p ORDER BY p.salary DESC, p.id LIMIT 1", [[null]]],
			["SELECT salary, count(*) FROM people GROUP BY salary", [[null, 2]]],
			["SELECT count(*) FROM people a JOIN people b USING (salary)", [[0]]],
			["SELECT count(*) FROM people a NATURAL JOIN people b", [[0]]],
			["SELECT id FROM people WHERE salary > 0 OR salary IS NOT NULL", []],
			["SELECT id FROM people WHERE team = 'blue' OR 1", [[1], [3]]],
			["SELECT id FROM people WHERE id = 2", []],
			[
				"SELECT max(id) OVER (), lag(name) OVER (ORDER BY id) FROM people",
				[
					[3, null],
					[3, "ann"],
				],
			],
			["SELECT group_concat(name) FROM people", [["ann,cyd"]]],
			["SELECT a.name FROM notes LEFT JOIN people a ON 1", [["ann"], ["cyd"]]],
			[
				"SELECT * FROM orders",
				[
					[1, 10],
					[2, 20],
				],
			],
			['SELECT "ID" FROM "People" AS x WHERE x.name LIKE \'A%\'', [[1]]],
			["WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT count(*) FROM c, people", [[6]]],
			["SELECT value FROM json_each('[1,2]')", [[1], [2]]],
		];
		for (const [sql, rows] of cases) {
			expect(await engine.rows({ sql, access: READ }), sql).toEqual(rows);
			expect(await engine.rows({ sql, access: WRITE }), sql).toEqual(rows);
		}
	});

	test("evaluates no expression of the statement on a row that the filter hides: an error would tell of it", async () => {
		for (const sql of [
			"SELECT id FROM people WHERE json_extract(extra, '$.a') IS NULL",
			"SELECT id FROM people WHERE CASE WHEN team = 'blue' THEN abs(-9223372036854775808) ELSE 1 END",
			"SELECT count(*) FROM people p JOIN notes n ON json_valid(n.v) = 0 AND json(p.extra) = '{}'",
			"SELECT count(*) FROM notes n WHERE EXISTS (SELECT 1 FROM people p WHERE json(p.extra) = '{}')",
			"SELECT x.id FROM (SELECT * FROM people ORDER BY name) x WHERE json(x.extra) = '{}'",
			"SELECT sum(CASE json(extra) WHEN '{}' THEN 1 END) FROM people",
			"SELECT id FROM people GROUP BY json(extra) HAVING json(extra) = '{}'",
			"SELECT id FROM people ORDER BY json(extra)",
		])
			expect((await engine.query({ sql, access: READ })).kind, sql).toBe("rows");
	});

	test("the same where SQLite would rather ask the filter last, since it is a subquery", async () => {
		const where = "EXISTS (SELECT 1 FROM {dataset}.vault WHERE k = 'pw' AND people.team = 'red')";
		const access: EngineAccess = { tables: { people: { where } }, write: false };
		for (const sql of [
			"SELECT id FROM people WHERE json_extract(extra, '$.a') IS NULL",
			"SELECT count(*) FROM people WHERE json(extra) = '{}'",
		])
			expect((await engine.query({ sql, access })).kind, sql).toBe("rows");
	});

	test("a filter that is no single expression, or does not compile, is refused and names no other table's data", async () => {
		for (const where of ["1); DROP TABLE notes; --", "nosuch = 1", "1 = ", "1) UNION SELECT * FROM vault; SELECT (1"]) {
			const refusal = refusalOf(await engine.query({ sql: "SELECT * FROM notes", access: { tables: { notes: { where } }, write: false } }));
			expect(refusal.code, where).toBe("sql_denied");
			expect(refusal.message, where).toMatch(
				/^Opening the dataset: the grant's filter of notes: .*; whoever wrote the policy must mend it\.$/s,
			);
			expect(refusal.message).not.toMatch(/[0-9a-f]{32}/);
		}
	});

	test("a filter may look at tables that the grant does not show", async () => {
		const access: EngineAccess = { tables: { notes: { where: "EXISTS (SELECT 1 FROM {dataset}.vault WHERE k = 'pw')" } }, write: false };
		expect((await engine.query({ sql: "SELECT * FROM notes", access })).kind).toBe("rows");
		expect(refusalOf(await engine.query({ sql: "SELECT * FROM dataset.vault", access })).code).toBe("sql_denied");
	});

	test("columns that a join merges, of which SQLite tells the authorizer nothing, lead nowhere", async () => {
		const access: EngineAccess = {
			tables: { notes: {}, orders: { columns: ["id"] }, people: { masked: ["salary"], where: "team = 'red'" } },
			write: false,
		};
		const probes: readonly (readonly [string, unknown[][]])[] = [
			["SELECT v FROM (SELECT 'mine' AS v) FULL JOIN vault USING (v)", [["mine"]]],
			["SELECT k FROM notes NATURAL FULL JOIN vault", [["a"]]],
			["SELECT name FROM (SELECT 'mine' AS name) FULL JOIN sqlite_sequence USING (name)", [["mine"]]],
			["SELECT name FROM (SELECT 'mine' AS name) FULL JOIN sqlite_schema USING (name)", [["mine"]]],
			["SELECT salary FROM (SELECT 'mine' AS salary) FULL JOIN people USING (salary)", [["mine"], [null], [null]]],
			["SELECT name FROM (SELECT 'mine' AS name) FULL JOIN people USING (name)", [["mine"], ["ann"], ["cyd"]]],
		];
		for (const write of [false, true])
			for (const [sql, rows] of probes) expect(await engine.rows({ sql, access: { ...access, write } }), sql).toEqual(rows);
		const temp = "SELECT sql FROM (SELECT 'mine' AS sql) FULL JOIN sqlite_temp_schema USING (sql)";
		const card = "SELECT card FROM (SELECT 'mine' AS card) FULL JOIN orders USING (card)";
		expect(refusalOf(await engine.query({ sql: temp, access })).code).toBe("sql_denied");
		expect(refusalOf(await engine.write({ sql: temp, access: { ...access, write: true } })).code).toBe("sql_denied");
		expect(refusalOf(await engine.query({ sql: card, access })).code).toBe("invalid_arguments");
	});

	test("a grant of a table or column that the dataset has not is refused", async () => {
		for (const tables of [{ nosuch: {} }, { notes: { columns: ["nosuch"] } }, { notes: { masked: ["nosuch"] } }, { sqlite_sequence: {} }]) {
			const { code, message } = refusalOf(await engine.query({ sql: "SELECT 1", access: { tables, write: false } }));
			expect([code, message]).toEqual(["sql_denied", expect.stringMatching(/the grant names .* whoever wrote the policy must mend it\.$/)]);
		}
	});
});
