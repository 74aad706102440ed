import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkPostgres } from "../../../worker/verbs/sql-query/store/check-postgres.ts";
import { sqlQuery } from "../../../worker/verbs/sql-query/sql-query.ts";
import type { BoundGrant, Resources, VerbOutcome } from "../../../worker/verbs/verb.ts";
import { HOSTILE_STATEMENTS } from "./hostile-sql-statements.ts";
import { MemoryContents } from "./memory-contents.ts";
import { callContext, codeOf, doneValue, performOnHost } from "./perform.ts";
import { findPostgres, type PostgresServer, startPostgres } from "./postgres-server.ts";

const PASSWORD = "canary-of-the-reader-9Zx";
const OWN = {
	since: { sql: "select id, region from orders where id >= $2 and region = $1", params: { region: "text", id: "integer" } },
} as const;
const RESOURCES: Resources = new Map([
	["store/warehouse", { kind: "postgres", binding: "HYPERDRIVE_W", queries: OWN, warnings: [], version: 1 }],
]);
const bind = (grant: object): BoundGrant =>
	sqlQuery.bind(sqlQuery.grantSchema.parse({ verb: "sql.query", store: "warehouse", mode: "read", ...grant }));

const bin = findPostgres();
let running: PostgresServer | null = null;
const server = (): PostgresServer => {
	assert(running !== null);
	return running;
};

const SCHEMA = `create table orders (id int primary key, region text, amount numeric);
	insert into orders values (1, 'eu', 10.50), (2, 'us', 20), (3, 'eu', null);
	create table hidden (secret text); insert into hidden values ('canary-of-a-row'); create sequence tickets;
	create function put_order() returns int language plpgsql as $f$ begin insert into orders values (99, 'x', 0); return 1; end $f$;
	create function end_it() returns int language plpgsql as $f$ begin commit; return 1; end $f$;
	create function loosen() returns int language plpgsql as $f$ begin set transaction read write; insert into orders values (98, 'x', 0); return 1; end $f$;
	create role reader login password '${PASSWORD}'; grant select on orders to reader; grant usage on sequence tickets to reader;
	create role writer login password '${PASSWORD}'; grant select, update on orders to writer;
	create role sleeper login password '${PASSWORD}'; create role heir login password '${PASSWORD}'; grant pg_read_server_files to heir;
	create role quiet login password '${PASSWORD}' noinherit; create role boss superuser; grant boss to quiet`;

beforeAll(async () => {
	running = bin === null ? null : await startPostgres(bin);
	await running?.admin(SCHEMA);
}, 60_000);
afterAll(() => running?.stop());

interface Asking {
	readonly grant?: object;
	readonly user?: string;
	readonly password?: string;
	readonly signal?: AbortSignal;
	readonly contents?: MemoryContents;
}
const ask = (
	method: string,
	args: readonly unknown[],
	{ grant = {}, user = "reader", password = PASSWORD, signal, contents }: Asking = {},
): Promise<VerbOutcome> =>
	performOnHost(
		bind(grant),
		method,
		args,
		callContext({
			resources: RESOURCES,
			openStore: (binding) => (binding === "HYPERDRIVE_W" ? server().access(user, password) : null),
			...(signal === undefined ? {} : { signal }),
			...(contents === undefined ? {} : { contents }),
		}),
	);
const query = (sql: string, params: readonly unknown[] = [], asking: Asking = {}) => ask("query", [sql, params], asking);
const messageOf = (outcome: VerbOutcome): string => (outcome.kind === "failed" ? outcome.message : "");
const untouched = async (): Promise<unknown> =>
	doneValue(
		await query(
			"select (select count(*)::int from orders) as orders, (select count(*)::int from pg_class where relname = 'loot') as loot, (select last_value::int from pg_sequences) as tickets",
		),
	);

describe.skipIf(bin === null)("PostgreSQL", () => {
	test("gives rows as objects and as arrays, with values of their types", async () => {
		const sql = `select 1::int2 as a, 9007199254740991::int8 as b, 9007199254740992::int8 as c, 1.50::numeric as d, 0.5::float8 as e, true as f, '\\x00ff'::bytea as g,
			timestamptz '2024-05-06 07:08:09.123456+02' as h, date '2024-05-06' as i, '{"x": [1, null]}'::jsonb as j, null as k, 'é😀' as l, timestamptz 'infinity' as m, array[1, 2] as n`;
		expect(doneValue(await query(sql))).toEqual([
			{
				...{ a: 1, b: 9007199254740991, c: 9007199254740992n, d: "1.50", e: 0.5, f: true, g: new Uint8Array([0, 255]) },
				...{ h: new Date("2024-05-06T05:08:09.123Z"), i: "2024-05-06", j: { x: [1, null] }, k: null, l: "é😀", m: "infinity", n: "{1,2}" },
			},
		]);
		expect(doneValue(await ask("queryRows", ["select id, id, region as id from orders where id < 0"]))).toEqual({
			columns: ["id", "id_2", "id_3"],
			rows: [],
		});
	});

	test("takes parameters as what the statement has at their place, never as SQL", async () => {
		const sql =
			"select $1::int as a, $2::text as b, $3::bool as c, $4::bytea as d, $5::int8 as e, $6::numeric as f, $7::text as g, $8::jsonb as h";
		const params = [7, "'; drop table orders; --", true, new Uint8Array([1, 2]), 2n ** 62n, 1.5, null, '{"a":1}'];
		expect(doneValue(await query(sql, params))).toEqual([
			{ a: 7, b: "'; drop table orders; --", c: true, d: new Uint8Array([1, 2]), e: 2n ** 62n, f: "1.5", g: null, h: { a: 1 } },
		]);
		expect(codeOf(await query("select * from orders where id = $1", ["1 or true"]))).toBe("invalid_arguments");
		expect(codeOf(await query("select $1::bool", ["maybe"]))).toBe("invalid_arguments");
		expect(codeOf(await query("select $1::int", []))).toBe("invalid_arguments");
		expect(codeOf(await query("select 1", [1]))).toBe("invalid_arguments");
		expect(codeOf(await query("select $1::text", ["a\0b"]))).toBe("invalid_arguments");
	});

	test.each(HOSTILE_STATEMENTS)("changes nothing and opens nothing for %s", async (sql) => {
		const before = await untouched();
		const outcome = await query(sql, [], { grant: { limits: { wallMs: 500 } } });
		expect(codeOf(outcome)).toMatch(/^(invalid_arguments|sql_denied|sql_limit_exceeded|upstream_failed)$/);
		expect(messageOf(outcome)).not.toContain("canary");
		expect(await untouched()).toEqual(before);
	});

	test.each([
		"select set_config('statement_timeout', '0', false), set_config('transaction_read_only', 'on', true)",
		"select set_config('bytea_output', 'escape', false), set_config('timezone', 'Asia/Tokyo', false), set_config('datestyle', 'German', false), now(), '\\x00'::bytea",
		"select pg_advisory_lock(1)",
		"select pg_notify('c', 'x')",
		"select lo_from_bytea(0, '\\x00')",
		"select pg_terminate_backend(1)",
	])("lets nothing of one call reach the next: %s", async (sql) => {
		await query(sql);
		expect(
			doneValue(
				await query(
					"select current_setting('statement_timeout') as t, current_setting('transaction_read_only') as r, (select count(*)::int from pg_locks where locktype = 'advisory') as l, (select count(*)::int from pg_largeobject_metadata) as o",
				),
			),
		).toEqual([{ t: "5s", r: "on", l: 0, o: 0 }]);
	});

	test("holds rows, bytes and time at the grant's limits and refuses one over", async () => {
		const rows = (count: number) => query("select n from generate_series(1, $1::int) n", [count], { grant: { limits: { rows: 10 } } });
		expect([codeOf(await rows(10)), codeOf(await rows(11))]).toEqual(["done", "sql_limit_exceeded"]);
		const bytes = (count: number) => query("select repeat('x', $1::int) as x", [count], { grant: { limits: { bytes: 1_000 } } });
		expect([codeOf(await bytes(1_000 - '[["x"]]'.length + 1)), codeOf(await bytes(1_000 - '[["x"]]'.length + 2))]).toEqual([
			"done",
			"sql_limit_exceeded",
		]);
		const slow = await query("select pg_sleep(20)", [], { grant: { limits: { wallMs: 200 } } });
		expect([codeOf(slow), messageOf(slow)]).toEqual(["sql_limit_exceeded", expect.stringContaining("200 ms")]);
	});

	test("never holds what is far over the bytes: the connection is closed under it", async () => {
		for (const sql of ["select repeat('x', 50000000)", "select repeat('x', 100000) from generate_series(1, 500)"]) {
			const before = process.memoryUsage().rss;
			const outcome = await query(sql, [], { grant: { limits: { bytes: 1_000, wallMs: 20_000 } } });
			expect([codeOf(outcome), messageOf(outcome)]).toEqual(["sql_limit_exceeded", expect.stringContaining("1000 bytes")]);
			expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
		}
	});

	test("stops the statement on the server when the call is over", async () => {
		const sleepers = async (): Promise<unknown> =>
			doneValue(await query("select count(*)::int as n from pg_stat_activity where usename = 'sleeper'"));
		const cancel = new AbortController();
		const asked = query("select pg_sleep(30)", [], { user: "sleeper", signal: cancel.signal, grant: { limits: { wallMs: 40_000 } } });
		await expect.poll(sleepers, { timeout: 15_000 }).toEqual([{ n: 1 }]);
		cancel.abort();
		expect(codeOf(await asked)).toBe("sql_limit_exceeded");
		await expect.poll(sleepers, { timeout: 15_000 }).toEqual([{ n: 0 }]);
	});

	test("answers in one sentence, without a name or a password, when it cannot be used", async () => {
		for (const [user, password] of [
			["reader", "canary-but-wrong"],
			["nobody_here", PASSWORD],
		] as const) {
			const outcome = await query("select 1", [], { user, password });
			expect([codeOf(outcome), messageOf(outcome)]).toEqual([
				"upstream_failed",
				"Running SQL: the store's database could not carry it out (SQLSTATE 28P01).",
			]);
		}
		expect(messageOf(await query("select pg_terminate_backend(pg_backend_pid())"))).toMatch(
			/^Running SQL: the store's database could not carry it out/,
		);
	});

	test("is asked nothing of the program's by a role that is more than a reader, and such a role is not attached", async () => {
		for (const user of ["heir", "quiet"]) expect(messageOf(await query("select 1", [], { user }))).toContain("more than read");
		expect(await checkPostgres(server().access("root_of_db", PASSWORD))).toMatchObject({
			kind: "refused",
			found: expect.stringContaining("superuser"),
		});
		expect(await checkPostgres(server().access("heir", PASSWORD))).toMatchObject({
			kind: "refused",
			found: expect.stringContaining("pg_read_server_files"),
		});
		expect(await checkPostgres(server().access("writer", PASSWORD))).toMatchObject({
			kind: "refused",
			found: expect.stringContaining("write 1 tables"),
		});
		expect(await checkPostgres(server().access("reader", "canary-but-wrong"))).toMatchObject({
			kind: "refused",
			found: expect.not.stringContaining("reader"),
		});
		expect(await checkPostgres(server().access("reader", PASSWORD))).toEqual({ kind: "fits", warnings: [] });
	});

	test("tells the operator of functions that run as their owners", async () => {
		await server().admin("create function lofty() returns int language sql security definer as 'select 1'");
		expect(await checkPostgres(server().access("reader", PASSWORD))).toMatchObject({
			kind: "fits",
			warnings: [expect.stringContaining("SECURITY DEFINER")],
		});
		await server().admin("drop function lofty()");
	});

	test("runs the operator's queries and the grant's own by name, with parameters in their declared order", async () => {
		const named = { mode: "named", queries: ["since"] };
		expect(doneValue(await ask("since", [{ id: 2, region: "eu" }], { grant: named }))).toEqual([{ id: 3, region: "eu" }]);
		const own = { mode: "named", queries: { top: { sql: "select max(id) as id from orders where region = $1", params: { r: "text" } } } };
		expect(doneValue(await ask("top", [{ r: "us" }], { grant: own }))).toEqual([{ id: 2 }]);
		const broken = { mode: "named", queries: { bad: { sql: "select region::int from orders where region = $1", params: { r: "text" } } } };
		expect(await ask("bad", [{ r: "eu" }], { grant: broken })).toMatchObject({
			code: "invalid_arguments",
			message: "Running SQL: the query failed with these parameters (SQLSTATE 22P02).",
		});
		expect(bind(named).needed?.("since", RESOURCES).get("store/warehouse")).toMatchObject({ queries: OWN });
	});

	test("keeps rows on the host as a handle, dates and json in CSV too", async () => {
		const contents = new MemoryContents();
		const sql = `select id, timestamptz '2024-05-06 00:00:00Z' as at, '{"a":"b,c"}'::json as j from orders where id < 2`;
		const value = doneValue(await ask("query", [sql, [], { as: "handle", format: "csv" }], { contents }));
		expect(value).toMatchObject({ handle: "hdl_1", type: "text/csv", rowCount: 1, columns: ["id", "at", "j"] });
		expect(new TextDecoder().decode(contents.handles.get("hdl_1")?.bytes)).toBe(
			'id,at,j\r\n1,2024-05-06T00:00:00.000Z,"{""a"":""b,c""}"\r\n',
		);
	});
});
