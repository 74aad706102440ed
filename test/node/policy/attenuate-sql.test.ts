import assert from "node:assert/strict";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EngineQuery } from "../../../worker/engine/engine-protocol.ts";
import { beyondGrant } from "../../../worker/policy/attenuate.ts";
import type { PolicyGrant } from "../../../worker/policy/bind-policy.ts";
import { startEngine, type TestEngine } from "../engine/start-engine.ts";
import { RESOURCES } from "../verbs/granted-sql.ts";
import { prepared } from "../verbs/perform.ts";
import { arbitraryPair, checkAttenuation, COMMON_FIELDS, type Fields } from "./attenuation.ts";
import { grantOf } from "./grant-of.ts";

const beyond = (parent: object, child: object): string => beyondGrant(grantOf(parent), grantOf(child)) ?? "";
const on = (fields: object) => ({ verb: "sql.query", dataset: "sales", mode: "read", ...fields });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });

const QUERIES = { one: { sql: "select 1" }, two: { sql: "select :a", params: { a: "text" } } };

test("a grant is within one that reads more, and in another way within none", () => {
	const named = (queries: object) => on({ mode: "named", queries });
	expect(beyond(on({ mode: "write" }), on({}))).toBe("");
	expect(beyond(on({}), on({ mode: "write" }))).toBe("mode: found write, wanted read");
	expect(beyond(on({}), named(QUERIES))).toBe("mode: found named, wanted read");
	expect(beyond(named(QUERIES), named({ two: QUERIES.two }))).toBe("");
	expect(beyond(named({ one: QUERIES.one }), named({ one: { sql: "select 2" } }))).toMatch(/^queries: /);
	expect(beyond(on({ minGroup: 5 }), on({ minGroup: 6 }))).toBe("");
	expect(beyond(on({ minGroup: 5 }), on({ minGroup: 4 }))).toBe("minGroup: found 4, wanted at least 5");
	expect(beyond(on({ minGroup: 5 }), on({}))).toBe("minGroup: found none, wanted at least 5");
	expect(beyond(on({}), on({ minGroup: 5 }))).toMatch(/^minGroup: /);
});

const MASK = "tables: found a column that the parent's grant masks, wanted it masked";
const WHOLE = "tables: found every column of a table, wanted some of the parent's";
const COLUMN = "tables: found a column that the parent's grant has not, wanted some of its columns";

test.each([
	[{}, {}, ""],
	[{}, { columns: ["id"], masked: ["id"] }, ""],
	[{}, { where: "id > 1" }, "tables: found another row filter, wanted the parent's"],
	[{ where: "id > 1" }, {}, "tables: found another row filter, wanted the parent's"],
	[{ masked: [] }, {}, "tables: found a table that may be written, wanted it restricted as the parent's is"],
	[{ masked: ["email"] }, { masked: ["EMAIL", "id"] }, ""],
	[{ masked: ["email"] }, { masked: ["id"] }, MASK],
	[{ masked: ["email"] }, { columns: ["id"] }, ""],
	[{ masked: ["email"] }, { columns: ["Email"] }, MASK],
	[{ columns: ["id"] }, { columns: ["ID"] }, ""],
	[{ columns: ["id"] }, { masked: ["email"] }, WHOLE],
	[{ columns: ["id"] }, { columns: ["id", "email"] }, COLUMN],
	[{ columns: ["id"] }, { columns: ["id"], masked: ["email"] }, COLUMN],
	[{ columns: ["id"], masked: ["email"] }, { columns: ["id", "email"], masked: ["email"] }, ""],
	[{ columns: ["id"], masked: ["email"] }, { columns: ["email"] }, MASK],
])("of a table with %j, %j is more: %j", (theirs, own, why) => {
	expect(beyond(on({ tables: { orders: theirs } }), on({ tables: { orders: own } }))).toBe(why);
});

test("tables are within the same ones, or within all", () => {
	const orders = { orders: {} };
	expect(beyond(on({}), on({ tables: { orders: { where: "id > 1" } } }))).toBe("");
	expect(beyond(on({ tables: orders }), on({}))).toMatch(/^tables: found all of the dataset/);
	expect(beyond(on({ tables: { ...orders, people: {} } }), on({ tables: orders }))).toBe("");
	expect(beyond(on({ tables: orders }), on({ tables: { people: {} } }))).toMatch(/^tables: found one that the parent's grant has not/);
});

test("a store's queries are within the same ones, in the same order of their parameters", () => {
	const store = (queries: unknown) => ({ verb: "sql.query", store: "warehouse", mode: "named", queries });
	const swapped = (...names: readonly string[]) => ({
		q: { sql: "select $1", params: Object.fromEntries(names.map((name) => [name, "text"])) },
	});
	expect(beyond(store(["a", "b"]), store(["b"]))).toBe("");
	expect(beyond(store(["a"]), store(["a", "b"]))).toMatch(/^queries: /);
	expect(beyond(store(["one"]), store(QUERIES))).toMatch(/^queries: /);
	expect(beyond(store(swapped("a", "b")), store(swapped("a", "b")))).toBe("");
	expect(beyond(store(swapped("a", "b")), store(swapped("b", "a")))).toMatch(/^queries: /);
	expect(beyond(on({}), { verb: "sql.query", store: "sales", mode: "read" })).toBe("found a grant on a store, wanted one on a dataset");
});

const columns = maybe(fc.subarray(["id", "email", "AMOUNT"], { minLength: 1 }));
const orders = fc
	.record({
		columns,
		masked: maybe(fc.subarray(["id", "Email", "amount"])),
		where: fc.option(fc.constantFrom("id > 1", "id IN (SELECT max(id) FROM orders)"), { nil: undefined, freq: 3 }),
	})
	.map((access) => Object.fromEntries(Object.entries(access).filter(([, value]) => value !== undefined)));
const people = fc.constantFrom({}, { columns: ["name"] });
/** Only what differs in `orders` is of interest: a pair of grants has two accesses of it, mostly with something in common. */
const tables = (access: fc.Arbitrary<object>) => maybe(fc.record({ orders: access, people }, { requiredKeys: ["orders"] }));
const fields: Fields = {
	verb: fc.constant("sql.query"),
	dataset: fc.constant("sales"),
	mode: fc.constantFrom("read", "write"),
	tables: tables(orders),
	limits: maybe(fc.dictionary(fc.constantFrom("rows", "steps"), fc.constantFrom(100, 1_000), { maxKeys: 2 })),
	...COMMON_FIELDS,
};
/** Half of the pairs have tables where the child's access has some of the parent's restrictions and maybe more. */
const pairs = fc.oneof(
	arbitraryPair(fields),
	fc.tuple(arbitraryPair({ ...fields, tables: fc.constant(undefined) }), orders, orders).map(
		([[parent, child], one, other]) =>
			[
				{ ...parent, tables: { orders: one, people: {} } },
				{ ...child, tables: { orders: { ...other, ...one } } },
			] as const,
	),
	fc.tuple(arbitraryPair({ ...fields, tables: fc.constant(undefined) }), orders, orders).map(
		([[parent, child], one, other]) =>
			[
				{ ...parent, tables: { orders: one, people: {} } },
				{ ...child, tables: { orders: { ...one, ...other } } },
			] as const,
	),
);

let engine: TestEngine;
beforeAll(async () => {
	engine = await startEngine();
	await engine.fill(
		{ format: "sql" },
		"CREATE TABLE orders(id INTEGER PRIMARY KEY, email TEXT, Amount REAL); INSERT INTO orders VALUES (1, 'a', 10), (2, 'b', 20), (3, 'c', 30); CREATE TABLE people(name TEXT); INSERT INTO people VALUES ('ann');",
	);
}, 60_000);
afterAll(async () => engine.close());

const queryOf = (grant: PolicyGrant, method: string, sql: string) => {
	const { act } = prepared(grant.bound, method, [sql], RESOURCES);
	assert(act.where === "engine");
	return EngineQuery.parse(JSON.parse(act.query));
};

/** What the engine shows of a table: column -> its values, each of another row; null where it shows none. */
const shown = async (grant: PolicyGrant, table: string): Promise<ReadonlyMap<string, readonly unknown[]> | null> => {
	const { access } = queryOf(grant, "query", "select 1");
	const answer = await engine.query({ sql: `SELECT * FROM ${table}`, access });
	if (answer.kind === "refused") return null;
	const rows: unknown = JSON.parse(answer.rows);
	assert(Array.isArray(rows));
	return new Map(answer.columns.map((column, index) => [column.toLowerCase(), rows.map((row) => row[index])]));
};

const writes = async (grant: PolicyGrant, sql: string): Promise<boolean> => {
	if (!grant.bound.methods.includes("execute")) return false;
	const answer = await engine.write({ sql, access: queryOf(grant, "execute", sql).access });
	await engine.discard();
	return answer.kind === "rows";
};

test("what the engine shows and writes for a grant, it shows and writes for every grant that it is within", async () => {
	const seen = { within: 0, values: 0, written: 0 };
	await fc.assert(
		fc.asyncProperty(pairs, async ([parentData, childData]) => {
			const [parent, child] = [grantOf(parentData), grantOf(childData)];
			if (beyondGrant(parent, child) !== null || JSON.stringify(parentData) === JSON.stringify(childData)) return;
			seen.within += 1;
			for (const table of ["orders", "people"]) {
				const own = await shown(child, table);
				const theirs = own === null ? null : await shown(parent, table);
				for (const [column, values] of own ?? []) {
					const wider = theirs?.get(column) ?? [];
					expect(theirs?.has(column), column).toBe(true);
					for (const value of values) expect(value === null || wider.includes(value), `${column}: ${value}`).toBe(true);
					seen.values += values.filter((value) => value !== null).length;
				}
			}
			for (const sql of ["UPDATE orders SET Amount = 1", "DELETE FROM people", "CREATE TABLE fresh(a)"]) {
				if (!(await writes(child, sql))) continue;
				seen.written += 1;
				expect(await writes(parent, sql), sql).toBe(true);
			}
		}),
		{ numRuns: 250 },
	);
	expect(seen.within).toBeGreaterThan(2);
	expect(seen.values).toBeGreaterThan(10);
	expect(seen.written).toBeGreaterThan(0);
}, 60_000);

test("what a grant of sql.query lets happen, every grant that it is within lets happen too", () => {
	const seen = checkAttenuation({
		pairs,
		calls: fc
			.constantFrom("query", "queryRows", "execute", "schema")
			.map((method) => ({ method, args: method === "schema" ? [] : ["select 1"] })),
		resources: RESOURCES,
		runs: 300,
		compare: ({ act: theirs }, { act: own }) => {
			if (theirs.where !== "engine" || own.where !== "engine") return;
			const [wider, narrower] = [theirs, own].map(({ query }) => EngineQuery.parse(JSON.parse(query)).limits);
			for (const [name, most] of Object.entries(narrower ?? {}))
				expect(most).toBeLessThanOrEqual(new Map(Object.entries(wider ?? {})).get(name) ?? 0);
		},
	});
	expect(seen.within).toBeGreaterThan(2);
	expect(seen.happened).toBeGreaterThan(100);
}, 60_000);
