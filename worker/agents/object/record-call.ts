import { newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Call } from "../../../contract/runs.ts";
import { chainCall } from "../../ledger/chain-call.ts";
import type { PolicyGrant } from "../../policy/bind-policy.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** Longest text of arguments kept in the ledger, characters; the digest is over all of it. */
const ARGS_CHARS = 8_192;

/** A call as it stands before it is decided. */
export interface Draft {
	readonly row: RunRow;
	/** Where the new call's id leads. */
	readonly locator: string;
	readonly grant: string;
	readonly verb: string;
	readonly method: string;
	/** Canonical encoded arguments; null when they could not be read. */
	readonly argsText: string | null;
	readonly argsDigest: string;
}

type Cost = Call["cost"];
const NO_COST: Cost = { calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 };

/** The record of a call that begins, or is denied, now. */
export const newRecord = (draft: Draft, fate: Pick<Call, "decision" | "rule" | "status">, nowMs: number): Call => ({
	id: newRoutedId("cal", draft.locator, nowMs),
	run: draft.row.id,
	seq: draft.row.state.callCount + 1,
	grant: draft.grant.slice(0, LIMITS.nameChars),
	verb: draft.verb,
	method: draft.method.slice(0, LIMITS.nameChars),
	args: draft.argsText === null ? null : draft.argsText.slice(0, ARGS_CHARS),
	argsDigest: draft.argsDigest,
	...fate,
	error: null,
	cost: NO_COST,
	startedAtMs: nowMs,
	endedAtMs: null,
	entry: null,
	hash: null,
	previousHash: null,
});

/** Writes the intent: a call that somebody is about to perform. */
export const recordStart = (state: ObjectState, record: Call): void => {
	state.calls.insert(record);
	state.outbox.mark("call", record.id);
};

/** Writes a call that is over the moment it is written: denied, or done in the object. */
export const recordWhole = (state: ObjectState, ended: Call): void => recordStart(state, chained(state, ended));

/** Writes the end of a call whose start was written. */
export const recordEnd = (state: ObjectState, ended: Call): void => {
	state.calls.update(chained(state, ended));
	state.outbox.mark("call", ended.id);
};

const chained = (state: ObjectState, ended: Call): Call => {
	const { record, chain } = chainCall(state.facts.chain(), ended);
	state.facts.putChain(chain);
	return record;
};

/** Counts a call on its run, with the labels that stick and what it has cost so far. @param grant null for a denied call: it leaves no label. */
export const countCall = (state: ObjectState, row: RunRow, grant: PolicyGrant | null, cost: Cost = NO_COST): void => {
	const labels = grant === null ? [] : grant.bound.labels.filter((label) => label !== "external");
	const byGrant = grant === null ? {} : { [grant.name]: (row.state.callsByGrant[grant.name] ?? 0) + 1 };
	state.runs.update({
		...row,
		status: "running",
		state: {
			...row.state,
			startedAtMs: row.state.startedAtMs ?? Date.now(),
			callCount: row.state.callCount + 1,
			callsByGrant: { ...row.state.callsByGrant, ...byGrant },
			labels: [...new Set([...row.state.labels, ...labels])],
			usage: addCost(row.state.usage, cost),
		},
	});
	state.outbox.mark("run", row.id);
};

/** A run's usage with one call's cost added. */
export const addCost = (usage: RunRow["state"]["usage"], cost: Cost): RunRow["state"]["usage"] => ({
	...usage,
	calls: usage.calls + cost.calls,
	tokens: usage.tokens + cost.tokens,
	egressBytes: usage.egressBytes + cost.egressBytes,
	usdMicros: usage.usdMicros + cost.usdMicros,
});
