import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { openStore } from "../../../worker/stores/open-store.ts";
import { queryD1 } from "../../../worker/verbs/sql-query/store/query-d1.ts";
import { loadResources } from "../../../worker/resources/load-resources.ts";
import type { D1Access } from "../../../worker/verbs/store-access.ts";
import { type Answer, ask, newTenant, OPERATOR, testEnv } from "../http/ask.ts";

/** The registry's own database stands in for a store's: it is a real D1 with a table of ours beside the platform's. */
const withD1 = { ...testEnv, D1_REPORTS: env.DB };
const QUERIES = {
	top: {
		sql: "select ?1 as label, n from (select 1 as n union all select 2) where n >= ?2 order by n",
		params: { label: "text", n: "integer" },
	},
};
const put = (id: string, name: string, body: unknown, withEnv = withD1): Promise<Answer> =>
	ask("PUT", `/v1/tenants/${id}/stores/${name}`, { key: OPERATOR, body, env: withEnv });

const access = (): D1Access => {
	const opened = openStore(withD1, "D1_REPORTS");
	if (opened?.kind !== "d1") throw new Error("Opening the store: found no D1 database, wanted one");
	return opened;
};
const LIMITED = { rows: 10, bytes: 1_000, wallMs: 5_000 };
const select = (sql: string, params: Parameters<D1Access["select"]>[1] = [], limits: Partial<typeof LIMITED> = {}) =>
	queryD1(access(), { sql, params, limits: { ...LIMITED, ...limits } }, new AbortController().signal);

describe("attaching a D1 store", () => {
	test("keeps its queries, gives a grant's verb the description at once, and a second time makes the next version", async () => {
		const { id } = await newTenant();
		const answer = await put(id, "reports", { kind: "d1", binding: "D1_REPORTS", queries: QUERIES });
		expect(answer.json).toMatchObject({ name: "reports", version: 1, kind: "d1", binding: "D1_REPORTS", queries: QUERIES, warnings: [] });
		expect((await loadResources(testEnv, id, [{ kind: "store", name: "reports" }])).get("store/reports")).toMatchObject({
			kind: "d1",
			queries: QUERIES,
		});
		expect((await put(id, "reports", { kind: "d1", binding: "D1_REPORTS", queries: {} })).json).toMatchObject({ version: 2, queries: {} });
		expect((await ask("GET", `/v1/tenants/${id}/stores`, { key: OPERATOR })).json).toMatchObject({
			data: [{ name: "reports", version: 2 }],
		});
		expect((await ask("DELETE", `/v1/tenants/${id}/stores/reports`, { key: OPERATOR })).status).toBe(200);
		expect((await loadResources(testEnv, id, [{ kind: "store", name: "reports" }])).size).toBe(0);
		expect((await ask("DELETE", `/v1/tenants/${id}/stores/reports`, { key: OPERATOR })).status).toBe(404);
	});

	test.each([
		["a write", "delete from tenants"],
		["a write behind a read", "select 1; delete from tenants"],
		["one that leaves the subquery", "select 1); delete from tenants; --"],
		["a pragma", "pragma table_list"],
		["no SQL", "hello"],
		["a parameter that is not declared", "select ?1"],
	])("refuses %s as a query, and runs none of it", async (_what, sql) => {
		const { id } = await newTenant();
		const answer = await put(id, "reports", {
			kind: "d1",
			binding: "D1_REPORTS",
			queries: { good: { sql: "select 1 -- one" }, bad: { sql } },
		});
		expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("queries.bad.sql")]);
		expect(await env.DB.prepare("select id from tenants where id = ?").bind(id).first()).toEqual({ id });
	});

	test("refuses a query that declares a parameter which its text has not", async () => {
		const { id } = await newTenant();
		expect(
			(await put(id, "reports", { kind: "d1", binding: "D1_REPORTS", queries: { bad: { sql: "select 1", params: { a: "text" } } } }))
				.status,
		).toBe(400);
	});

	test("never reaches the platform's own bindings, nor one that the deployment does not have", async () => {
		const { id } = await newTenant();
		for (const binding of ["DB", "BLOBS", "ADMIN_TOKEN", "D1_", "d1_reports", "D1_OTHER", "__proto__", "HYPERDRIVE_X"])
			expect((await put(id, "reports", { kind: "d1", binding, queries: {} })).status, binding).toBe(400);
		expect((await put(id, "reports", { kind: "postgres", binding: "D1_REPORTS" })).status).toBe(400);
		expect((await put(id, "reports", { kind: "postgres", binding: "HYPERDRIVE_WAREHOUSE" })).status).toBe(400);
		for (const binding of ["DB", "BLOBS", "AGENTS", "constructor"]) expect(openStore(withD1, binding)).toBeNull();
		expect(openStore({ D1_TEXT: "text", HYPERDRIVE_TEXT: {} }, "D1_TEXT")).toBeNull();
	});

	test("is for tenants that are there, and of each its own", async () => {
		const [mine, theirs] = [await newTenant(), await newTenant()];
		expect((await put("ten_00000000000000000000000000", "reports", { kind: "d1", binding: "D1_REPORTS", queries: {} })).status).toBe(404);
		await put(theirs.id, "reports", { kind: "d1", binding: "D1_REPORTS", queries: QUERIES });
		expect((await ask("GET", `/v1/tenants/${mine.id}/stores`, { key: OPERATOR })).json).toMatchObject({ data: [] });
		expect((await loadResources(testEnv, mine.id, [{ kind: "store", name: "reports" }])).size).toBe(0);
		expect(
			(
				await put(mine.id, "reports", {
					kind: "d1",
					binding: "D1_REPORTS",
					queries: { big: { sql: `select '${"x".repeat(LIMITS.sqlChars)}'` } },
				})
			).status,
		).toBe(400);
	});
});

describe("a query of a D1 store", () => {
	test("gives rows with distinct columns and values of their types", async () => {
		const sql = "select ?1 as a, ?2 as a, 1.5 as b, null as c, x'00ff' as d, ?3 as e";
		expect(await select(sql, ["é", 7, true])).toMatchObject({
			kind: "rows",
			columns: ["a", expect.any(String), "b", "c", "d", "e"],
			rows: [["é", 7, 1.5, null, new Uint8Array([0, 255]), 1]],
		});
	});

	test("holds rows and bytes at the grant's limits and refuses one over", async () => {
		const numbers = (count: number) => `with recursive r(n) as (select 1 union all select n + 1 from r where n < ${count}) select n from r`;
		expect([(await select(numbers(10))).kind, (await select(numbers(11))).kind]).toEqual(["rows", "failed"]);
		const text = (count: number) => select(`select '${"x".repeat(count)}' as x`, [], { bytes: 100 });
		expect([(await text(100 - '[["x"]]'.length + 1)).kind, await text(100 - '[["x"]]'.length + 2)]).toMatchObject([
			"rows",
			{ kind: "failed", code: "sql_limit_exceeded" },
		]);
	});

	test("writes nothing, and a failure says nothing of the operator's statement", async () => {
		const tables = () => env.DB.prepare("select count(*) as n from sqlite_master").first();
		const before = await tables();
		for (const sql of [
			"create table loot (a)",
			"select 1); create table loot (a); --",
			"drop table tenants",
			"select * from no_such_table",
		])
			expect(await select(sql)).toEqual({
				kind: "failed",
				code: "upstream_failed",
				message: "Running SQL: the store's database could not carry it out.",
			});
		expect(await tables()).toEqual(before);
	});
});
