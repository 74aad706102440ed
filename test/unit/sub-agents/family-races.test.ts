import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Policy } from "../../../contract/agents.ts";
import { childRunId } from "../../../contract/ids.ts";
import { heldOf } from "../../../worker/agents/object/run-spending.ts";
import { runBudget } from "../../../worker/agents/object/run-budget.ts";
import { reportOf } from "../../../worker/agents/object/child-ended.ts";
import { addVectors, DIMENSIONS, type Vector } from "../../../worker/budgets/vector.ts";
import { type AgentUnderTest, failedEnd, goodEnd, makeAgent, ring, stubOf } from "../agents/agent-under-test.ts";
import { type Asked, put, RunUnderTest } from "../agents/run-under-test.ts";
import { budgetOf, give, root, runsOf, start, until } from "./family.ts";

const LIMITS_OF_AGENT = { runs: 12, calls: 40, cpuMs: 14_000, wallMs: 140_000, tokens: 400, egressBytes: 20_000, usdMicros: 40_000 };
const PART = { runs: 2, calls: 4, cpuMs: 2_500, wallMs: 25_000, tokens: 20, egressBytes: 500, usdMicros: 500 };
const LEAST = { runs: 1, calls: 2, cpuMs: 1_000, wallMs: 10_000, tokens: 5, egressBytes: 100, usdMicros: 100 };

const Deed = fc.record({
	kind: fc.constantFrom(
		"root" as const,
		"spawn" as const,
		"spawn" as const,
		"spend" as const,
		"finish" as const,
		"cancel" as const,
		"tell" as const,
	),
	which: fc.nat(20),
	self: fc.boolean(),
});
type Deed = typeof Deed extends fc.Arbitrary<infer Value> ? Value : never;
const Round = fc.record({ deeds: fc.array(Deed, { minLength: 1, maxLength: 4 }), then: fc.constantFrom("nothing", "evict", "ring") });

/** Two agents whose runs start runs of both, and all who execute them. */
class Family {
	readonly agents: readonly [AgentUnderTest, AgentUnderTest];
	readonly runs: { readonly run: RunUnderTest; place: number; isOver: boolean }[] = [];

	constructor(agents: readonly [AgentUnderTest, AgentUnderTest]) {
		this.agents = agents;
	}

	static async make(): Promise<Family> {
		const first = await makeAgent({ grants: {} }, { lifetime: LIMITS_OF_AGENT });
		const second = await makeAgent({ grants: {} }, { lifetime: LIMITS_OF_AGENT }, first.entry.tenantId);
		const ids = [first, second].map(({ entry }) => entry.agentId);
		const grants: Policy["grants"] = {
			memory: { verb: "state" },
			...Object.fromEntries(ids.map((id, index) => [`to${index}`, runsOf(id, { budget: PART, program: "stored" })])),
		};
		for (const agent of [first, second]) await give(agent, { policy: { grants }, program: "export default () => 1" });
		return new Family([first, second]);
	}

	async do({ kind, which, self }: Deed): Promise<void> {
		const chosen = this.runs[which % Math.max(1, this.runs.length)];
		if (kind === "root") return this.#root(which);
		if (chosen === undefined) return;
		const { run } = chosen;
		switch (kind) {
			case "spawn": {
				const index = this.agents.indexOf(run.agent) === 0 ? (self ? 0 : 1) : self ? 1 : 0;
				const asked: Asked = [`to${index}`, "run", (await run.run()).parent === null ? {} : { budget: LEAST }];
				chosen.place += 1;
				const target = this.agents[index === 0 ? 0 : 1];
				const begun = await run.begin(chosen.place, asked);
				// Most are refused at some time: what is left, how many there are, or that the run is over.
				if (begun.kind !== "act") return;
				const started = await start(run, begun);
				if (started.kind === "refused") return void (await run.agent.object.endCall(failedEnd(begun.callId)));
				const born = new RunUnderTest(target, childRunId(begun.callId, target.entry.agentId), 0);
				this.runs.push({ run: born, place: 0, isOver: false });
				// Somebody may have ended it by now.
				await born.claim().catch(() => null);
				return;
			}
			case "spend":
				chosen.place += 1;
				await run.begin(chosen.place, put(`k${chosen.place}`, 1));
				return;
			case "finish":
				await this.#finish(chosen);
				return;
			case "cancel":
				await run.agent.object.cancel(run.runId, "enough");
				return;
			case "tell": {
				const parent = (await run.run()).parent;
				const report = await run.inside((state) => reportOf(state, run.runId));
				const owner = this.agents.find(({ entry }) => entry.agentId === parent?.agent);
				if (report !== null) await owner?.object.childEnded(report);
				return;
			}
		}
	}

	async #root(which: number): Promise<void> {
		if (this.runs.length > 6) return;
		const run = await root(this.agents[which % 2 === 0 ? 0 : 1], { inlineMs: 0 }).catch(() => null);
		if (run !== null) this.runs.push({ run, place: 0, isOver: false });
	}

	async #finish(chosen: Family["runs"][number]): Promise<void> {
		const { run } = chosen;
		chosen.isOver = true;
		await run.agent.object.finish({ ...goodEnd(run.runId, run.attempt), choices: null });
	}

	/** On every level, whatever has happened: what is spent and set aside is within what there is. */
	async check(): Promise<void> {
		for (const agent of this.agents) {
			const { settled, held } = await budgetOf(agent);
			for (const name of DIMENSIONS) expect(settled[name] + held[name]).toBeLessThanOrEqual(LIMITS_OF_AGENT[name]);
		}
		for (const { run } of this.runs) {
			const over = await run.inside((state) => {
				const row = state.runs.get(run.runId);
				if (row === null) return null;
				const { usage, lent, charged } = row.state;
				const spent: Vector = addVectors(addVectors({ ...usage, runs: charged ? 1 : 0 }, lent), heldOf(state, row.id, null));
				const limits = runBudget(state, row);
				return DIMENSIONS.filter((name) => spent[name] > (limits[name] ?? Number.POSITIVE_INFINITY)).map((name) => [
					name,
					spent[name],
					limits[name],
				]);
			});
			expect(over).toEqual([]);
		}
	}

	/** Everything ends; then nothing is held, and every run has lent what those below it have used. */
	async close(): Promise<void> {
		for (const { run } of this.runs) await run.agent.object.cancel(run.runId, "enough");
		for (const chosen of this.runs) await this.#finish(chosen);
		await until(async () => {
			for (const agent of this.agents) await ring(agent);
			const held = await Promise.all(this.agents.map(async (agent) => Object.values((await budgetOf(agent)).held)));
			return held.flat().every((amount) => amount === 0);
		});
		const all = await Promise.all(this.runs.map(({ run }) => run.run()));
		for (const { id, lent, endedAtMs } of all) {
			expect(endedAtMs).not.toBeNull();
			const below = all.filter(({ parent }) => parent?.run === id).map((child) => addVectors({ ...child.usage, runs: 1 }, child.lent));
			expect(lent).toEqual(below.reduce<Vector>((sum, used) => addVectors(sum, used), addVectors({}, {})));
		}
		// Of each agent: its own runs, and what those of other agents used that it has lent to, each run once.
		for (const { entry, ...agent } of this.agents) {
			const settled = (await budgetOf({ entry, ...agent })).settled;
			const isCovered = (run: (typeof all)[number]): boolean => {
				const parent = all.find(({ id }) => id === run.parent?.run);
				return parent !== undefined && (parent.agent === entry.agentId || isCovered(parent));
			};
			const counted = all.filter((run) => run.agent === entry.agentId && !isCovered(run));
			const used = counted.map((run) => addVectors({ ...run.usage, runs: 1 }, run.lent));
			expect(settled).toEqual(used.reduce<Vector>((sum, one) => addVectors(sum, one), addVectors({}, {})));
		}
	}
}

it("whatever runs start, spend, end and are told, in whatever order, at once and with evictions in between: no limit is passed, and all adds up", {
	timeout: 240_000,
}, async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(Round, { minLength: 3, maxLength: 8 }), async (rounds) => {
			const family = await Family.make();
			await family.do({ kind: "root", which: 0, self: false });
			for (const { deeds, then } of rounds) {
				await Promise.all(deeds.map((deed) => family.do(deed)));
				await family.check();
				for (const agent of then === "nothing" ? [] : family.agents) {
					if (then === "ring") await ring(agent);
					else await evictDurableObject(stubOf(agent));
				}
			}
			await family.close();
		}),
		{ numRuns: 12, endOnFailure: true },
	);
});
