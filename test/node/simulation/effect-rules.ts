import type { ActAnswer } from "../../../worker/agents/object/begin-call.ts";
import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { Model } from "./model.ts";
import type { SimStorage } from "./sim-storage.ts";

/** What the simulation knows of what was let through and what was taken away, from the answers that were given. */
export class EffectRules {
	/** Arguments that a person has approved, by the call that asked. */
	readonly approved = new Map<string, string>();
	/** Grants that are switched off, and whether the agent takes nothing new. */
	readonly grantsOff = new Set<string>();
	isHalted = false;
	/** Whether a scoped approval has come to its last use. */
	isScopeUsedUp = false;
	readonly #model: Model;
	readonly #storage: SimStorage;
	readonly #allowed = new Map<string, number>();
	readonly #given = new Map<string, number>();
	readonly #scoped = new Map<string, number>();

	constructor(model: Model, storage: SimStorage) {
		this.#model = model;
		this.#storage = storage;
	}

	/** A person says that a call may be performed once more. */
	allowRepeat(callId: string): void {
		this.#allowed.set(callId, (this.#allowed.get(callId) ?? 1) + 1);
	}

	timesGiven(callId: string): number {
		return this.#given.get(callId) ?? 0;
	}

	/** A scoped approval may let so many calls through; null: any number. */
	scope(id: string, times: number | null): void {
		this.#scoped.set(id, times ?? Number.POSITIVE_INFINITY);
	}

	/** Somebody was told to perform a call. */
	expectAct({ callId, args }: ActAnswer, attempt: number, isIdempotent: boolean): void {
		const call = this.#model.calls.get(callId)?.record;
		const run = call === undefined ? undefined : this.#model.runs.get(call.run);
		if (call === undefined || run === undefined) throw fail(`call ${callId}: it is performed, and nothing is recorded of it`);
		if (call.status !== "started") fail(`call ${callId}: it is performed, and is ${call.status}`);
		if (run.ended_at_ms !== null) fail(`call ${callId}: it is performed, and its run is over`);
		if (run.attempt !== attempt || run.claimed !== 1)
			fail(`call ${callId}: it is performed for attempt ${attempt}, the run is at ${run.attempt}`);
		if (this.isHalted) fail(`call ${callId}: it is performed, and the agent was stopped`);
		if (this.grantsOff.has(call.grant)) fail(`call ${callId}: it is performed, and the grant ${call.grant} is switched off`);
		const given = this.timesGiven(callId) + 1;
		this.#given.set(callId, given);
		if (!isIdempotent && given > (this.#allowed.get(callId) ?? 1)) fail(`call ${callId}: it is performed ${given} times`);
		if (call.grant === "send") this.#expectApproved(callId, call.rule ?? "", args);
	}

	/** What the object did itself happened once for each call that says so, and for no other. */
	expectObjectActs(): void {
		let done = 0;
		for (const { record } of this.#model.calls.values())
			if (record.verb === "state" && record.method === "put" && record.status === "done") done += 1;
		// Every write takes the next number.
		const [row] = this.#storage.look("SELECT value FROM facts WHERE name = 'state_version'");
		if (Number(row?.["value"]) !== done) fail(`state: it was written ${row?.["value"]} times, ${done} calls say so`);
	}

	#expectApproved(callId: string, rule: string, args: string): void {
		const scope = /^scoped approval (\S+)/.exec(rule)?.[1];
		if (scope !== undefined) {
			const left = (this.#scoped.get(scope) ?? 0) - (this.timesGiven(callId) === 1 ? 1 : 0);
			if (left < 0) fail(`call ${callId}: the scoped approval ${scope} is used up`);
			this.#scoped.set(scope, left);
			if (left === 0) this.isScopeUsedUp = true;
			return;
		}
		const approved = this.approved.get(callId);
		if (approved === undefined) fail(`call ${callId}: it is performed, and nobody has approved it`);
		if (approved !== args) fail(`call ${callId}: it is performed with ${args}, approved was ${approved}`);
	}
}
