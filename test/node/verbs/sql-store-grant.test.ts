import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { sqlQuery } from "../../../worker/verbs/sql-query/sql-query.ts";
import { postgresFailure } from "../../../worker/verbs/sql-query/store/postgres-failure.ts";
import type { BoundGrant, Resources } from "../../../worker/verbs/verb.ts";
import { invalidMessage } from "./perform.ts";

const PASSWORD = "canary-of-the-reader-9Zx";
const OWN = { since: { sql: "select id from orders where id >= $2 and region = $1", params: { region: "text", id: "integer" } } } as const;
const RESOURCES: Resources = new Map([
	["store/warehouse", { kind: "postgres", binding: "HYPERDRIVE_W", queries: OWN, warnings: [], version: 1 }],
]);
const bind = (grant: object): BoundGrant =>
	sqlQuery.bind(sqlQuery.grantSchema.parse({ verb: "sql.query", store: "warehouse", mode: "read", ...grant }));
const problem = (grant: object): string => {
	const parsed = sqlQuery.grantSchema.safeParse({ verb: "sql.query", mode: "read", ...grant });
	return parsed.success ? "" : (parsed.error.issues[0]?.path.join(".") ?? "");
};

describe("a grant on a store", () => {
	test("names either a dataset or a store, and what its kind has", () => {
		const queries = { a: { sql: "select 1" } };
		expect([
			problem({ store: "w" }),
			problem({ store: "w", mode: "named", queries }),
			problem({ store: "w", mode: "named", queries: ["a"] }),
		]).toEqual(["", "", ""]);
		expect([problem({}), problem({ store: "w", dataset: "d" })]).toEqual(["dataset", "dataset"]);
		expect([problem({ store: "w", mode: "write" }), problem({ store: "w", queries }), problem({ store: "w", mode: "named" })]).toEqual([
			"mode",
			"queries",
			"queries",
		]);
		expect([
			problem({ store: "w", mode: "named", queries: [] }),
			problem({ store: "w", mode: "named", queries: ["a", "a"] }),
			problem({ store: "w", mode: "named", queries: ["then"] }),
		]).toEqual(["queries", "queries", "queries.0"]);
		expect([
			problem({ store: "w", tables: { t: {} } }),
			problem({ store: "w", minGroup: 5 }),
			problem({ dataset: "d", mode: "named", queries: ["a"] }),
		]).toEqual(["tables", "minGroup", "queries"]);
		expect([problem({ store: "w", limits: { rows: LIMITS.sqlRows.max + 1 } }), problem({ store: "w", limits: { steps: 5 } })]).toEqual([
			"limits.rows",
			"limits.steps",
		]);
	});

	test("is a read that may be repeated, with its store as resource, and warns of what is not private", () => {
		const grant = bind({});
		expect([grant.methods, grant.resources]).toEqual([["query", "queryRows"], [{ kind: "store", name: "warehouse" }]]);
		expect(grant.prepare("query", ["select 1"], RESOURCES)).toMatchObject({
			call: { effect: "read", idempotent: true, decision: { kind: "allowed" } },
		});
		expect(grant.lint().join()).toContain("private");
		expect(bind({ labels: ["private"], mode: "named", queries: ["since"] }).lint()).toEqual([]);
	});

	test("declares its methods, and neither binding nor SQL", () => {
		const text = bind({ mode: "named", queries: ["since"] }).declaration(RESOURCES);
		expect(text).toContain("since(params: { region: string; id: number })");
		expect(text).not.toMatch(/HYPERDRIVE|select/);
		expect(bind({}).declaration(RESOURCES)).toContain("queryRows(");
		expect(bind({}).declaration(new Map())).toContain("the tenant has none of this name");
	});

	test("refuses arguments that do not fit, with their place", () => {
		expect(invalidMessage(bind({}), "query", ["select 1", { a: 1 }], RESOURCES)).toContain("argument 2: found an object, wanted an array");
		const named = bind({ mode: "named", queries: ["since"] });
		for (const [args, where] of [
			[[], "argument 1.region"],
			[[{ region: "eu", id: 1.5 }], "argument 1.id"],
			[[{ region: "eu", id: 1, sql: "x" }], "the field"],
			[["select 1"], "argument 1"],
		] as const)
			expect(invalidMessage(named, "since", args, RESOURCES)).toContain(where);
	});

	test("is denied where the store is missing, lacks the query, or is a D1 database that it wants SQL on", () => {
		const d1: Resources = new Map([["store/warehouse", { kind: "d1", binding: "D1_R", queries: OWN, warnings: [] }]]);
		for (const [grant, method, resources] of [
			[{}, "query", new Map()],
			[{}, "query", d1],
			[{ mode: "named", queries: { own: { sql: "select 1" } } }, "own", d1],
			[{ mode: "named", queries: ["other"] }, "other", RESOURCES],
		] as const)
			expect(bind(grant).prepare(method, ["select 1"], resources)).toMatchObject({
				call: { decision: { kind: "denied", code: "sql_denied" } },
			});
	});
});

test("gives the server's words about the statement without the operator's names", () => {
	const error = Object.assign(new Error(`permission denied for database "warehouse_db" and "reader" of ${PASSWORD}`), { code: "42501" });
	const access = {
		kind: "postgres",
		user: "reader",
		password: PASSWORD,
		database: "warehouse_db",
		connect: () => assert.fail("it connected"),
	} as const;
	expect(postgresFailure(error, access, 1, "program")).toEqual({
		kind: "failed",
		code: "sql_denied",
		message: 'Running SQL: permission denied for database "…" and "…" of … (SQLSTATE 42501).',
	});
	for (const code of ["28P01", "3D000", "57P01", "ECONNREFUSED", "P0001", "XX000", undefined])
		expect(postgresFailure(Object.assign(new Error("at db.internal:5432 as reader"), { code }), access, 1, "program").message).not.toMatch(
			/internal|reader/,
		);
});
