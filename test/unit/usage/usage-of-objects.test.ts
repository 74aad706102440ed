import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Usage } from "../../../contract/runs.ts";
import { type UsageKey, USAGE_KEYS } from "../../../contract/usage.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { sendBatch } from "../../../worker/agents/object/outbox.ts";
import { addUpUsage } from "../../../worker/usage/add-up-usage.ts";
import { goodEnd, makeAgent, stubOf } from "../agents/agent-under-test.ts";
import { JournalScene } from "../agents/journal-scene.ts";
import { admitTo, put, startRun } from "../agents/run-under-test.ts";

/** Prices at which every charge is rounded. */
const ODD = {
	version: 7,
	table: {
		runNanos: 1_234_567,
		cpuSecondNanos: 7_777,
		egressGibNanos: 999_999_999_999,
		verbs: { "http.fetch": { callNanos: 1 }, state: { callNanos: 333 } },
	},
};

const choice = fc.nat({ max: 5 });
type Deed =
	| readonly [
			"admit" | "claim" | "issue" | "look" | "done" | "failed" | "dies" | "approve" | "repeat" | "finish" | "lose" | "cancel",
			number,
	  ]
	| readonly ["pass", number]
	| readonly ["send", "taken" | "lost" | "refused"];
const deed = <Kind extends string>(weight: number, ...kinds: readonly Kind[]) => ({
	weight,
	arbitrary: fc.tuple(fc.constantFrom(...kinds), choice),
});
const Deeds: fc.Arbitrary<Deed> = fc.oneof(
	deed(3, "admit"),
	deed(14, "issue"),
	deed(8, "look", "done", "done", "failed", "dies"),
	deed(4, "approve", "claim", "finish", "finish"),
	deed(2, "repeat", "lose", "cancel"),
	{ weight: 4, arbitrary: fc.tuple(fc.constant("pass" as const), fc.constantFrom(1, 150, 25_000, 90_000)) },
	{ weight: 4, arbitrary: fc.tuple(fc.constant("send" as const), fc.constantFrom("taken" as const, "lost" as const, "refused" as const)) },
);

const DEEDS: { readonly [Kind in Exclude<Deed[0], "send">]: (scene: JournalScene, value: number) => void } = {
	admit: (scene, value) => scene.admit(value % 2 === 0),
	claim: (scene, value) => scene.claim(value),
	issue: (scene, value) => scene.issue(value),
	look: (scene, value) => scene.look(value, value),
	done: (scene, value) => scene.perform(value, "done"),
	failed: (scene, value) => scene.perform(value, "failed"),
	dies: (scene, value) => scene.perform(value, "dies"),
	approve: (scene, value) => scene.decide(value, "approve"),
	repeat: (scene, value) => scene.resolve(value, "repeat"),
	finish: (scene, value) => scene.finish(value, false),
	lose: (scene, value) => scene.finish(value, true),
	cancel: (scene, value) => scene.cancel(value),
	pass: (scene, ms) => scene.pass(ms, true),
};

/** D1 as it is, away, or with answers that are lost on their way. */
const databaseThat = (fate: "taken" | "lost" | "refused"): D1Database =>
	new Proxy(env.DB, {
		get(database, name) {
			if (name !== "batch") return Reflect.get(database, name).bind(database);
			return async (statements: D1PreparedStatement[]) => {
				if (fate === "refused") throw new Error("D1_ERROR: it is away");
				const answer = await database.batch(statements);
				if (fate === "lost") throw new Error("D1_ERROR: the connection broke");
				return answer;
			};
		},
	});

/** Sends what is due from an object that has just started: nothing of another one's memory is in the way. */
const send = async (storage: DurableObjectStorage, fate: "taken" | "lost" | "refused"): Promise<void> => {
	const state = new ObjectState(storage, env.TENANTS);
	const sending = (async () => {
		while (await sendBatch(state, databaseThat(fate)));
	})();
	await (fate === "taken" ? sending : sending.catch(() => {}));
};

const ALL = [{ day: "ever", startMs: 0, endMs: Number.MAX_SAFE_INTEGER }];
const usageOf = async (tenantId: string, groupBy: readonly UsageKey[]) => {
	const rows = (await addUpUsage(env.DB, { tenantId, parts: ALL, groupBy })) ?? [];
	const sum = (dimension: keyof Usage | "runs"): number => rows.reduce((all, row) => all + row[dimension], 0);
	return {
		runs: sum("runs"),
		...{ cpuMs: sum("cpuMs"), wallMs: sum("wallMs"), calls: sum("calls"), tokens: sum("tokens"), egressBytes: sum("egressBytes") },
		usdMicros: sum("usdMicros"),
	};
};

const Ended = z.array(
	z.object({ usage: z.string().transform((text) => Usage.parse(JSON.parse(text))), own: z.int(), ofCalls: z.int(), charged: z.int() }),
);

/** Of a run that D1 knows as ended, D1 has everything that it cost. */
const expectEndedWhole = async (tenantId: string): Promise<void> => {
	const { results } = await env.DB.prepare(
		`SELECT summary ->> '$.usage' AS usage, own_usd_micros AS own, coalesce(sum(calls.usd_micros), 0) AS ofCalls, coalesce(sum(calls.charged), 0) AS charged
		FROM runs LEFT JOIN calls ON calls.tenant_id = runs.tenant_id AND calls.run_id = runs.id WHERE runs.tenant_id = ? AND runs.ended_at_ms IS NOT NULL GROUP BY runs.id`,
	)
		.bind(tenantId)
		.all();
	for (const { usage, own, ofCalls, charged } of Ended.parse(results))
		expect([own + ofCalls, charged]).toEqual([usage.usdMicros, usage.calls]);
};

describe("usage of agents' objects", () => {
	it("is what their runs were charged, to the micro, after deaths, repeats, lost answers of D1 and evictions, at prices that are rounded each time", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(Deeds, { minLength: 30, maxLength: 120, size: "max" }), async (deeds) => {
				const agent = await makeAgent();
				const priced = { ...agent, command: (overrides = {}) => agent.command({ prices: ODD, ...overrides }) };
				await agent.object.run(agent.newRunId());
				const { tenantId } = agent.entry;
				await runInDurableObject(stubOf(agent), async (_instance, { storage }) => {
					const scene = new JournalScene(priced, storage);
					scene.admit(false);
					for (const deed of deeds) {
						if (deed[0] !== "send") {
							DEEDS[deed[0]](scene, deed[1]);
							continue;
						}
						await send(storage, deed[1]);
						scene.evict();
						await expectEndedWhole(tenantId);
					}
					scene.drain();
					await send(storage, "taken");
					const runs = scene.runIds.flatMap((id) => new ObjectState(storage, env.TENANTS).runs.get(id) ?? []);
					const sum = (dimension: keyof Usage): number => runs.reduce((all, { state }) => all + state.usage[dimension], 0);
					const charged = {
						runs: runs.length,
						...{ cpuMs: sum("cpuMs"), wallMs: sum("wallMs"), calls: sum("calls"), tokens: sum("tokens") },
						...{ egressBytes: sum("egressBytes"), usdMicros: sum("usdMicros") },
					};
					expect(charged.usdMicros).toBeGreaterThan(0);
					for (const key of USAGE_KEYS) expect(await usageOf(tenantId, [key])).toEqual(charged);
					await expectEndedWhole(tenantId);
				});
			}),
			{ numRuns: 12 },
		);
	}, 240_000);

	it("of a run with more calls than a batch has: D1 does not say that it has ended before it has its calls", async () => {
		const run = await startRun({ limits: { calls: 300 } }, { limits: { calls: 300 } });
		const { tenantId } = run.agent.entry;
		// D1 is away until the run is over.
		await runInDurableObject(stubOf(run.agent), (instance) => void Reflect.set(instance, "env", { ...env, DB: databaseThat("refused") }));
		for (let place = 1; place <= 250; place += 1) await run.ask(place, put(`k${place}`, place));
		await run.finish();
		await runInDurableObject(stubOf(run.agent), async (_instance, { storage }) => {
			const state = new ObjectState(storage, env.TENANTS);
			const seen: number[] = [];
			for (let more = true; more; ) {
				more = await sendBatch(state, env.DB);
				await expectEndedWhole(tenantId);
				seen.push((await usageOf(tenantId, ["verb"])).calls);
			}
			expect(seen.length).toBeGreaterThan(2);
			expect(await usageOf(tenantId, ["verb"])).toMatchObject({ runs: 1, calls: 250 });
		});
	}, 60_000);

	it("keeps a run's prices while it goes on, and asks the new ones of the next run", async () => {
		const dear = {
			version: 1,
			table: { runNanos: 1_000_000, cpuSecondNanos: 1_000_000, egressGibNanos: 0, verbs: { state: { callNanos: 5_000_000 } } },
		};
		const cheap = { version: 2, table: { runNanos: 1_000, cpuSecondNanos: 0, egressGibNanos: 0, verbs: {} } };
		const first = await startRun({ prices: dear });
		await first.ask(1, put("k", 1));
		const second = await admitTo(first.agent, { prices: cheap });
		await second.ask(1, put("k", 2));
		await first.ask(2, put("k", 3));
		await second.finish();
		await first.finish();
		expect((await first.calls()).map(({ cost }) => cost.usdMicros)).toEqual([5_000, 5_000]);
		expect((await second.calls()).map(({ cost }) => cost.usdMicros)).toEqual([0]);
		const { cpuMs } = goodEnd(first.runId);
		expect((await first.run()).usage.usdMicros).toBe(10_000 + Math.ceil(1_000 + Math.ceil(cpuMs)));
		expect((await second.run()).usage.usdMicros).toBe(1);
	});
});
