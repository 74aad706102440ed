import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { utils, write } from "@e965/xlsx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Dataset } from "../../contract/datasets.ts";
import { LIMITS } from "../../contract/limits.ts";
import { Run } from "../../contract/runs.ts";
import { datasetClient } from "./dataset-client.ts";
import { executorsIn, killNow } from "./fault-processes.ts";
import { errorOf, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";
import { workbookBomb } from "./workbook-bomb.ts";

let platform: Platform;
const { upload, fill, agentOn, ask } = datasetClient(() => platform);
beforeAll(async () => {
	platform = await startPlatform();
});
afterAll(() => platform.stop());

const ORDERS = '\uFEFFid,region,amount,note\n1,eu,10.5,"a, ""quoted"" note"\n2,us,20,\n3,eu,30,line\n';

describe("a dataset", () => {
	test("comes from CSV and is queried by a program", async () => {
		const dataset = await fill("sales", "text/csv", ORDERS, "?table=orders");
		expect(dataset).toMatchObject({ version: 2, dropped: [], tables: [{ name: "orders", rows: 3 }] });
		await makeAgent(platform.api, {
			name: "analyst",
			policy: { grants: { sales: { verb: "sql.query", dataset: "sales", mode: "read", labels: ["private"] } } },
		});
		const program = `export default async (input, env) => [
			await env.sales.query("select region, sum(amount) as total from orders group by region order by 1"),
			await env.sales.queryRows("select note from orders where id = ?", [1]),
			await env.sales.schema(),
		]`;
		const run = await platform.api.run({ agent: "analyst", program });
		expect([run.status, run.error]).toEqual(["succeeded", null]);
		expect(run.result).toEqual([
			[
				{ region: "eu", total: 40.5 },
				{ region: "us", total: 20 },
			],
			{ columns: ["note"], rows: [['a, "quoted" note']] },
			{ tables: dataset.tables },
		]);
	});
});

describe("data", () => {
	test("comes as JSON lines, SQL, a workbook and a SQLite database", async () => {
		await fill("lines", "application/x-ndjson", '{"a":1,"b":"x"}\n{"a":2,"b":null}\n');
		await fill("script", "application/sql", "create table t(a, b); insert into t values (1, 'x'), (2, null);");
		const workbook = write(
			{
				SheetNames: ["t"],
				Sheets: {
					t: utils.aoa_to_sheet([
						["a", "b"],
						[1, "x"],
						[2, null],
					]),
				},
			},
			{ type: "buffer", bookType: "xlsx" },
		);
		await fill("book", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", new Uint8Array(workbook));
		const path = join(await mkdtemp(join(tmpdir(), "cordon-db-")), "t.db");
		const database = new DatabaseSync(path);
		database.exec("create table t(a, b); insert into t values (1, 'x'), (2, null); create view v as select 1");
		database.close();
		const image = await fill("image", "application/vnd.sqlite3", new Uint8Array(await readFile(path)));
		expect(image.dropped).toEqual(["view v"]);
		for (const name of ["lines", "script", "book", "image"]) {
			const table = name === "lines" ? "lines" : "t";
			await agentOn(`of-${name}`, name, {});
			expect(await ask(`of-${name}`, `db.query("select a, b from ${table} order by a")`), name).toEqual([
				{ a: 1, b: "x" },
				{ a: 2, b: null },
			]);
		}
	});

	test("is added to what is there when it is asked for, and else replaces it", async () => {
		await fill("grown", "text/csv", "a\n1\n", "?table=t");
		const grown = await upload("grown/data?table=u&append=true", "text/csv", "a\n2\n");
		expect(grown.body).toMatchObject({
			version: 3,
			tables: [
				{ name: "t", rows: 1, columns: [{ name: "a", type: "INTEGER" }] },
				{ name: "u", rows: 1 },
			],
		});
		await agentOn("growing", "grown", {});
		expect(await ask("growing", 'db.query("select (select a from t) as t, (select a from u) as u")')).toEqual([{ t: 1, u: 2 }]);
		const replaced = await upload("grown/data?table=u", "text/csv", "a\n2\n");
		expect(replaced.body).toMatchObject({ version: 4, tables: [{ name: "u", rows: 1 }] });
	});

	test("that is none of its format, broken, or too large is refused in words, and the version before stays", async () => {
		await fill("kept", "text/csv", "a\n1\n");
		const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
		const noise = crypto.getRandomValues(new Uint8Array(60_000));
		const bomb = workbookBomb();
		expect(bomb.byteLength).toBeLessThan(LIMITS.workbookBytes.sent);
		for (const [type, body, codes] of [
			["application/vnd.sqlite3", noise, ["invalid_request"]],
			["application/vnd.sqlite3", new TextEncoder().encode("SQLite format 3\0".padEnd(4096, "x")), ["invalid_request"]],
			[xlsx, noise, ["invalid_request"]],
			[xlsx, bomb, ["payload_too_large", "invalid_request"]],
			["application/x-ndjson", "{not json\n", ["invalid_request"]],
			["application/sql", "attach 'x' as y", ["invalid_request"]],
			["text/csv", "", ["invalid_request"]],
			["application/json", "[]", ["unsupported_media_type"]],
		] as const) {
			const answer = await upload("kept/data", type, body);
			expect([answer.status, errorOf(answer).code], type).toEqual([expect.any(Number), expect.toBeOneOf([...codes])]);
			expect(errorOf(answer).message).not.toMatch(/\/work|node_modules|at .*:\d+/);
		}
		expect(await platform.api.expect(200, Dataset, "GET", "/v1/datasets/kept")).toMatchObject({
			version: 2,
			tables: [{ name: "kept", rows: 1 }],
		});
	});

	test("of another tenant's dataset of the same name is another's", async () => {
		const other = await platform.tenant("other");
		await fill("same", "text/csv", "a\nmine\n", "?table=t");
		expect((await other.api.request("GET", "/v1/datasets/same")).status).toBe(404);
		expect((await upload("same/data", "text/csv", "a\ntheirs\n", other.api)).status).toBe(404);
		await other.api.expect(201, Dataset, "POST", "/v1/datasets", { name: "same" });
		expect((await upload("same/data?table=t", "text/csv", "a\ntheirs\n", other.api)).status).toBe(200);
		const grants = { db: { verb: "sql.query", dataset: "same", mode: "read" } };
		const program = "export default (input, env) => env.db.query('select a from t')";
		for (const [api, value] of [
			[platform.api, "mine"],
			[other.api, "theirs"],
		] as const) {
			await makeAgent(api, { name: "same", policy: { grants } });
			expect((await api.run({ agent: "same", program })).result).toEqual([{ a: value }]);
		}
	});
});

const PEOPLE = `name,team,salary\n${Array.from({ length: 12 }, (_, index) => `p${index},${index < 10 ? "big" : "small"},${1000 + index}`).join("\n")}\n`;

describe("a grant", () => {
	test("hides tables, columns and rows from every statement", async () => {
		await fill(
			"staff",
			"application/sql",
			"create table people(name, team, salary); insert into people values ('a', 'x', 1), ('b', 'y', 2); create table vault(k); insert into vault values ('secret')",
		);
		await agentOn("hidden", "staff", { tables: { people: { masked: ["salary"], where: "team = 'x'" } } });
		expect(await ask("hidden", 'db.query("select * from people")')).toEqual([{ name: "a", team: "x", salary: null }]);
		for (const sql of [
			"select * from vault",
			"select * from sqlite_schema",
			"pragma table_list",
			"attach 'x' as y",
			"select load_extension('x')",
		])
			expect(await ask("hidden", "db.query(input)", sql), sql).toEqual(["sql_denied", expect.any(String)]);
		expect(await ask("hidden", "db.query(input)", "delete from people")).not.toEqual([]);
		expect(await ask("hidden", 'db.query("select count(*) as n from people")')).toEqual([{ n: 1 }]);
		expect(JSON.stringify(await ask("hidden", "db.schema()"))).not.toContain("vault");
	});

	test("of named queries runs them and nothing else; of aggregates shows no small group", async () => {
		await fill("crowd", "text/csv", PEOPLE, "?table=people");
		await agentOn("namer", "crowd", {
			mode: "named",
			queries: { paid: { sql: "select name from people where salary >= :least order by name", params: { least: "integer" } } },
		});
		expect(await ask("namer", "db.paid({ least: 1011 })")).toEqual([{ name: "p11" }]);
		expect(await ask("namer", "db.paid({ least: '1 or 1=1' })")).toEqual(["invalid_arguments", expect.stringContaining("least")]);
		await agentOn("counter", "crowd", { minGroup: 5 });
		const average = 'db.aggregate({ from: "people", groupBy: ["team"], aggregates: [{ fn: "count", as: "n" }] })';
		expect(await ask("counter", average)).toEqual([{ team: "big", n: 10 }]);
	});

	test("of an endless statement ends it with sql_limit_exceeded, and its neighbours do not notice", async () => {
		await agentOn("endless", "crowd", { limits: { steps: 20_000_000 } });
		const endless = ask("endless", 'db.query("with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c")');
		const neighbours = Array.from({ length: 4 }, () => ask("namer", "db.paid({ least: 1011 })"));
		expect(await Promise.all(neighbours)).toEqual(Array(4).fill([{ name: "p11" }]));
		expect(await endless).toEqual(["sql_limit_exceeded", expect.any(String)]);
		expect((await platform.api.request("GET", "/healthz")).status).toBe(200);
	});

	test("without limits of its own is stopped by the run's CPU limit", async () => {
		await makeAgent(platform.api, {
			name: "burner",
			policy: {
				limits: { cpuMs: 300 },
				grants: { db: { verb: "sql.query", dataset: "crowd", mode: "read", limits: { steps: 2_000_000_000 } } },
			},
		});
		const run = await platform.api.run({
			agent: "burner",
			program:
				'export default (i, env) => env.db.query("with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c")',
		});
		expect([run.status, run.error?.code]).toEqual(["failed", "cpu_exceeded"]);
	});
});

describe("writing", () => {
	test("makes a version that the next query sees, and nothing where the statement fails", async () => {
		await fill("ledger", "application/sql", "create table t(n integer not null); insert into t values (0)");
		await agentOn("writer", "ledger", { mode: "write" });
		expect(
			await ask(
				"writer",
				'[await db.query("select n from t"), await db.execute("update t set n = ?", [5]), await db.query("select n from t")]',
			),
		).toEqual([[{ n: 0 }], { changes: 1, version: 3 }, [{ n: 5 }]]);
		expect(await ask("writer", 'db.execute("update t set n = null")')).toEqual(["invalid_arguments", expect.any(String)]);
		expect(await ask("writer", 'db.execute("create table u(a)")')).toEqual({ changes: 0, version: 4 });
		expect(await platform.api.expect(200, Dataset, "GET", "/v1/datasets/ledger")).toMatchObject({
			version: 4,
			tables: [
				{ name: "t", rows: 1 },
				{ name: "u", rows: 0 },
			],
		});
	});

	test("by twenty at once leaves exactly the increments that were said to succeed", async () => {
		await fill("tally", "application/sql", "create table t(n integer); insert into t values (0)");
		await agentOn("incrementer", "tally", { mode: "write" });
		const outcomes = await Promise.all(
			Array.from({ length: 20 }, () => ask("incrementer", 'db.execute("update t set n = n + 1").then(() => "done", (e) => e.code)')),
		);
		const done = outcomes.filter((outcome) => outcome === "done").length;
		expect(done).toBeGreaterThan(0);
		expect(outcomes.filter((outcome) => outcome !== "done" && outcome !== "conflict")).toEqual([]);
		expect(await ask("incrementer", 'db.query("select n from t")')).toEqual([{ n: done }]);
		expect((await platform.api.expect(200, Dataset, "GET", "/v1/datasets/tally")).version).toBe(2 + done);
	});

	test("under which the process is killed leaves the version before whole", async () => {
		await agentOn("unlucky", "tally", { mode: "write" });
		const before = await platform.api.expect(200, Dataset, "GET", "/v1/datasets/tally");
		const program = 'export default async (i, { db }) => { for (;;) await db.execute("update t set n = -1, n = -1 where 0"); }';
		const { id } = await platform.api.expect(202, Run, "POST", "/v1/runs", { agent: "unlucky", program, wait: 0 });
		let seen = before.version;
		// A kill that comes between two writes leaves nothing in doubt: the run begins anew, and is killed again once it has written.
		const run = await pollUntil(
			async () => {
				const { version } = await platform.api.expect(200, Dataset, "GET", "/v1/datasets/tally");
				if (version > seen) for (const each of executorsIn(process.pid)) killNow(each);
				seen = version;
				return platform.api.expect(200, Run, "GET", `/v1/runs/${id}`);
			},
			({ status }) => status !== "queued" && status !== "running",
			50_000,
		);
		expect(seen).toBeGreaterThan(before.version);
		// Nobody can say of a write that it did not happen: its run waits for a person.
		expect(["failed", "waiting_approval"]).toContain(run.status);
		await platform.api.request("POST", `/v1/runs/${id}/cancel`);
		const after = await platform.api.expect(200, Dataset, "GET", "/v1/datasets/tally");
		expect(await ask("incrementer", 'db.query("select n from t")')).toEqual(
			await ask("incrementer", 'db.query("select max(n) as n from t")'),
		);
		expect((await platform.api.expect(200, Dataset, "GET", "/v1/datasets/tally")).version).toBe(after.version);
	});
});

describe("rows as a handle", () => {
	test("stay on the host", async () => {
		expect(await ask("namer", 'db.paid({ least: 0 }, { as: "handle", format: "csv" })')).toMatchObject({
			handle: expect.stringMatching(/^hdl_/),
			type: "text/csv",
			rowCount: 12,
			columns: ["name"],
		});
	});
});
