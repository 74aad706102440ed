import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BudgetLimits } from "../../../contract/budgets.ts";
import type { Call, Run } from "../../../contract/runs.ts";
import { verifyEntry } from "../../../worker/ledger/chain-call.ts";
import { readArchivedRun } from "../../../worker/ledger/read-archive.ts";
import { type AgentUnderTest, call, doneEnd, FETCH_ARGS, failedEnd, goodEnd, makeAgent, ring, stubOf } from "./agent-under-test.ts";

/** Something that somebody does to an agent's object; numbers choose among the runs and calls there are. */
const Deed = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant("admit" as const), long: fc.boolean() }) },
	{
		weight: 8,
		arbitrary: fc.record({
			kind: fc.constantFrom("fetch" as const, "write" as const),
			run: fc.nat(),
			attempt: fc.integer({ min: 1, max: 3 }),
		}),
	},
	{ weight: 6, arbitrary: fc.record({ kind: fc.constant("endCall" as const), call: fc.nat(), done: fc.boolean() }) },
	{
		weight: 8,
		arbitrary: fc.record({
			kind: fc.constantFrom("claim" as const, "renew" as const, "release" as const, "finish" as const, "cancel" as const),
			run: fc.nat(),
			attempt: fc.integer({ min: 1, max: 3 }),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({ kind: fc.constantFrom("expireLeases" as const, "expireHolds" as const, "alarm" as const, "evict" as const) }),
	},
);
type Deed = typeof Deed extends fc.Arbitrary<infer Value> ? Value : never;

const LIMITS: BudgetLimits = {
	hour: { runs: 5, calls: 3, wallMs: 90_000 },
	day: { cpuMs: 9_000, egressBytes: 300_000 },
	lifetime: { usdMicros: 2_000 },
};
const POLICY = {
	grants: {
		files: { verb: "files", mounts: { "/workspace/output": "write" } },
		web: { verb: "http.fetch", allow: [{ host: "example.com" }] },
	},
	limits: { cpuMs: 1_000, wallMs: 5_000, calls: 6 },
};
const ARGS = {
	fetch: FETCH_ARGS,
	write: ["/workspace/output/a.txt", "text"],
};

/** An agent whose every answer is remembered, so that what it may never do can be seen. */
class Scene {
	readonly #agent: AgentUnderTest;
	readonly #stub: DurableObjectStub<undefined>;
	readonly runIds: string[] = [];
	readonly callIds: string[] = [];
	readonly #ends = new Map<string, string>();

	constructor(agent: AgentUnderTest) {
		this.#agent = agent;
		this.#stub = stubOf(agent);
	}

	async do(deed: Deed): Promise<void> {
		const { object, entry } = this.#agent;
		switch (deed.kind) {
			case "admit": {
				const command = this.#agent.command({ executesUpToMs: deed.long ? 0 : 25_000 });
				const answer = await object.admit(entry, command);
				if (answer.kind !== "refused") this.runIds.push(command.runId);
				return;
			}
			case "fetch":
			case "write": {
				const grant = deed.kind === "fetch" ? "web" : "files";
				const method = deed.kind === "fetch" ? "fetch" : "writeText";
				const { attempt } = deed;
				const begun = await call(this.#agent, { runId: this.#run(deed.run), attempt, grant, method, args: ARGS[deed.kind] });
				if (begun.kind === "act") this.callIds.push(begun.callId);
				return;
			}
			case "endCall": {
				const callId = this.callIds[deed.call % Math.max(1, this.callIds.length)] ?? "cal_none";
				await object.endCall(deed.done ? doneEnd(callId, { egressBytes: 120 }) : failedEnd(callId, { egressBytes: 10 }));
				return;
			}
			case "claim":
				return void (await object.claim(entry, this.#run(deed.run)));
			case "renew":
				return void (await object.renew(this.#run(deed.run), deed.attempt, deed.attempt === 3 ? null : Date.now()));
			case "release":
				return object.release(this.#run(deed.run), deed.attempt);
			case "finish":
				return void (await object.finish(goodEnd(this.#run(deed.run), deed.attempt)));
			case "cancel":
				return void (await object.cancel(this.#run(deed.run), "stop"));
			case "expireLeases":
				return this.#execute("UPDATE runs SET lease_expires_at_ms = 1 WHERE lease_expires_at_ms IS NOT NULL");
			case "expireHolds":
				return this.#execute("UPDATE holds SET expires_at_ms = 1");
			case "alarm":
				return this.ring();
			case "evict":
				// Asked first, since only an object that is there can be evicted.
				await object.run("run_none");
				return evictDurableObject(this.#stub);
		}
	}

	async ring(): Promise<void> {
		await ring(this.#agent);
	}

	async run(id: string): Promise<Run> {
		const run = await this.#agent.object.run(id);
		if (run === null) throw new Error("a run that was taken in is there");
		return run;
	}

	async calls(id: string): Promise<Call[]> {
		return (await this.#agent.object.calls(id, 0, 1_000)) ?? [];
	}

	/** What holds after every step. */
	async expectSound(): Promise<void> {
		const budget = await this.#agent.object.budget(this.#agent.entry);
		for (const { limits, settled, held } of Object.values(budget?.windows ?? {})) {
			expect(Object.values(held).every((amount) => amount >= 0)).toBe(true);
			for (const [dimension, limit] of Object.entries(limits)) {
				const used = [settled, held].map((vector) => Object.entries(vector).find(([name]) => name === dimension)?.[1] ?? Number.NaN);
				expect((used[0] ?? 0) + (used[1] ?? 0)).toBeLessThanOrEqual(limit ?? Number.POSITIVE_INFINITY);
			}
		}
		for (const id of this.runIds) {
			const run = await this.run(id);
			const end = run.endedAtMs === null ? null : `${run.status} ${run.error?.code} ${run.endedAtMs} ${JSON.stringify(run.result)}`;
			const known = this.#ends.get(id);
			if (known !== undefined) expect(end).toBe(known);
			if (end !== null) this.#ends.set(id, end);
			expect(run.endedAtMs === null).toBe(["queued", "running", "waiting_approval"].includes(run.status));
		}
	}

	/** Everybody who executed anything is gone: leases end, and what goes back to the queue is cancelled. */
	async end(): Promise<void> {
		await this.#execute("UPDATE runs SET lease_expires_at_ms = 1 WHERE lease_expires_at_ms IS NOT NULL");
		await this.ring();
		await this.expectSound();
		for (const id of this.runIds) await this.#agent.object.cancel(id, "stop");
	}

	/** What holds once every run has ended and nobody executes anything. */
	async expectWhole(): Promise<void> {
		const { object, entry } = this.#agent;
		const lifetime = (await object.budget(entry))?.windows.lifetime;
		expect(Object.values(lifetime?.held ?? { none: -1 }).filter((amount) => amount !== 0)).toEqual([]);
		expect(await this.#count("SELECT count(*) AS count FROM holds")).toBe(0);
		const runs = await Promise.all(this.runIds.map((id) => this.run(id)));
		const calls = (await Promise.all(this.runIds.map((id) => this.calls(id)))).flat();
		expect(calls.filter((call) => call.status === "started")).toEqual([]);
		const sum = (read: (run: Run) => number): number => runs.reduce((total, run) => total + read(run), 0);
		expect(lifetime?.settled).toMatchObject({
			runs: runs.length,
			calls: sum((run) => run.usage.calls),
			cpuMs: sum((run) => run.usage.cpuMs),
			egressBytes: sum((run) => run.usage.egressBytes),
			usdMicros: sum((run) => run.usage.usdMicros),
		});
		expectChain(calls);
		await object.change(entry, { language: "javascript" });
		expect(await this.#count("SELECT count(*) AS count FROM outbox")).toBe(0);
		expect(await this.#count("SELECT count(*) AS count FROM work")).toBe(0);
		for (const run of runs) expect(await readArchivedRun(env.DB, entry.tenantId, run.id)).toEqual(run);
	}

	#run(choice: number): string {
		return this.runIds[choice % Math.max(1, this.runIds.length)] ?? "run_none";
	}

	#execute(statement: string): Promise<void> {
		return runInDurableObject(this.#stub, (_instance, state) => void state.storage.sql.exec(statement));
	}

	#count(statement: string): Promise<number> {
		return runInDurableObject(this.#stub, (_instance, state) => Number(state.storage.sql.exec(statement).one()["count"]));
	}
}

/** Entries 1, 2, 3 and so on, each over the one before. */
const expectChain = (calls: readonly Call[]): void => {
	const entries = [...calls].sort((one, other) => (one.entry ?? 0) - (other.entry ?? 0));
	entries.forEach((call, index) => {
		expect(call.entry).toBe(index + 1);
		expect(verifyEntry(call, entries[index - 1]?.hash ?? "")).toBe(true);
	});
};

describe("an agent's object", () => {
	it("keeps its word whatever is done to it, in whatever order and at once, with leases and holds that end and evictions in between", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.array(Deed, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 16 }), async (steps) => {
				const scene = new Scene(await makeAgent(POLICY, LIMITS));
				for (const step of [[{ kind: "admit", long: false } as const], ...steps]) {
					// An eviction waits for requests under way, so it has a step of its own.
					const [apart, together] = [step.filter((deed) => deed.kind === "evict"), step.filter((deed) => deed.kind !== "evict")];
					await Promise.all(together.map((deed) => scene.do(deed)));
					for (const deed of apart) await scene.do(deed);
					await scene.expectSound();
				}
				await scene.end();
				await scene.expectSound();
				await scene.expectWhole();
			}),
			{ numRuns: 30 },
		);
	}, 60_000);
});
