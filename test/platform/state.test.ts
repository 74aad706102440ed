import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiClient, createApiClient } from "../../scripts/support/api-client.ts";
import { type Cordon, startCordon } from "../../supervisor/start-cordon.ts";
import { makeAgent } from "./start-platform.ts";

let cordon: Cordon;
let dataFolder: string;
let api: ApiClient;
const start = async (): Promise<void> => {
	cordon = await startCordon({ port: 0, host: "127.0.0.1", dataFolder, executors: 2, developmentHosts: [] });
	api = createApiClient(cordon.url, cordon.key);
};
beforeAll(async () => {
	dataFolder = await mkdtemp(join(tmpdir(), "cordon-state-"));
	await start();
});
afterAll(async () => {
	await cordon.stop();
	await rm(dataFolder, { recursive: true, force: true });
});

/** Counts up by compare-and-set, again and again until it has. */
const COUNT = `export default async (input, { memory }) => {
	for (let tries = 1; ; tries += 1) {
		const entry = await memory.getEntry("count");
		try {
			await memory.put("count", (entry?.value ?? 0) + 1, { ifVersion: entry?.version ?? null });
			return tries;
		} catch (error) {
			if (error.code !== "conflict") throw error;
		}
	}
}`;
const READ = 'export default async (input, { memory }) => memory.get("count")';

describe("an agent's state", () => {
	test("goes from run to run and over a restart, and loses no step of runs at once", async () => {
		await makeAgent(api, { name: "counter", policy: { grants: { memory: { verb: "state", prefix: "counts/" } } } });
		const runs = await Promise.all(Array.from({ length: 6 }, () => api.run({ agent: "counter", program: COUNT })));
		expect(runs.map((run) => run.error)).toEqual(runs.map(() => null));
		const read = await api.run({ agent: "counter", program: READ });
		expect(read.result).toBe(6);
		expect(read.labels).toEqual(["private", "untrusted"]);
		await cordon.stop();
		await start();
		expect((await api.run({ agent: "counter", program: READ })).result).toBe(6);
	}, 120_000);

	test("is another's neither by prefix nor by agent, and says what it does not take", async () => {
		const memory = (prefix: string, mode: string) => ({ verb: "state", prefix, mode });
		const grants = { a: memory("a", "write"), b: memory("b", "write"), reader: memory("a", "read") };
		await makeAgent(api, { name: "apart", policy: { grants } });
		const run = await api.run({
			agent: "apart",
			program: `export default async (input, { a, b, reader }) => {
				const failure = async (promise) => (await promise.then(() => null, (error) => error))?.code;
				await a.put("k/1", { at: new Date(0), ids: new Set([1n]) });
				await a.put("k/2", "two", { ttlMs: 60_000 });
				const { entries, nextAfter } = await reader.list({ prefix: "k/", limit: 1 });
				return [await b.get("k/1"), entries[0].value, nextAfter, typeof reader.put, (await a.getEntry("k/2")).expiresAtMs > Date.now(),
					await failure(a.put("", 1)), await failure(a.put("x", "y".repeat(70_000))), await failure(a.put("k/1", 1, { ifVersion: 99 })),
					await a.delete("k/1"), await a.delete("k/1")];
			}`,
		});
		expect(run.error).toBeNull();
		const value = { at: { $date: "1970-01-01T00:00:00.000Z" }, ids: { $set: [{ $bigint: "1" }] } };
		expect(run.result).toEqual([null, value, "k/1", "undefined", true, "invalid_arguments", "invalid_arguments", "conflict", true, false]);
		await makeAgent(api, { name: "other", policy: { grants: { a: memory("a", "write") } } });
		expect((await api.run({ agent: "other", program: 'export default async (i, { a }) => a.get("k/2")' })).result).toBeNull();
	});
});
