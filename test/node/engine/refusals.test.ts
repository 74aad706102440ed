import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EngineAccess } from "../../../worker/engine/engine-protocol.ts";
import { EVERYTHING, refusalOf, startEngine, type TestEngine } from "./start-engine.ts";

const ACCESS: EngineAccess = { tables: { orders: { where: "region = 'north'" }, notes: {} }, write: false };
const WRITE: EngineAccess = { ...ACCESS, write: true };

let engine: TestEngine;
beforeAll(async () => {
	engine = await startEngine();
});
afterAll(() => engine.close());
beforeEach(async () => {
	await engine.fill(
		{ format: "sql" },
		"CREATE TABLE orders(id INTEGER, region TEXT); CREATE TABLE notes(k TEXT); CREATE TABLE Vault(k TEXT); INSERT INTO orders VALUES (1, 'north')",
	);
});

const asked = async (sql: string, access: EngineAccess): Promise<readonly [string, string]> => {
	const { code, message } = refusalOf(access.write ? await engine.write({ sql, access }) : await engine.query({ sql, access }));
	return [code, message];
};

describe("a table that the grant hides and one that is not there", () => {
	test.each([
		"SELECT * FROM TABLE_NAME",
		"SELECT k FROM TABLE_NAME",
		"SELECT 1 FROM temp.TABLE_NAME",
		"SELECT count(*) FROM notes JOIN TABLE_NAME",
		"DELETE FROM TABLE_NAME",
		"UPDATE TABLE_NAME SET k = 1",
		"INSERT INTO TABLE_NAME VALUES (1)",
		"INSERT INTO notes SELECT k FROM TABLE_NAME",
	])("are refused alike: %s", async (sql) => {
		for (const access of [ACCESS, WRITE]) {
			if (!access.write && sql.startsWith("INSERT INTO notes")) continue;
			const refusal = (name: string) => asked(sql.replace("TABLE_NAME", name), access);
			expect(await refusal("Salez")).toEqual(["sql_denied", "Running SQL: found the table salez, wanted one of orders, notes."]);
			expect(await refusal("VAULT")).toEqual(["sql_denied", "Running SQL: found the table vault, wanted one of orders, notes."]);
		}
	});

	test("where the whole dataset is granted, the message names its tables", async () => {
		expect(await asked("SELECT * FROM salez", { tables: "all", write: false })).toEqual([
			"sql_denied",
			"Running SQL: found the table salez, wanted one of Vault, notes, orders.",
		]);
	});
});

test("a change of a table that can only be read says why", async () => {
	for (const sql of ["UPDATE orders SET id = 2", "DELETE FROM orders", "INSERT INTO orders VALUES (1, 'x')"]) {
		expect(await asked(sql, WRITE), sql).toEqual([
			"sql_denied",
			expect.stringMatching(/a change of orders.* a row filter in the grant is read only\.$/),
		]);
		expect(await asked(sql, ACCESS), sql).toEqual(["sql_denied", expect.stringMatching(/a change of orders.*: the grant reads only\.$/)]);
	}
});

test("a refused function says which functions there are, and no tables", async () => {
	expect(await asked("SELECT load_extension('x') FROM notes", ACCESS)).toEqual([
		"sql_denied",
		"Running SQL: the function load_extension is not allowed, wanted SQLite's functions of text, numbers, dates, JSON and aggregates.",
	]);
});

test("a fault in the grant's own words is said to be the grant's", async () => {
	const mend = "whoever wrote the policy must mend it.";
	const opening = async (rule: object) => asked("SELECT 1 FROM orders", { tables: { orders: rule }, write: false });
	expect(await opening({ where: "regoin = 1" })).toEqual([
		"sql_denied",
		`Opening the dataset: the grant's filter of orders: no such column: regoin; ${mend}`,
	]);
	for (const rule of [{ columns: ["regoin"] }, { masked: ["regoin"] }])
		expect(await opening(rule)).toEqual([
			"sql_denied",
			`Opening the dataset: the grant names the column orders.regoin, which the dataset does not have; ${mend}`,
		]);
});

test("a statement that only reads makes no draft, so nothing is saved as a new version", async () => {
	for (const sql of ["SELECT 1", "SELECT * FROM orders", "VALUES (1)", "WITH x AS (SELECT 1) SELECT * FROM x"])
		for (const access of [WRITE, EVERYTHING])
			expect(await asked(sql, access), sql).toEqual([
				"invalid_arguments",
				"Running SQL: the statement only reads, wanted one that changes the dataset; for rows there is query.",
			]);
	expect(await engine.commit()).toBe(false);
	await engine.write({ sql: "UPDATE orders SET id = 2" });
	expect(await engine.commit()).toBe(true);
});
