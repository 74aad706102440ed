import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Store } from "../../contract/stores.ts";
import { readStores } from "../../supervisor/read-stores.ts";
import { findPostgres, type PostgresServer, startPostgres } from "../node/verbs/postgres-server.ts";
import { errorOf, makeAgent, type Platform, startPlatform } from "./start-platform.ts";

const PASSWORD = "canary-of-a-reader-7Hq";
const bin = findPostgres();
let platform: Platform;
let server: PostgresServer | null = null;

beforeAll(async () => {
	server = bin === null ? null : await startPostgres(bin);
	await server?.admin(`create table orders (id int, region text, amount numeric); insert into orders select n, 'eu', n * 1.5 from generate_series(1, 100) n;
		create role reader login password '${PASSWORD}'; grant select on orders to reader;
		create role writer login password '${PASSWORD}'; grant select, insert on orders to writer`);
	const urls =
		server === null ? {} : { HYPERDRIVE_WAREHOUSE: server.url("reader", PASSWORD), HYPERDRIVE_WRITER: server.url("writer", PASSWORD) };
	platform = await startPlatform([], readStores(JSON.stringify({ ...urls, D1_REPORTS: "d1:reports" })) ?? undefined);
	platform.canaries.plant(PASSWORD);
});
afterAll(async () => {
	await platform.stop();
	await server?.stop();
});

/** A tenant with an agent `reader` that has one grant `db`. */
const tenantWith = async (name: string, store: object | null, grant: object) => {
	const tenant = await platform.tenant(name);
	if (store !== null) await platform.operator.expect(200, Store, "PUT", `/v1/tenants/${tenant.id}/stores/warehouse`, store);
	await makeAgent(tenant.api, {
		name: "reader",
		policy: { grants: { db: { verb: "sql.query", store: "warehouse", labels: ["private"], ...grant } } },
	});
	const run = (expression: string) =>
		tenant.api.run({
			agent: "reader",
			program: `export default async (input, { db }) => { try { return await (${expression}); } catch (e) { return [e.code, e.message]; } }`,
		});
	return { ...tenant, run };
};

describe.skipIf(bin === null)("a PostgreSQL store", () => {
	test("is read by a program through Hyperdrive, and a program that writes is refused", async () => {
		const tenant = await tenantWith(
			"pg",
			{ kind: "postgres", binding: "HYPERDRIVE_WAREHOUSE" },
			{ mode: "read", limits: { wallMs: 1_000 } },
		);
		const { result, error } = await tenant.run(`(async () => [
			await db.query("select region, sum(amount) as total, count(*) as n from orders where id <= $1 group by 1", [10]),
			await db.queryRows("select id, id from orders order by 1 limit 1"),
		])()`);
		expect([error, result]).toEqual([null, [[{ region: "eu", total: "82.5", n: 10 }], { columns: ["id", "id_2"], rows: [[1, 1]] }]]);
		expect((await tenant.run('db.query("insert into orders values (1)")')).result).toMatchObject(["invalid_arguments", expect.any(String)]);
		expect((await tenant.run('db.query("select pg_sleep(30)")')).result).toMatchObject(["sql_limit_exceeded", expect.any(String)]);
		expect((await tenant.run(`db.query("select repeat('x', 300000000)")`)).result).toMatchObject([
			"sql_limit_exceeded",
			expect.any(String),
		]);
	});

	test("is named to nobody: no answer, error, type or record has its address, role or password", async () => {
		const tenant = await tenantWith("pg-quiet", { kind: "postgres", binding: "HYPERDRIVE_WAREHOUSE" }, { mode: "read" });
		const run = await tenant.api.run({
			agent: "reader",
			program: 'export default (input, { db }) => db.query("select * from nowhere_here")',
		});
		const texts = [
			JSON.stringify(run),
			JSON.stringify((await tenant.api.request("GET", `/v1/runs/${run.id}/calls`)).body),
			JSON.stringify((await platform.operator.request("GET", `/v1/tenants/${tenant.id}/stores`)).body),
		].join("\n");
		expect(texts).toContain("nowhere_here");
		expect(texts).toContain("HYPERDRIVE_WAREHOUSE");
		for (const word of [PASSWORD, String(server?.port), "warehouse_db", "127.0.0.1"]) expect(texts).not.toContain(word);
	});

	test("is not attached when its role may write, and not for a key of the tenant", async () => {
		const tenant = await platform.tenant("pg-writer");
		const body = { kind: "postgres", binding: "HYPERDRIVE_WRITER" };
		const answer = await platform.operator.request("PUT", `/v1/tenants/${tenant.id}/stores/warehouse`, body);
		expect([answer.status, errorOf(answer).code, errorOf(answer).message]).toEqual([
			400,
			"invalid_request",
			expect.stringContaining("write 1 tables"),
		]);
		expect((await tenant.api.request("PUT", `/v1/tenants/${tenant.id}/stores/warehouse`, body)).status).toBe(401);
	});

	test("is cut off from its next call on once it is detached", async () => {
		const tenant = await tenantWith("pg-gone", { kind: "postgres", binding: "HYPERDRIVE_WAREHOUSE" }, { mode: "read" });
		expect((await tenant.run('db.query("select 1 as one")')).result).toEqual([{ one: 1 }]);
		await platform.operator.expect(200, Store, "DELETE", `/v1/tenants/${tenant.id}/stores/warehouse`);
		expect((await tenant.run('db.query("select 1 as one")')).result).toMatchObject(["sql_denied", expect.any(String)]);
	});

	test("twenty calls at once are answered, and leave no connection behind", async () => {
		const tenant = await tenantWith("pg-many", { kind: "postgres", binding: "HYPERDRIVE_WAREHOUSE" }, { mode: "read" });
		const many = await tenant.run(
			'Promise.all(Array.from({ length: 20 }, (_, n) => db.query("select $1::int as n, pg_sleep(0.05)::text as s", [n]).then(([row]) => row.n)))',
		);
		expect(many.result).toEqual(Array.from({ length: 20 }, (_, n) => n));
		const left = () =>
			tenant.run(`db.query("select count(*)::int as n from pg_stat_activity where usename = 'reader' and pid <> pg_backend_pid()")`);
		await expect.poll(async () => (await left()).result, { timeout: 40_000 }).toEqual([{ n: 0 }]);
	});
});

describe("a D1 store", () => {
	const QUERIES = { label: { sql: "select ?1 as label, ?2 + 1 as next", params: { label: "text", n: "integer" } } };

	test("answers the operator's queries with typed parameters, and takes no SQL of a program", async () => {
		const tenant = await tenantWith("d1", { kind: "d1", binding: "D1_REPORTS", queries: QUERIES }, { mode: "named", queries: ["label"] });
		expect((await tenant.run('db.label({ label: "a", n: 1 })')).result).toEqual([{ label: "a", next: 2 }]);
		for (const wrong of [
			'db.label({ label: "a", n: "1" })',
			'db.label({ label: "a" })',
			'db.label("select 1")',
			'db.label({ label: "a", n: 1, sql: "select 2" })',
		])
			expect((await tenant.run(wrong)).result, wrong).toMatchObject(["invalid_arguments", expect.any(String)]);
		expect((await tenant.run("typeof db.query")).result).toBe("undefined");
	});

	test("is denied to grants that want SQL of their own", async () => {
		const store = { kind: "d1", binding: "D1_REPORTS", queries: QUERIES };
		const reading = await tenantWith("d1-read", store, { mode: "read" });
		expect((await reading.run('db.query("select 1")')).result).toMatchObject(["sql_denied", expect.any(String)]);
		const own = await tenantWith("d1-own", store, { mode: "named", queries: { mine: { sql: "select 1" } } });
		expect((await own.run("db.mine()")).result).toMatchObject(["sql_denied", expect.any(String)]);
	});

	test("is another database than the platform's registry", async () => {
		const tables = { tables: { sql: "select count(*) as n from sqlite_master where name in ('tenants', 'keys', 'secrets')" } };
		const tenant = await tenantWith(
			"d1-apart",
			{ kind: "d1", binding: "D1_REPORTS", queries: tables },
			{ mode: "named", queries: ["tables"] },
		);
		expect((await tenant.run("db.tables()")).result).toEqual([{ n: 0 }]);
	});
});
