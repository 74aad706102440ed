import { utils, write } from "@e965/xlsx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { EngineImportInput } from "../../../worker/engine/engine-protocol.ts";
import { refusalOf, startEngine, type TestEngine } from "./start-engine.ts";

let engine: TestEngine;
beforeAll(async () => {
	engine = await startEngine();
});
afterAll(() => engine.close());

const messageOf = async (options: EngineImportInput, source: string | Uint8Array): Promise<string> =>
	refusalOf(await engine.importData(options, source)).message;

describe("CSV", () => {
	test("BOM, CRLF, quotes, line ends in fields, Unicode, empty fields, odd headers", async () => {
		const text = '\ufeffid,name,amount,,ID,zip\r\n1,"A, ""q""\r\nx",1.5,,2,007\r\n2,é\u{1f600},3,,,\r\n\r\n';
		expect(await engine.fill({ format: "csv", table: "../My Sales-2024.csv" }, text)).toMatchObject({
			kind: "imported",
			tables: [
				{
					name: "My_Sales_2024",
					rows: 2,
					columns: [
						{ name: "id", type: "INTEGER" },
						{ name: "name", type: "TEXT" },
						{ name: "amount", type: "REAL" },
						{ name: "column_4", type: "TEXT" },
						{ name: "ID_2" },
						{ name: "zip", type: "TEXT" },
					],
				},
			],
		});
		expect(await engine.rows({ sql: "SELECT * FROM My_Sales_2024" })).toEqual([
			[1, 'A, "q"\nx', 1.5, null, 2, "007"],
			[2, "é\u{1f600}", 3, null, null, null],
		]);
	});

	test("guesses the delimiter from the header, outside of quotes", async () => {
		await engine.fill({ format: "csv", table: "t" }, '"a,b,c,d";e\n1;2\n');
		expect(await engine.rows({ sql: 'SELECT "a,b,c,d", e FROM t' })).toEqual([[1, 2]]);
	});

	test("names the line of a record with too many fields, also behind quoted line ends", async () => {
		expect(await messageOf({ format: "csv" }, 'a,b\n1,"x\n\ny"\n1,2,3\n')).toContain("line 5: found 3 fields");
	});

	test("refuses an open quote, text that is not UTF-8, a NUL, an empty text, too many columns", async () => {
		expect(await messageOf({ format: "csv" }, 'a,b\n1,"2\n1,2\n')).toContain("line 2");
		expect(await messageOf({ format: "csv" }, new Uint8Array([97, 10, 255, 254, 10]))).toContain("not UTF-8");
		expect(await messageOf({ format: "csv" }, "a\n\0\n")).toContain("NUL");
		expect(await messageOf({ format: "csv" }, "")).toContain("no header");
		const wide = (columns: number): string => `${Array.from({ length: columns }, (_, index) => `c${index}`).join(",")}\n1\n`;
		expect(await messageOf({ format: "csv" }, wide(100_000))).toContain("100000 columns");
		expect(await messageOf({ format: "csv" }, wide(LIMITS.sqlColumns + 1))).toContain(`${LIMITS.sqlColumns + 1} columns`);
		expect(await engine.fill({ format: "csv" }, wide(LIMITS.sqlColumns))).toMatchObject({ kind: "imported" });
	});

	test("refuses a record longer than it may be without reading all of what follows", async () => {
		async function* endless(): AsyncGenerator<string> {
			yield 'a,b\n1,"';
			for (let index = 0; index < 40; index += 1) yield "x".repeat(128 * 1024);
		}
		expect(refusalOf(await engine.importData({ format: "csv" }, endless())).message).toContain("record longer than");
	});

	test("a cell larger than a value may be names its line", async () => {
		expect(await messageOf({ format: "csv" }, `a\n1\n${"x".repeat(LIMITS.sqlValueBytes + 1)}\n`)).toMatch(/line 3.*too big/);
	});

	test("keeps later values that do not fit a column's type", async () => {
		await engine.fill({ format: "csv", table: "t" }, `a\n${"1\n".repeat(LIMITS.importSampleRecords)}later\n`);
		expect(await engine.rows({ sql: "SELECT typeof(a), count(*) FROM t GROUP BY 1 ORDER BY 1" })).toEqual([
			["integer", 1_000],
			["text", 1],
		]);
	});

	test("appends to what is loaded, under a name that is free, and leaves it as it is when it fails", async () => {
		await engine.fill({ format: "csv", table: "t" }, "a\n1\n");
		expect(await engine.fill({ format: "csv", table: "T", append: true }, "a\n2\n")).toMatchObject({ tables: [{ name: "T_2" }] });
		expect(refusalOf(await engine.importData({ format: "csv", append: true }, "a\n1,2\n")).code).toBe("invalid_arguments");
		expect(await engine.rows({ sql: "SELECT (SELECT a FROM t), (SELECT a FROM T_2)" })).toEqual([[1, 2]]);
	});

	test("a dataset over datasetBytes is refused with the limit", async () => {
		async function* large(): AsyncGenerator<string> {
			yield "a\n";
			for (let index = 0; index < 900; index += 1) yield `${"y".repeat(79_999)}\n`;
		}
		const refusal = refusalOf(await engine.importData({ format: "csv" }, large()));
		expect(refusal.code).toBe("payload_too_large");
		expect(refusal.message).toContain(`larger than ${LIMITS.datasetBytes} bytes`);
	}, 60_000);
});

describe("JSON lines", () => {
	test("columns grow, nested values are text, names of the prototype are names", async () => {
		await engine.fill({ format: "jsonl", table: "x" }, '{"a":1,"b":{"c":[1]}}\r\n\n{"a":"x","d":true,"__proto__":1}\n');
		expect(await engine.rows({ sql: "SELECT * FROM x" })).toEqual([
			[1, '{"c":[1]}', null, null],
			["x", null, 1, 1],
		]);
		const late = `${'{"a":1}\n'.repeat(LIMITS.importSampleRecords)}{"b":2}\n`;
		await engine.fill({ format: "jsonl", table: "x" }, late);
		expect(await engine.rows({ sql: "SELECT a, b FROM x WHERE b IS NOT NULL" })).toEqual([[null, 2]]);
	});

	test("names the line that is no object", async () => {
		expect(await messageOf({ format: "jsonl" }, '{"a":1}\n[1]\n')).toContain("line 2: found no object");
		expect(await messageOf({ format: "jsonl" }, '{"a":1}\n\n{"a":\n')).toContain("line 3");
		expect(await messageOf({ format: "jsonl" }, `{"a":${"[".repeat(200)}`)).toContain("nesting");
		expect(await messageOf({ format: "jsonl" }, "\n\n")).toContain("no object");
	});
});

describe("XLSX", () => {
	const workbook = (sheets: Record<string, unknown[][]>): Uint8Array => {
		const book = utils.book_new();
		for (const [name, rows] of Object.entries(sheets)) utils.book_append_sheet(book, utils.aoa_to_sheet(rows), name);
		return new Uint8Array(write(book, { type: "buffer", bookType: "xlsx", compression: true }));
	};

	test("each sheet is a table", async () => {
		const bytes = workbook({
			"Q1 sales": [
				["region", "amount", null],
				["eu", 1.5, true],
				["us", 2, null],
			],
			empty: [],
			other: [["a"], [1]],
		});
		expect(await engine.fill({ format: "xlsx" }, bytes)).toMatchObject({
			tables: [
				{ name: "Q1_sales", rows: 2 },
				{ name: "other", rows: 1 },
			],
		});
		expect(await engine.rows({ sql: "SELECT * FROM Q1_sales" })).toEqual([
			["eu", 1.5, 1],
			["us", 2, null],
		]);
	});

	test("refuses what is no workbook, and one that says it unfolds to more than the bound", async () => {
		expect(await messageOf({ format: "xlsx" }, "not a zip")).toContain("no ZIP");
		const bytes = workbook({ a: [["a"], [1]] });
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		for (let at = 0; at < bytes.length - 4; at += 1)
			if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0x7fff_ffff, true);
		expect(await messageOf({ format: "xlsx" }, bytes)).toContain("unfolds to");
	});
});

describe("SQL and databases", () => {
	test("a dump makes its tables; its pragmas and transactions do nothing", async () => {
		const text =
			"PRAGMA foreign_keys=OFF; BEGIN TRANSACTION; CREATE TABLE t(a INT PRIMARY KEY, b); INSERT INTO t VALUES (1,2),(2,3); CREATE INDEX i ON t(b); COMMIT;";
		expect(await engine.fill({ format: "sql" }, text)).toMatchObject({ tables: [{ name: "t", rows: 2 }] });
		expect(await engine.rows({ sql: "SELECT * FROM t" })).toEqual([
			[1, 2],
			[2, 3],
		]);
	});

	test("names the statement that is refused", async () => {
		for (const [text, wanted] of [
			["CREATE TABLE a(b); CREATE VIEW v AS SELECT 1", "statement 2"],
			["CREATE TABLE a(b); CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END", "statement 2"],
			["ATTACH 'x' AS y", "statement 1: ATTACH"],
			["CREATE VIRTUAL TABLE f USING fts5(a)", "statement 1"],
			["CREATE TABLE a(b); INSERT INTO a VALUES (load_extension('x'))", "statement 2: the function load_extension"],
			["CREATE TABLE a(b); SELEC", "statement 2"],
			["SELECT 1", "no table"],
		] as const)
			expect(await messageOf({ format: "sql" }, text), text).toContain(wanted);
	});

	test("a database comes in whole, without its code, and goes out as it is", async () => {
		await engine.fill({ format: "sql" }, "CREATE TABLE t(a); INSERT INTO t VALUES (1)");
		await engine.write({ sql: "INSERT INTO t VALUES (2)" });
		const image = await engine.draft();
		expect(await engine.fill({ format: "sqlite" }, image)).toMatchObject({
			kind: "imported",
			tables: [{ name: "t", rows: 2 }],
			dropped: [],
		});
	});

	test("refuses what is no database, a cut one, a damaged one", async () => {
		expect(await messageOf({ format: "sqlite" }, "nothing of the kind")).toContain("no SQLite header");
		await engine.fill({ format: "csv", table: "t" }, `a\n${"some text\n".repeat(2_000)}`);
		await engine.write({ sql: "INSERT INTO t VALUES ('x')" });
		const image = new Uint8Array(await engine.draft());
		expect(await messageOf({ format: "sqlite" }, image.slice(0, image.length - 100))).toContain("multiple of its pages");
		expect(await messageOf({ format: "sqlite" }, image.slice(0, image.length - 4096))).toMatch(/damaged|malformed/);
		expect(await messageOf({ format: "sqlite" }, image.fill(0x41, 8192, 16_384))).toMatch(/damaged|malformed/);
	});
});
