import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { EngineQuery } from "../../../worker/engine/engine-protocol.ts";
import { sqlQuery } from "../../../worker/verbs/sql-query/sql-query.ts";
import type { BoundGrant, Resources } from "../../../worker/verbs/verb.ts";
import { bind, engineAct, RESOURCES, TABLES } from "./granted-sql.ts";
import { MemoryRunFiles } from "./memory-run-files.ts";
import { doneValue, invalidMessage, NO_BUDGET, NO_STATE, prepared } from "./perform.ts";

const queryOf = (grant: BoundGrant, method: string, ...args: unknown[]) =>
	EngineQuery.parse(JSON.parse(engineAct(grant, method, ...args).query));
const problem = (grant: object): string => {
	const parsed = sqlQuery.grantSchema.safeParse({ verb: "sql.query", dataset: "sales", mode: "read", ...grant });
	return parsed.success ? "" : (parsed.error.issues[0]?.path.join(".") ?? "");
};

describe("a grant", () => {
	test("names queries exactly where its mode is named, a least group where it reads, tables if any", () => {
		const queries = { top: { sql: "select 1" } };
		expect([problem({}), problem({ mode: "write" }), problem({ mode: "named", queries }), problem({ minGroup: 2 })]).toEqual([
			"",
			"",
			"",
			"",
		]);
		expect([problem({ mode: "named" }), problem({ mode: "named", queries: {} }), problem({ queries })]).toEqual([
			"queries",
			"queries",
			"queries",
		]);
		expect([problem({ mode: "write", minGroup: 5 }), problem({ mode: "named", queries, minGroup: 5 }), problem({ minGroup: 1 })]).toEqual([
			"minGroup",
			"minGroup",
			"minGroup",
		]);
		expect([problem({ tables: {} }), problem({ dataset: "../x" }), problem({ mode: "admin" })]).toEqual(["tables", "dataset", "mode"]);
	});

	test("takes limits up to their ceilings and none above", () => {
		const ceilings = {
			rows: LIMITS.sqlRows.max,
			bytes: LIMITS.sqlAnswerBytes.max,
			steps: LIMITS.sqlSteps.max,
			wallMs: LIMITS.sqlWallMs.max,
		};
		expect(problem({ limits: ceilings })).toBe("");
		for (const [name, most] of Object.entries(ceilings)) expect(problem({ limits: { [name]: most + 1 } }), name).toBe(`limits.${name}`);
	});

	test("takes no query whose name means something to JavaScript, or is none", () => {
		for (const name of ["then", "constructor", "toJSON", "fetchAny", "1a", "a-b", "", "a b"])
			expect(problem({ mode: "named", queries: { [name]: { sql: "select 1" } } }), name).toMatch(/^queries/);
	});

	test("has the methods of its mode", () => {
		expect(bind({}).methods).toEqual(["query", "queryRows", "schema"]);
		expect(bind({ mode: "write" }).methods).toEqual(["query", "queryRows", "schema", "execute"]);
		expect(bind({ minGroup: 5 }).methods).toEqual(["aggregate", "schema"]);
		expect(bind({ mode: "named", queries: { top: { sql: "select 1" } } }).methods).toEqual(["top"]);
		expect(invalidMessage(bind({ minGroup: 5 }), "query", ["select 1"], RESOURCES)).toContain("wanted one of aggregate, schema");
		expect(invalidMessage(bind({}), "execute", ["delete from orders"], RESOURCES)).toContain("wanted one of query");
	});

	test("warns of what is not private, of unbounded writing, of small groups", () => {
		expect(bind({}).lint().join()).toContain("private");
		expect(bind({ labels: ["private"] }).lint()).toEqual([]);
		expect(
			bind({ mode: "write", labels: ["private"] })
				.lint()
				.join(),
		).toContain("drop every table");
		expect(
			bind({ minGroup: 2, labels: ["private"] })
				.lint()
				.join(),
		).toContain("minGroup");
	});

	test("declares its methods with the tables and columns that it shows, and nothing else", () => {
		const text = bind({ tables: { orders: { columns: ["id", "amount"], masked: ["amount"] } } }).declaration(RESOURCES);
		expect(text).toContain("orders (id INTEGER, Amount REAL (masked))");
		expect(text).not.toContain("email");
		expect(text).not.toContain("people");
		const evil = new Map([
			["dataset/sales", { content: { key: "k", bytes: 1, tables: [{ name: "a*/}; evil", columns: [], rows: 0 }] }, version: 1 }],
		]);
		expect(bind({}).declaration(evil)).not.toContain("a*/}");
		expect(bind({ mode: "named", queries: { top: { sql: "select :n", params: { n: "integer" } } } }).declaration(RESOURCES)).toContain(
			"top(params: { n: number })",
		);
	});
});

describe("a call", () => {
	test("carries the grant's access and limits to the engine, whatever the program says", () => {
		const tables = { orders: { masked: ["email"], where: "id < 5" } };
		const query = queryOf(bind({ tables, limits: { rows: 3 } }), "query", "select * from orders", { a: 1 });
		expect(query).toMatchObject({
			sql: "select * from orders",
			params: '{"a":1}',
			access: { tables, write: false },
			limits: { rows: 3, steps: LIMITS.sqlSteps.default },
		});
		expect(queryOf(bind({ mode: "write" }), "query", "select 1").access).toEqual({ tables: "all", write: false });
		const execute = engineAct(bind({ mode: "write" }), "execute", "delete from orders");
		expect([execute.writes, EngineQuery.parse(JSON.parse(execute.query)).access.write]).toEqual([true, true]);
	});

	test("is idempotent and a read but where it writes", () => {
		expect(prepared(bind({}), "query", ["select 1"], RESOURCES)).toMatchObject({ effect: "read", idempotent: true });
		expect(prepared(bind({ mode: "write" }), "execute", ["select 1"], RESOURCES)).toMatchObject({ effect: "write", idempotent: false });
	});

	test("refuses arguments that do not fit, with their place", () => {
		const grant = bind({});
		for (const [args, where] of [
			[[], "argument 1"],
			[[7], "argument 1: found 7"],
			[[""], "argument 1"],
			[["x".repeat(LIMITS.sqlChars + 1)], "argument 1"],
			[["select ?", 7], "argument 2"],
			[["select ?", [{}]], "argument 2"],
			[["select ?", [Number.NaN]], "argument 2"],
			[["select ?", new Map()], "argument 2"],
			[["select ?", new Array(LIMITS.sqlParams + 1).fill(1)], "argument 2"],
			[["select ?", [], { as: "file" }], "argument 3.as"],
			[["select ?", [], { how: 1 }], "argument 3"],
			[["select ?", [], {}, 4], "4 arguments"],
		] as const)
			expect(invalidMessage(grant, "query", args, RESOURCES)).toContain(where);
		queryOf(grant, "query", "x".repeat(LIMITS.sqlChars), new Array(LIMITS.sqlParams).fill(1));
	});

	test("of a named query wants exactly its parameters, of their types, and runs the grant's text", () => {
		const params = { since: "text", limit: "integer", ratio: "number", on: "boolean", blob: "bytes" };
		const grant = bind({ mode: "named", queries: { top: { sql: "select :since", params } } });
		const good = { since: "a", limit: 3, ratio: 0.5, on: true, blob: new Uint8Array([1]) };
		expect(queryOf(grant, "top", good).sql).toBe("select :since");
		for (const [key, bad] of [
			["since", 1],
			["limit", 1.5],
			["limit", "1"],
			["ratio", Number.POSITIVE_INFINITY],
			["on", 1],
			["blob", "x"],
			["since", undefined],
		] as const)
			expect(invalidMessage(grant, "top", [{ ...good, [key]: bad }], RESOURCES)).toContain(`argument 1.${key}`);
		expect(invalidMessage(grant, "top", [{ ...good, more: 1 }], RESOURCES)).toContain('"more"');
		expect(invalidMessage(grant, "top", ["select 1"], RESOURCES)).toContain("argument 1");
		expect(invalidMessage(grant, "query", ["select 1"], RESOURCES)).toContain("wanted one of top");
		expect(invalidMessage(grant, "top", [JSON.parse('{"since":"a","limit":1,"ratio":1,"on":true,"__proto__":1}')], RESOURCES)).toContain(
			"__proto__",
		);
	});

	test("of an aggregate is the closed language and no SQL", () => {
		const grant = bind({ minGroup: 5 });
		expect(queryOf(grant, "aggregate", { from: "orders", aggregates: [{ fn: "count" }] })).toMatchObject({ access: { minGroup: 5 } });
		for (const bad of [
			undefined,
			"select 1",
			{ from: "orders" },
			{ from: "orders", aggregates: [{ fn: "max", column: "id" }] },
			{ from: "orders", aggregates: [{ fn: "count" }], sql: "x" },
		])
			expect(invalidMessage(grant, "aggregate", [bad], RESOURCES)).toContain("aggregate argument 1");
		const fault = (query: object) =>
			invalidMessage(grant, "aggregate", [{ from: "orders", aggregates: [{ fn: "count" }], ...query }], RESOURCES);
		expect(fault({ aggregates: [{ fn: "count" }, { fn: "max", column: "id" }] })).toMatch(
			/^aggregate argument 1\.aggregates\[1\]\.fn: found "max", wanted 1 to \d+ of \{ fn, column, as \}, with fn one of count, sum,/,
		);
		expect(fault({ aggregates: [{ fn: "sum" }] })).toMatch(/^aggregate argument 1\.aggregates\[0\]\.column: found nothing, wanted 1 to/);
		expect(fault({ aggregates: [] })).toMatch(/^aggregate argument 1\.aggregates: found none, wanted 1 to \d+ of \{ fn, column, as \}/);
		expect(fault({ where: [{ column: "id", op: "like", value: 1 }] })).toMatch(
			/^aggregate argument 1\.where\[0\]\.op: found "like", wanted/,
		);
		expect(fault({ sql: "x" })).toMatch(/^aggregate argument 1: found the field "sql", wanted \{ from, groupBy, aggregates: /);
	});

	test("of a query name the parameter that does not fit", () => {
		const message = (params: unknown) => invalidMessage(bind({}), "query", ["select ?", params], RESOURCES);
		const wanted = "wanted a text, a finite number, a BigInt, a boolean, bytes or null";
		expect(message([1, { a: 1 }])).toBe(`query argument 2[1]: found an object, ${wanted}`);
		expect(message({ a: [] })).toBe(`query argument 2.a: found an array, ${wanted}`);
		expect(message(7)).toContain("query argument 2: found 7, wanted an array or an object of at most");
		expect(message(Array.from({ length: LIMITS.sqlParams + 1 }, () => 1))).toContain(
			`wanted an array or an object of at most ${LIMITS.sqlParams}`,
		);
	});

	test("have a type that says where there is no dataset", () => {
		const text = bind({}).declaration(new Map());
		expect(text).toContain("/* Not there now: a call is refused. Querying the dataset sales: the tenant has none of this name");
		expect(text).not.toContain("Tables:");
		expect(bind({}).declaration(RESOURCES)).toContain("Tables:\n");
	});

	test("is denied in words where the dataset, its data or a granted table is missing", () => {
		const decide = (grant: BoundGrant, resources: Resources) => prepared(grant, "query", ["select 1"], resources).decision;
		expect(decide(bind({}), new Map())).toMatchObject({
			kind: "denied",
			code: "sql_denied",
			message: expect.stringContaining("none of this name"),
		});
		expect(decide(bind({}), new Map([["dataset/sales", { content: null, version: 1 }]]))).toMatchObject({
			message: expect.stringContaining("no data yet"),
		});
		expect(decide(bind({ tables: { gone: {} } }), RESOURCES)).toMatchObject({ message: expect.stringContaining("no table gone") });
		expect(decide(bind({ tables: { ORDERS: {} } }), RESOURCES)).toMatchObject({ kind: "allowed" });
	});
});

describe("schema()", () => {
	test("tells the granted tables and columns, and counts rows only where none is hidden", () => {
		const schema = (grant: object) => {
			const { act } = prepared(bind(grant), "schema", [], RESOURCES);
			assert(act.where === "object");
			return doneValue(act.perform({ files: new MemoryRunFiles(), state: NO_STATE, budget: NO_BUDGET }));
		};
		expect(schema({})).toEqual({ tables: TABLES });
		expect(schema({ tables: { orders: { columns: ["id", "email"], masked: ["EMAIL"], where: "id = 1" } } })).toEqual({
			tables: [
				{
					name: "orders",
					columns: [
						{ name: "id", type: "INTEGER" },
						{ name: "email", type: "TEXT", masked: true },
					],
				},
			],
		});
		expect(JSON.stringify(schema({ minGroup: 5 }))).not.toContain('"rows"');
	});
});
