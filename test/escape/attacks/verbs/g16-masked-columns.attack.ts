/*
 * G16 Reads columns that are masked and tables that are not granted, by every statement that might show them
 * wall: grants
 * ends: held
 */
import assert from "node:assert/strict";
import { Dataset } from "../../../../contract/datasets.ts";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const SECRET = "7f3a-never-shown";
const PROGRAM = `export default async (input, env) => {
	const got = [];
	const ask = async (sql) => {
		const [code, text] = await env.people.query(sql).then((rows) => ["rows", JSON.stringify(rows)], (error) => [error.code, error.message]);
		const isDenied = code === "sql_denied" || code === "invalid_arguments" || !/code|hidden/.test(sql) && code === "rows";
		if (text.includes(input.secret) || !isDenied) got.push(sql + " -> " + code + " " + text.slice(0, 100));
	};
	await Promise.all(input.sql.map(ask));
	return got;
};`;
const SQL = [
	"select * from people",
	"select code from people",
	"select max(code), min(code), group_concat(code) from people",
	"select p.code from people p join people q on p.rowid = q.rowid",
	"select name from people where code like '7%'",
	"select (select code from people limit 1)",
	"with p as (select * from people) select * from p",
	"select code from main.people",
	"select code from temp.people",
	"select json_object('a', code) from people",
	"select json_group_array(code) from people",
	"select quote(code), hex(code), typeof(code), length(code) from people",
	"select * from (select *, rowid from people)",
	"select code from people order by code",
	"select code from people group by code having count(code) > 0",
	"select coalesce(code, 'x') from people",
	"select * from hidden",
	"select * from main.hidden",
	"select * from people union all select * from hidden",
	"select * from people, hidden",
	"select sql from sqlite_master",
	"select * from pragma_table_info('hidden')",
	"select * from people where exists (select 1 from hidden)",
	"explain select * from hidden",
	"select lag(code) over (order by name) from people",
	"select case when code > '7' then 'big' else 'small' end from people",
];

export const attack = async ({ api }: Scene): Promise<void> => {
	await api.expect(201, Dataset, "POST", "/v1/datasets", { name: "people" });
	const fill = async (table: string, csv: string): Promise<void> => {
		const { status } = await api.send("PUT", `/v1/datasets/people/data?table=${table}&append=true`, csv, { "content-type": "text/csv" });
		assert.equal(status, 200);
	};
	await fill("people", `name,code\nAda,${SECRET}\nBob,${SECRET}\n`);
	await fill("hidden", `name,code\nCyd,${SECRET}\n`);
	const people = { verb: "sql.query", dataset: "people", mode: "read", tables: { people: { columns: ["name"] } } };
	await makeAgent(api, { name: "peeper", policy: { grants: { people }, limits: { wallMs: 25_000, cpuMs: 5_000 } } });
	const run = await api.run({ agent: "peeper", program: PROGRAM, language: "javascript", input: { sql: SQL, secret: SECRET } });
	assert.deepEqual([run.status, run.result, run.error?.message], ["succeeded", [], undefined]);
};
