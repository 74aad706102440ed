import type { Call } from "../../../contract/runs.ts";
import { verifyEntry } from "../../../worker/ledger/chain-call.ts";
import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { Model, ModelCall } from "./model.ts";

const NEXT: Readonly<Record<string, readonly string[]>> = {
	// Of a call that goes on nobody may be able to say whether it happened; that is settled by its late end, by a person, or with its run.
	waiting: ["waiting", "started", "done", "failed", "denied"],
	started: ["started", "done", "failed", "unknown"],
	unknown: ["unknown", "done", "failed", "started"],
	done: ["done"],
	failed: ["failed"],
	denied: ["denied"],
	planned: ["planned"],
};

/** The calls of an agent, as they come and change. */
export class CallRules {
	readonly #model: Model;
	readonly #bySeq = new Map<string, number>();
	#entry = 0;
	#hash = "";

	constructor(model: Model) {
		this.#model = model;
	}

	/** @param changed those that have changed in one step, with what they were */
	expectStep(changed: readonly (readonly [before: ModelCall | undefined, after: ModelCall])[]): void {
		const fresh = changed.filter(([before]) => before === undefined).map(([, { record }]) => record);
		for (const record of fresh.sort((one, other) => one.seq - other.seq)) this.#expectNext(record);
		for (const [before, after] of changed) if (before !== undefined) expectChange(before, after);
		const chained = changed.filter(([before, { record }]) => record.entry !== null && (before?.record.entry ?? null) === null);
		const records = chained.map(([, { record }]) => record).sort((one, other) => (one.entry ?? 0) - (other.entry ?? 0));
		for (const record of records) this.#expectEntry(record);
	}

	/** Where the chain stands by what was seen of it. */
	get head(): { readonly entry: number; readonly hash: string } {
		return { entry: this.#entry, hash: this.#hash };
	}

	#expectNext({ id, run, seq, status }: Call): void {
		const last = this.#bySeq.get(run) ?? 0;
		if (seq !== last + 1) fail(`call ${id} of ${run}: seq ${seq} follows ${last}`);
		this.#bySeq.set(run, seq);
		const owner = this.#model.runs.get(run);
		if (owner === undefined) throw fail(`call ${id}: there is no run ${run}`);
		if (owner.state.callCount < seq) fail(`run ${run}: it has made ${seq} calls and counts ${owner.state.callCount}`);
		if (owner.ended_at_ms !== null) fail(`call ${id} (${status}): it began when its run was over`);
	}

	#expectEntry(record: Call): void {
		if (record.entry !== this.#entry + 1) fail(`call ${record.id}: entry ${record.entry} follows ${this.#entry}`);
		if (!verifyEntry(record, this.#hash)) fail(`call ${record.id}: entry ${record.entry} is not chained to what was before it`);
		this.#entry += 1;
		this.#hash = record.hash ?? "";
	}
}

const expectChange = (before: ModelCall, after: ModelCall): void => {
	const { id, status } = after.record;
	if (!NEXT[before.record.status]?.includes(status)) fail(`call ${id}: it was ${before.record.status} and is ${status}`);
	if (after.revision < before.revision) fail(`call ${id}: revision ${before.revision} is followed by ${after.revision}`);
	if (before.record.seq !== after.record.seq) fail(`call ${id}: it was the ${before.record.seq}th and is the ${after.record.seq}th`);
	if (before.isAnswered && !after.isAnswered) fail(`call ${id}: it has lost its answer`);
	// What stands in the chain is for ever.
	if (before.record.entry !== null && before.record.hash !== after.record.hash) fail(`call ${id}: it has changed after it was chained`);
};
