import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EngineAccess } from "../../../worker/engine/engine-protocol.ts";
import { refusalOf, startEngine, type TestEngine } from "./start-engine.ts";

const ACCESS: EngineAccess = { tables: { pay: { masked: ["name"] } }, write: false, minGroup: 3 };
let engine: TestEngine;
beforeAll(async () => {
	engine = await startEngine();
	const rows = [
		"ann,red,100,1",
		"bob,red,200,",
		"cyd,red,300,",
		"dan,blue,400,2",
		"eve,blue,500,3",
		"fay,green,1,4",
		"gus,green,2,5",
		"hal,green,3,6",
		"ida,green,4,7",
	];
	await engine.fill({ format: "csv", table: "pay" }, `name,team,amount,bonus\n${rows.join("\n")}\n`);
});
afterAll(() => engine.close());

describe("an aggregate-only grant", () => {
	test("answers groups of at least minGroup rows and keeps the others back", async () => {
		const aggregate = {
			from: "pay",
			groupBy: ["team"],
			aggregates: [{ fn: "count" }, { fn: "sum", column: "amount", as: "paid" }, { fn: "avg", column: "amount" }],
		} as const;
		expect(
			await engine.rows({
				aggregate: { ...aggregate, groupBy: [...aggregate.groupBy], aggregates: [...aggregate.aggregates] },
				access: ACCESS,
			}),
		).toEqual([
			["green", 4, 10, 2.5],
			["red", 3, 600, 200],
		]);
	});

	test("keeps back what stands on fewer values, or would count the few that are missing", async () => {
		const aggregates = [
			{ fn: "sum" as const, column: "bonus" },
			{ fn: "count" as const, column: "bonus" },
			{ fn: "countDistinct" as const, column: "bonus" },
		];
		expect(await engine.rows({ aggregate: { from: "pay", groupBy: ["team"], aggregates }, access: ACCESS })).toEqual([
			["green", 22, 4, 4],
			["red", null, null, null],
		]);
		expect(await engine.rows({ aggregate: { from: "pay", aggregates }, access: ACCESS })).toEqual([[null, null, null]]);
	});

	test("a condition that leaves fewer rows leaves no answer", async () => {
		const aggregates = [{ fn: "sum" as const, column: "amount" }];
		expect(
			await engine.rows({ aggregate: { from: "pay", aggregates, where: [{ column: "amount", op: ">=", value: 400 }] }, access: ACCESS }),
		).toEqual([]);
		expect(
			await engine.rows({
				aggregate: { from: "pay", aggregates, where: [{ column: "team", op: "in", value: ["blue", "red"] }] },
				access: ACCESS,
			}),
		).toEqual([[1500]]);
		expect(
			await engine.rows({ aggregate: { from: "pay", aggregates, where: [{ column: "name", op: "=", value: "ann" }] }, access: ACCESS }),
		).toEqual([]);
	});

	test("refuses SQL, writing, min and max, and names that are more than names", async () => {
		expect(refusalOf(await engine.query({ sql: "SELECT * FROM pay", access: ACCESS })).code).toBe("sql_denied");
		expect(refusalOf(await engine.write({ sql: "DELETE FROM pay", access: ACCESS })).code).toBe("sql_denied");
		for (const from of ['pay"; DROP TABLE pay; --', "(SELECT * FROM pay)", "sqlite_master", "main.pay"])
			expect(refusalOf(await engine.query({ aggregate: { from, aggregates: [{ fn: "count" }] }, access: ACCESS })).kind).toBe("refused");
		for (const groupBy of [["amount) --"], ["rowid"], ["1"]])
			expect(
				refusalOf(await engine.query({ aggregate: { from: "pay", groupBy, aggregates: [{ fn: "count" }] }, access: ACCESS })).code,
			).toBe("invalid_arguments");
		const named = { from: "pay", groupBy: ["team"], aggregates: [{ fn: "count" as const, as: 'x" FROM pay --' }] };
		expect(await engine.rows({ aggregate: named, access: ACCESS })).toEqual([
			["green", 4],
			["red", 3],
		]);
	});

	test("an aggregate query is refused where SQL is granted", async () => {
		const access: EngineAccess = { tables: { pay: {} }, write: false };
		expect(refusalOf(await engine.query({ aggregate: { from: "pay", aggregates: [{ fn: "count" }] }, access })).code).toBe(
			"invalid_arguments",
		);
	});
});
