import { newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Call } from "../../../contract/runs.ts";
import { chainCall } from "../../ledger/chain-call.ts";
import type { PolicyGrant } from "../../policy/bind-policy.ts";
import type { Label, PreparedCall } from "../../verbs/verb.ts";
import type { JournalEntry, KeptAnswer } from "./call-rows.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** Longest text of arguments kept in the ledger, characters; the digest is over all of it, and the journal has it whole. */
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
	/** Digest of grant, method and arguments. */
	readonly kind: string;
	readonly place: number;
	/** How many choices its execution had made when it asked. */
	readonly choices: number;
	/** Left out until the verb has said. */
	readonly effect?: Call["effect"];
	/** Of a verb that asks one. */
	readonly model?: string | null;
}

type Cost = Call["cost"];
export const NO_COST: Cost = { calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 };

/** The record of a call that begins, waits, or is denied, now. */
export const newRecord = (state: ObjectState, draft: Draft, fate: Pick<Call, "decision" | "rule" | "status">, nowMs: number): Call => ({
	id: newRoutedId("cal", draft.locator, nowMs),
	run: draft.row.id,
	seq: draft.row.state.callCount + 1,
	grant: draft.grant.slice(0, LIMITS.nameChars),
	verb: draft.verb,
	model: draft.model ?? null,
	method: draft.method.slice(0, LIMITS.nameChars),
	args: draft.argsText === null ? null : draft.argsText.slice(0, ARGS_CHARS),
	argsDigest: draft.argsDigest,
	...fate,
	effect: draft.effect ?? null,
	nth: state.calls.countKind(draft.row.id, draft.kind) + 1,
	approval: null,
	error: null,
	cost: NO_COST,
	startedAtMs: nowMs,
	endedAtMs: null,
	entry: null,
	hash: null,
	previousHash: null,
});

/** What the journal keeps of a new call. */
export const entryOf = (draft: Draft, idempotent: boolean, answer: KeptAnswer | null): JournalEntry => ({
	kind: draft.kind,
	place: draft.place,
	seen: draft.row.attempt,
	asked: draft.place,
	choices: draft.choices,
	idempotent,
	args: draft.argsText,
	answer,
});

/** Writes the intent: a call that somebody is about to perform, or that waits. Its run was counted before (`countCall`). */
export const recordStart = (state: ObjectState, record: Call, entry: JournalEntry): void => {
	state.calls.insert(record, entry, state.runs.nextChange(record.run));
	markCall(state, record);
};

/** Writes a call that is over the moment it is written: denied, planned, or done in the object. */
export const recordWhole = (state: ObjectState, ended: Call, entry: JournalEntry): void => recordStart(state, chained(state, ended), entry);

/** Writes what has changed of a call that goes on. */
export const recordChange = (state: ObjectState, record: Call): void => {
	state.calls.update(record, state.runs.nextChange(record.run));
	markCall(state, record);
};

/** Writes the end of a call whose start was written. */
export const recordEnd = (state: ObjectState, ended: Call): void => recordChange(state, chained(state, ended));

/** A replay leaves nothing in the ledger: its calls stand there already, under the run that made them. */
const markCall = (state: ObjectState, record: Call): void => {
	if (state.runs.get(record.run)?.state.mode !== "replay") state.outbox.mark("call", record.id);
};

const chained = (state: ObjectState, ended: Call): Call => {
	if (state.runs.get(ended.run)?.state.mode === "replay") return ended;
	const { record, chain } = chainCall(state.facts.chain(), ended);
	state.facts.putChain(chain);
	return record;
};

/** Labels that stick to a run once it makes a call: those of its grant, and those that what it reads has by itself. */
export const stickingLabels = (grant: PolicyGrant, { brings = [] }: Pick<PreparedCall, "brings">): readonly Label[] =>
	[...grant.bound.labels, ...brings].filter((label) => label !== "external");

/**
 * Counts a call on its run, with the labels that stick and what it has cost so far.
 * @param grant null for a denied call: it leaves no label
 * @param call left out: nothing is read
 */
export const countCall = (
	state: ObjectState,
	row: RunRow,
	grant: PolicyGrant | null,
	nowMs: number,
	cost: Cost = NO_COST,
	call: Pick<PreparedCall, "brings"> = {},
): void => {
	const labels = grant === null ? [] : stickingLabels(grant, call);
	const byGrant = grant === null ? {} : { [grant.name]: (row.state.callsByGrant[grant.name] ?? 0) + 1 };
	state.runs.update({
		...row,
		status: "running",
		state: {
			...row.state,
			startedAtMs: row.state.startedAtMs ?? nowMs,
			callCount: row.state.callCount + 1,
			lastCallAtMs: nowMs,
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
