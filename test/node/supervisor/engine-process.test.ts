import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { engineMemoryMb, MOST_ENGINE_MB } from "../../../supervisor/engine-memory.ts";
import { importDataset } from "../../../supervisor/import-dataset.ts";
import { ImportAnswer } from "../../../worker/engine/engine-protocol.ts";
import type { Job } from "../../../worker/executor/protocol.ts";
import { type EngineGate, startEngineGate } from "./engine-gate.ts";
import { answerOf, jobOf, startTestExecutors, type TestExecutors } from "./fixture.ts";

let gate: EngineGate;
let fixture: TestExecutors;
beforeAll(async () => {
	gate = await startEngineGate();
	fixture = await startTestExecutors({ size: 2, gate: gate.address });
});
afterAll(async () => {
	await fixture[Symbol.asyncDispose]();
	await gate[Symbol.asyncDispose]();
});

const importJob = (tenantId: string, format: string) => ({
	tenantId,
	token: "token",
	options: JSON.stringify({ format, table: "t" }),
	baseBytes: null,
});
const importInto = async (name: string, csv: string): Promise<void> => {
	gate.source = Buffer.from(csv);
	const outcome = await importDataset(fixture.executors.pool, importJob("ten_import", "csv"), new AbortController().signal);
	expect(outcome.kind, JSON.stringify(outcome)).toBe("answered");
	gate.images.set(name, gate.images.get("imported") ?? Buffer.alloc(0));
};
const GRANT = (methods: string[]) => [{ name: "db", verb: "sql.query", methods, streams: [] }];
const runOn = async (tenantId: string, methods: string[], body: string, parts: Partial<Job> = {}): Promise<unknown> => {
	const code = `export default async (input, env) => { const { db } = env; ${body} }`;
	const job = jobOf(code, { tenantId, grants: GRANT(methods), datasetBytes: 8192, ...parts, limits: { cpuMs: 5_000 } });
	const { outcome } = answerOf(await fixture.run(job));
	return outcome.kind === "returned" ? outcome.result : outcome;
};
const only = (text: unknown): unknown => JSON.parse(String(text).split("\n")[0] ?? "");

describe("an import", () => {
	test("makes an image in a process that is not used again, and sends it to the gate", async () => {
		gate.source = Buffer.from("a,b\n1,x\n2,y\n");
		const outcome = await importDataset(fixture.executors.pool, importJob("ten_once", "csv"), new AbortController().signal);
		const answer = ImportAnswer.parse(JSON.parse(outcome.kind === "answered" ? outcome.answer : "null"));
		expect(answer).toMatchObject({ kind: "imported", tables: [{ name: "t", rows: 2 }] });
		expect(gate.images.get("imported")?.subarray(0, 15).toString()).toBe("SQLite format 3");
		expect(answer.kind === "imported" && answer.bytes).toBe(gate.images.get("imported")?.length);
		expect(fixture.pids("ten_once")).toEqual([]);
	});

	test("that does not end is stopped by its CPU time, and one whose asker goes is stopped too", async () => {
		gate.source = Buffer.from("create table t as with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c");
		const limits = { cpuMs: 300, wallMs: 20_000, memoryMb: LIMITS.importMemoryMb };
		const { pool } = fixture.executors;
		expect(await importDataset(pool, importJob("ten_slow", "sql"), new AbortController().signal, limits)).toEqual({
			kind: "stopped",
			reason: "cpu",
		});
		const gone = new AbortController();
		const left = importDataset(pool, importJob("ten_left", "sql"), gone.signal);
		gone.abort();
		expect(await left).toEqual({ kind: "stopped", reason: "cancelled" });
	});
});

describe("an engine beside a run", () => {
	test("loads a dataset once for calls that come at once, and not again for the next run in its process", async () => {
		await importInto("one", "a\n1\n2\n");
		gate.reads.length = 0;
		const sum = 'JSON.parse(await db.one("select sum(a) as s from t")).rows';
		expect(await runOn("ten_warm", ["one"], `return await Promise.all([0, 1, 2, 3].map(async () => ${sum}))`)).toEqual(
			Array(4).fill("[[3]]"),
		);
		const [first] = fixture.pids("ten_warm");
		expect(await runOn("ten_warm", ["one"], `return ${sum}`)).toBe("[[3]]");
		expect([fixture.pids("ten_warm"), gate.reads]).toEqual([[first], ["one"]]);
	});

	test("keeps a bounded number of datasets, those used last", async () => {
		for (const name of ["one", "two", "three"]) await importInto(name, `a\n${name.length}\n`);
		gate.reads.length = 0;
		const methods = ["one", "two", "three"];
		const ask = (name: string) => runOn("ten_many", methods, `return JSON.parse(await db.${name}("select a from t")).rows`);
		expect([await ask("one"), await ask("two"), await ask("three"), await ask("three"), await ask("two"), await ask("one")]).toEqual([
			"[[3]]",
			"[[3]]",
			"[[5]]",
			"[[5]]",
			"[[3]]",
			"[[3]]",
		]);
		expect(gate.reads).toEqual(["one", "two", "three", "one"]);
		expect(LIMITS.enginesPerProcess).toBe(2);
	});

	test("shows a write to nobody before it is another image", async () => {
		await importInto("w", "a\n1\n");
		gate.images.set("r", gate.images.get("w") ?? Buffer.alloc(0));
		const body = `
			const before = await db.r("select a from t");
			const [written, during] = await Promise.all([db.w("update t set a = 9"), db.r("select a from t")]);
			return [before, written, during, await db.r("select a from t")];`;
		const result = await runOn("ten_write", ["w", "r"], body);
		const [before, written, during, after] = Array.isArray(result) ? result.map(only) : [];
		expect([before, during, after]).toEqual(Array(3).fill(expect.objectContaining({ rows: "[[1]]" })));
		expect(written).toMatchObject({ changes: 1 });
		gate.images.set("after", gate.images.get("w-written") ?? Buffer.alloc(0));
		expect(await runOn("ten_write", ["after"], 'return JSON.parse(await db.after("select a from t")).rows')).toBe("[[9]]");
	});

	test("answers a dataset that is gone, or is no database, with a refusal", async () => {
		gate.images.set("noise", Buffer.alloc(4_096, 7));
		for (const name of ["gone", "noise"])
			expect(only(await runOn("ten_gone", [name], `return await db.${name}("select 1")`)), name).toMatchObject({ kind: "refused" });
	});

	test("is nothing that a program can reach", async () => {
		const body = `
			const seen = [Object.getOwnPropertyNames(env), Object.getOwnPropertyNames(db)];
			const failed = await import("engine/engine.js").then(() => "imported", () => "refused");
			return [...seen, failed, typeof globalThis.LOADER];`;
		expect(await runOn("ten_reach", ["one"], body)).toEqual([["db"], ["one"], "refused", "undefined"]);
	});
});

describe("memory", () => {
	test("of a run is raised by its datasets alone, and within what the process may have", () => {
		expect([engineMemoryMb(undefined), engineMemoryMb(0)]).toEqual([0, LIMITS.engineOverheadMb]);
		expect(engineMemoryMb(LIMITS.datasetBytes)).toBe(128 + LIMITS.engineOverheadMb);
		expect(engineMemoryMb(100 * LIMITS.datasetBytes)).toBe(MOST_ENGINE_MB);
	});
});
