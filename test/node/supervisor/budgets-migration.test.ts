import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyMigrations } from "../../../supervisor/apply-migrations.ts";
import { type EmptyDatabase, startEmptyDatabase } from "./empty-database.ts";

const MIGRATIONS = join(import.meta.dirname, "..", "..", "..", "migrations");
const NEW = "0003_budgets.sql";

let empty: EmptyDatabase;
beforeAll(async () => {
	empty = await startEmptyDatabase();
});
afterAll(() => empty.close());

const costing = (usdMicros: number, more: object = {}) =>
	JSON.stringify({
		verb: "http.fetch",
		status: "done",
		startedAtMs: 50,
		cost: { calls: 1, tokens: 2, egressBytes: 3, usdMicros },
		...more,
	});

test("rows of before budgets keep what they say, and can be added up: each call's cost, and of each run what its calls leave", async () => {
	const { database, folder } = empty;
	const older = (await readdir(MIGRATIONS)).filter((name) => name.endsWith(".sql") && name < NEW);
	for (const name of older) await copyFile(join(MIGRATIONS, name), join(folder, name));
	expect(await applyMigrations(database, folder)).toEqual(older.sort());

	await database.prepare("INSERT INTO tenants (id, name, status, created_at_ms) VALUES ('ten_1', 'one', 'active', 5)").run();
	const agent = "INSERT INTO agents (id, tenant_id, locator, name, status, policy_version, birth, created_at_ms, updated_at_ms)";
	await database.prepare(`${agent} VALUES ('agt_1', 'ten_1', '0123456789abcdef', 'a', 'active', 1, '{}', 1, 1)`).run();
	const usage = { cpuMs: 7, wallMs: 8, calls: 2, tokens: 4, egressBytes: 6, usdMicros: 100 };
	const run = "INSERT INTO runs (id, tenant_id, agent_id, status, created_at_ms, ended_at_ms, summary, result, files, revision)";
	await database
		.prepare(`${run} VALUES ('run_1', 'ten_1', 'agt_1', 'succeeded', 40, 60, ?, 'null', '[]', 3)`)
		.bind(JSON.stringify({ usage }))
		.run();
	await database.prepare(`${run} VALUES ('run_2', 'ten_1', 'agt_1', 'queued', 41, NULL, '{}', 'null', '[]', 1)`).run();
	const call = "INSERT INTO calls (id, tenant_id, run_id, seq, record, revision)";
	await database.prepare(`${call} VALUES ('cal_1', 'ten_1', 'run_1', 1, ?, 2)`).bind(costing(11)).run();
	await database
		.prepare(`${call} VALUES ('cal_2', 'ten_1', 'run_1', 2, ?, 2)`)
		.bind(costing(22, { verb: "state", startedAtMs: 55 }))
		.run();
	await database
		.prepare(`${call} VALUES ('cal_3', 'ten_1', 'run_1', 3, ?, 2)`)
		.bind(costing(0, { status: "planned" }))
		.run();
	// A call whose run D1 does not have yet: its id leads to its agent.
	await database.prepare(`${call} VALUES ('cal_4', 'ten_1', 'run_x0123456789abcdef', 1, ?, 1)`).bind(costing(5)).run();

	await copyFile(join(MIGRATIONS, NEW), join(folder, NEW));
	expect(await applyMigrations(database, folder)).toEqual([NEW]);

	const all = async (query: string): Promise<unknown> => (await database.prepare(query).run()).results;
	expect(await all("SELECT id, own_usd_micros, cpu_ms, wall_ms, parent_run_id, root_run_id, revision FROM runs ORDER BY id")).toEqual([
		{ id: "run_1", own_usd_micros: 67, cpu_ms: 7, wall_ms: 8, parent_run_id: null, root_run_id: null, revision: 3 },
		{ id: "run_2", own_usd_micros: 0, cpu_ms: 0, wall_ms: 0, parent_run_id: null, root_run_id: null, revision: 1 },
	]);
	const paid = { agent_id: "agt_1", started_at_ms: 50, verb: "http.fetch", model: null, charged: 1, tokens: 2, egress_bytes: 3 };
	expect(
		await all("SELECT id, agent_id, started_at_ms, verb, model, charged, tokens, egress_bytes, usd_micros FROM calls ORDER BY id"),
	).toEqual([
		{ id: "cal_1", ...paid, usd_micros: 11 },
		{ id: "cal_2", ...paid, started_at_ms: 55, verb: "state", usd_micros: 22 },
		{ id: "cal_3", ...paid, charged: 0, tokens: 0, egress_bytes: 0, usd_micros: 0 },
		{ id: "cal_4", ...paid, usd_micros: 5 },
	]);
	expect(await all("SELECT name, prices, prices_version FROM tenants")).toEqual([{ name: "one", prices: null, prices_version: 0 }]);
	expect(await all("SELECT count(*) AS count FROM events")).toEqual([{ count: 0 }]);
});
