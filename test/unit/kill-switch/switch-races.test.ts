import { evictDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type AgentUnderTest, call, doneEnd, FETCH_ARGS, failedEnd, goodEnd, makeAgent, ring, stubOf } from "../agents/agent-under-test.ts";

const WEB = { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }] };
const POLICY = {
	grants: { one: WEB, two: WEB, asked: { ...WEB, approval: "always" }, files: { verb: "files", mounts: { "/workspace/output": "write" } } },
};
const NAMES = ["one", "two", "asked", "files"] as const;

const Deed = fc.oneof(
	{ weight: 8, arbitrary: fc.record({ kind: fc.constant("call" as const), grant: fc.constantFrom(...NAMES) }) },
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant("end" as const), which: fc.nat(), isDone: fc.boolean() }) },
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant("switch" as const), grant: fc.constantFrom(...NAMES), isOn: fc.boolean() }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("approve" as const), which: fc.nat() }) },
	{ weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("look" as const, "lose" as const, "evict" as const, "alarm" as const) }) },
);
type Deed = typeof Deed extends fc.Arbitrary<infer Value> ? Value : never;

/** One run of an agent, and what is known of its switches. */
class Scene {
	readonly #agent: AgentUnderTest;
	readonly #runId: string;
	#attempt = 1;
	#place = 0;
	readonly #off = new Set<string>();
	/** Calls that somebody was told to perform, by id, with their grants. */
	readonly #performed = new Map<string, string>();
	/** Calls of a grant that are to wait, in the order of their places. */
	readonly #asked: { callId: string; place: number }[] = [];
	readonly #made: { grant: string; place: number }[] = [];

	constructor(agent: AgentUnderTest, runId: string) {
		this.#agent = agent;
		this.#runId = runId;
	}

	async do(deed: Deed): Promise<void> {
		const { object, entry } = this.#agent;
		switch (deed.kind) {
			case "call":
				this.#place += 1;
				this.#made.push({ grant: deed.grant, place: this.#place });
				await this.#call(deed.grant, this.#place);
				return;
			case "end": {
				const callId = [...this.#performed.keys()][deed.which % Math.max(1, this.#performed.size)];
				if (callId === undefined) return;
				await object.endCall(deed.isDone ? doneEnd(callId) : failedEnd(callId));
				this.#performed.delete(callId);
				return;
			}
			case "switch": {
				const switched = await object.switchGrant(entry, deed.grant, deed.isOn);
				if ("kind" in switched) throw new Error(switched.message);
				if (deed.isOn) this.#off.delete(deed.grant);
				else this.#off.add(deed.grant);
				expect(switched.disabledGrants).toEqual([...this.#off].sort());
				// Whatever may still have its effect is named.
				const mine = [...this.#performed].filter(([, grant]) => grant === deed.grant).map(([callId]) => callId);
				if (!deed.isOn) expect(switched.callsInFlight).toEqual(expect.arrayContaining(mine));
				return;
			}
			case "approve": {
				const asked = this.#asked[deed.which % Math.max(1, this.#asked.length)];
				const pending = (await object.run(this.#runId))?.pendingApprovals.find(({ call: id }) => id === asked?.callId);
				const approval = pending === undefined ? null : await object.approval(pending.id);
				if (approval === null) return;
				const command = {
					approvalId: approval.id,
					decision: "approve" as const,
					digest: approval.digest,
					reason: null,
					answer: null,
					scope: null,
				};
				const decided = await object.decideApproval(entry, { ...command, by: "key_x" });
				expect(decided.kind).toBe(this.#off.has("asked") ? "refused" : "decided");
				return;
			}
			case "look":
				for (const { callId } of this.#asked)
					this.#take("asked", await object.waitCall({ runId: this.#runId, attempt: this.#attempt, callId }));
				return;
			case "lose":
				await object.finish({ ...goodEnd(this.#runId, this.#attempt), ending: "lost", status: "failed" });
				if ((await object.claim(entry, this.#runId)) === null) return;
				this.#attempt += 1;
				for (const { grant, place } of this.#made) await this.#call(grant, place);
				return;
			case "evict":
				// One that is away already cannot be sent away.
				await object.run(this.#runId);
				await evictDurableObject(stubOf(this.#agent));
				return;
			case "alarm":
				await ring(this.#agent);
				return;
		}
	}

	async #call(grant: string, place: number): Promise<void> {
		const isFile = grant === "files";
		const method = isFile ? "writeText" : "fetch";
		const args = isFile ? [`/workspace/output/${place}.txt`, "text"] : FETCH_ARGS;
		const { object } = this.#agent;
		const before = (await object.calls(this.#runId, 0, 1_000))?.length ?? 0;
		const begun = await call(this.#agent, { runId: this.#runId, attempt: this.#attempt, grant, method, args, place });
		if (begun.kind === "wait" && grant === "asked") this.#asked.push({ callId: begun.callId, place });
		this.#take(grant, begun);
		// What the journal has may answer; what is new is denied.
		const isNew = ((await object.calls(this.#runId, 0, 1_000))?.length ?? 0) > before;
		if (isNew && this.#off.has(grant)) expect(begun).toMatchObject({ kind: "error", code: "capability_not_granted" });
		if (isNew && !this.#off.has(grant)) expect(begun).not.toMatchObject({ message: expect.stringContaining("switched off") });
	}

	#take(grant: string, begun: { kind: string; callId?: string }): void {
		if (begun.kind !== "act") return;
		expect(this.#off.has(grant), `a call of ${grant} began while it was off`).toBe(false);
		this.#performed.set(begun.callId ?? "", grant);
	}
}

it("no call of a grant begins while it is off, whatever is switched, approved, ended, lost and taken up in whatever order", {
	timeout: 120_000,
}, async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(Deed, { minLength: 5, maxLength: 40 }), async (deeds) => {
			const agent = await makeAgent(POLICY);
			const command = agent.command();
			await agent.object.admit(agent.entry, command);
			const scene = new Scene(agent, command.runId);
			for (const deed of deeds) await scene.do(deed);
		}),
		{ numRuns: 15 },
	);
});
