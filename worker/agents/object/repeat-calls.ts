import { locatorOf, newRoutedId } from "../../../contract/ids.ts";
import type { Call } from "../../../contract/runs.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import type { GrantShape } from "../../executor/protocol.ts";
import type { EffectiveLimits } from "../../policy/run-limits.ts";
import { files } from "../../verbs/files/files.ts";
import { NO_RESOURCES } from "../../verbs/verb.ts";
import type { JournalEntry } from "./call-rows.ts";
import type { ObjectState } from "./object-state.ts";
import { recordWhole } from "./record-call.ts";
import type { RunRow } from "./run-rows.ts";

/** A recorded call, with its answer. */
export type RecordedCall = Omit<JournalEntry, "seen" | "asked"> & { readonly record: Call };

/** What a run is admitted under. */
export interface RunTerms {
	readonly grants: readonly string[];
	readonly limits: EffectiveLimits;
	readonly policyVersion: number;
}

/** The recorded beginning of a run, for another run to repeat. */
export interface Origin {
	/** The run that it was recorded of. */
	readonly source: string;
	readonly seed: string;
	readonly clockMs: number;
	readonly choices: string;
	/** Labels that stuck to the run by then. */
	readonly labels: readonly string[];
	/** Its grants as the harness needs them; null: those of today's policy. */
	readonly shapes: GrantShape[] | null;
	/** What the recorded run was admitted under, for a replay, in which nothing is decided; null: today's policy says. */
	readonly terms: RunTerms | null;
	readonly calls: readonly RecordedCall[];
	/** Honeytokens that stood in its files and answers; left out: none. */
	readonly canaries?: readonly string[];
}

/**
 * Puts recorded calls into a new run's journal: its program gets their answers, and nobody performs them. What they did to the run's own workspace is done
 * again in the workspace of a run that goes on after them.
 */
export const repeatCalls = (state: ObjectState, row: RunRow, origin: Origin, nowMs: number): void => {
	const callsByGrant: Record<string, number> = {};
	let [journalBytes, atMs] = [0, row.state.atMs];
	for (const { record, args, answer } of origin.calls) {
		callsByGrant[record.grant] = (callsByGrant[record.grant] ?? 0) + 1;
		journalBytes += (args?.length ?? 0) + (answer?.text?.length ?? 0);
		atMs = Math.max(atMs, answer?.atMs ?? 0);
	}
	const callCount = origin.calls.length;
	state.runs.update({ ...row, state: { ...row.state, callCount, callsByGrant, journalBytes, atMs } });
	const isReplay = row.state.mode === "replay";
	for (const { record, ...entry } of origin.calls) {
		const id = newRoutedId("cal", locatorOf(row.id));
		const cost = { calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 };
		const repeated = { ...record, id, run: row.id, rule: `recorded in ${origin.source}`, cost, approval: null };
		recordWhole(state, repeated, { ...entry, seen: 0, asked: 0 });
		if (!isReplay) repeatFileWork(state, row.id, { record, ...entry }, nowMs);
	}
};

/** The run's own workspace, all of it: what was done there was allowed, by a policy that may be gone. */
const WORKSPACE = files.bind({ verb: "files", mounts: { "/workspace": "write" } });

/**
 * Does again what a recorded call did to files whose content lies in the object, with the recorded arguments. Handles are their run's own: files made of one
 * are not there.
 */
const repeatFileWork = (state: ObjectState, runId: string, { record, args }: RecordedCall, nowMs: number): void => {
	if (record.verb !== files.name || record.effect === "read" || record.status !== "done") return;
	const decoded = decodeValue(args ?? "");
	if (decoded.kind !== "decoded" || !Array.isArray(decoded.value)) return;
	const preparation = WORKSPACE.prepare(record.method, decoded.value, NO_RESOURCES);
	if (preparation.kind !== "prepared" || preparation.call.decision.kind === "denied") return;
	const { act, local } = preparation.call;
	const store = state.store(runId, nowMs);
	if (local && act.where === "object" && act.otherwise?.when(store) !== true) act.perform(store);
};
