import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { attackEngine } from "./attack-engine.ts";
import { HOSTILE_DATASET, makeImage, READ, WRITE } from "./hostile-dataset.ts";
import { decodedRows, refusalOf, type TestEngine } from "./start-engine.ts";

let engine: TestEngine;
let image: Uint8Array;
attackEngine(HOSTILE_DATASET, (attacked) => {
	({ engine, image } = attacked);
});

describe("hostile images", () => {
	const header = (change: (view: DataView) => void): Uint8Array => {
		const copy = new Uint8Array(image);
		change(new DataView(copy.buffer));
		return copy;
	};
	const entry = (sql: string): string =>
		`CREATE TABLE t(a); INSERT INTO t VALUES (1); CREATE TABLE other(a); PRAGMA writable_schema = ON; ${sql}; PRAGMA writable_schema = OFF;`;

	test.each([
		["a page size of zero", (view: DataView) => view.setUint16(16, 0)],
		["a page size that is no power of two", (view: DataView) => view.setUint16(16, 3)],
		["a page size of 256", (view: DataView) => view.setUint16(16, 256)],
		["a page size of 64 KiB", (view: DataView) => view.setUint16(16, 1)],
		["reserved bytes that leave no page", (view: DataView) => view.setUint8(20, 255)],
		["payload fractions of its own", (view: DataView) => view.setUint8(21, 1)],
		["a page count of four thousand million", (view: DataView) => view.setUint32(28, 0xffff_ffff)],
		["a free list that leads out of the file", (view: DataView) => view.setUint32(32, 0x7fff_ffff)],
		[
			"a free list of itself",
			(view: DataView) => {
				view.setUint32(32, 2);
				view.setUint32(36, 3);
			},
		],
		["a schema format of the future", (view: DataView) => view.setUint32(44, 99)],
		["an encoding that is none", (view: DataView) => view.setUint32(56, 7)],
		["an auto-vacuum root", (view: DataView) => view.setUint32(52, 3)],
		["a schema page of another kind", (view: DataView) => view.setUint8(100, 2)],
		["a schema page of a million cells", (view: DataView) => view.setUint16(103, 0xffff)],
		["a cell pointer out of the page", (view: DataView) => view.setUint16(108, 0xfff0)],
	])("%s: refused or read, and the engine answers the next", async (_what, change) => {
		const answer = await engine.importData({ format: "sqlite" }, header(change));
		if (answer.kind === "refused") expect(["invalid_arguments", "sql_limit_exceeded", "payload_too_large"]).toContain(answer.code);
		await engine.load(header(change));
		await engine.query({ sql: "SELECT * FROM notes", access: READ });
		await engine.query({ sql: "SELECT count(*) FROM sqlite_schema" });
		await engine.load(image);
		expect(await engine.rows({ sql: "SELECT count(*) FROM people", access: READ })).toEqual([[2]]);
	});

	test("bytes turned over anywhere in the image never show what the grant hides, nor end the engine", async () => {
		let seed = 7;
		const next = (below: number): number => {
			seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
			return seed % below;
		};
		for (let round = 0; round < 60; round += 1) {
			const copy = new Uint8Array(image);
			for (let flip = 0; flip < 8; flip += 1) copy[100 + next(copy.length - 100)] = next(256);
			await engine.load(copy);
			for (const sql of ["SELECT count(*) FROM people ORDER BY name", "SELECT name FROM people WHERE id > 1", "SELECT k FROM notes"])
				await engine.query({ sql, access: READ });
			await engine.write({ sql: "INSERT INTO notes(k) VALUES ('x')", access: WRITE });
		}
		await engine.load(image);
		expect(await engine.rows({ sql: "SELECT count(*) FROM people", access: READ })).toEqual([[2]]);
	}, 60_000);

	test("the WAL's mark in a header is taken off", async () => {
		const answer = await engine.fill(
			{ format: "sqlite" },
			header((view) => view.setUint16(18, 0x0202)),
		);
		expect(answer.kind).toBe("imported");
		expect((await engine.write({ sql: "INSERT INTO notes(k) VALUES ('x')", access: WRITE })).kind).toBe("rows");
	});

	test("views and triggers are dropped, generated columns and expression indexes are not code that can reach out", async () => {
		const made = await makeImage(
			"CREATE TABLE t(a, b AS (upper(a)), CHECK (length(a) < 9)); CREATE INDEX i ON t(instr(a, 'x')); INSERT INTO t VALUES ('xy'); CREATE VIEW v AS SELECT * FROM sqlite_schema; CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END; CREATE TRIGGER h INSTEAD OF INSERT ON v BEGIN DELETE FROM t; END;",
		);
		const answer = await engine.fill({ format: "sqlite" }, made);
		expect(answer).toMatchObject({ kind: "imported", dropped: ["trigger g", "trigger h", "view v"] });
		expect(await engine.write({ sql: "INSERT INTO t VALUES ('z')", access: { tables: { t: {} }, write: true } })).toMatchObject({
			kind: "rows",
		});
		expect(await engine.rows({ sql: "SELECT a, b FROM t WHERE instr(a, 'x') = 1" })).toEqual([["xy", "XY"]]);
	});

	test.each([
		[
			"a view that calls itself a table",
			entry("UPDATE sqlite_schema SET sql = 'CREATE VIEW other AS SELECT * FROM t' WHERE name = 'other'"),
		],
		[
			"a virtual table",
			entry("UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE other USING fts5(a)', rootpage = 0 WHERE name = 'other'"),
		],
		["text that is no SQL", entry("UPDATE sqlite_schema SET sql = 'CREATE TABLE other(' WHERE name = 'other'")],
		["two tables in one tree", entry("UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'other'")],
		["a table in the schema's own tree", entry("UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'other'")],
		[
			"a table of SQLite's own names",
			entry(
				"UPDATE sqlite_schema SET name = 'sqlite_master', tbl_name = 'sqlite_master', sql = 'CREATE TABLE sqlite_master(a)' WHERE name = 'other'",
			),
		],
		["shadow tables of a full-text index", "CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('x');"],
		["an R-tree", "CREATE VIRTUAL TABLE r USING rtree(id, a, b); INSERT INTO r VALUES (1, 1, 2);"],
	])("an image with %s is refused", async (_what, sql) => {
		expect(refusalOf(await engine.importData({ format: "sqlite" }, await makeImage(sql))).code).toBe("invalid_arguments");
		expect(await engine.rows({ sql: "SELECT count(*) FROM people", access: READ })).toEqual([[2]]);
	});
});

describe("functions that were quadratic", () => {
	const long = (unit: string): string => unit.repeat(200_000 / unit.length);
	test.each([
		["instr", "SELECT instr(?, ?)", [long("a"), `${long("a").slice(0, 100_000)}b`], 0],
		["replace", "SELECT length(replace(?, ?, 'x'))", [long("a"), `${long("a").slice(0, 100_000)}b`], 200_000],
		["trim", "SELECT length(trim(?, ?))", [long("a"), `${long("b")}a`], 0],
		["unhex", "SELECT length(unhex(?, ?))", [long("z"), `${long("y")}z`], 0],
	])("%s of two long values takes less than half a second", async (_name, sql, params, answer) => {
		const startedMs = performance.now();
		expect(await engine.rows({ sql, params, access: READ })).toEqual([[answer]]);
		expect(performance.now() - startedMs).toBeLessThan(5_000);
	});

	test("answer as SQLite's own do", async () => {
		const texts = ["", "a", "aa", "aab", "abab", "éa", "aé", "é", "😀x😀", " ", "00", "0a é1F", "4", "b\u0000a", "zz"];
		const own = new DatabaseSync(":memory:");
		const values: unknown[] = [...texts, 1.5, new Uint8Array([0xc3, 0xa9]), new Uint8Array([0x61, 0x61]), null];
		const calls = ["instr(?1, ?2)", "replace(?1, ?2, 'éz')", "trim(?1, ?2)", "ltrim(?1, ?2)", "rtrim(?1, ?2)", "hex(unhex(?1, ?2))"];
		const sql = `SELECT ${calls.join(", ")}`;
		const statement = own.prepare(sql);
		for (const first of values)
			for (const second of values) {
				const wanted = Object.values(
					statement.get(
						...[first, second].map((value) =>
							value === null || typeof value === "string" || typeof value === "number" || value instanceof Uint8Array ? value : null,
						),
					) ?? {},
				);
				expect(decodedRows(await engine.query({ sql, params: [first, second], access: READ })), JSON.stringify([first, second])).toEqual([
					wanted,
				]);
			}
		expect(refusalOf(await engine.query({ sql: "SELECT replace(?, 'a', ?)", params: [long("a"), "x".repeat(9)], access: READ })).code).toBe(
			"sql_limit_exceeded",
		);
	});
});
