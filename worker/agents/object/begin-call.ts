import { ERRORS, type ErrorCode } from "../../../contract/errors.ts";
import { errorText } from "../../executor/answer-text.ts";
import { sha256Hex } from "../../ledger/chain-call.ts";
import type { Resources } from "../../verbs/verb.ts";
import { type CallPlace, noteChoices, readCallPlace } from "./call-place.ts";
import type { Leak } from "./deny-leak.ts";
import { callInWords, divergeRun } from "./diverge.ts";
import { kindOfCall, matchCall } from "./match-call.ts";
import { newCall } from "./new-call.ts";
import type { ObjectState } from "./object-state.ts";
import { readArguments } from "./read-arguments.ts";
import { recordedCall } from "./recorded-call.ts";
import { refuseCrowd } from "./refuse-crowd.ts";
import { replayCall } from "./replay-call.ts";
import { isLive, type RunRow } from "./run-rows.ts";

export interface BeginCallCommand {
	readonly runId: string;
	readonly attempt: number;
	readonly grant: string;
	readonly method: string;
	/** Encoded array of arguments, as it came from the isolate. */
	readonly args: string;
	/** Where the call stands in the execution, as it came from the isolate (call-place.ts). */
	readonly at: string;
	/** The new call's id is made with this locator, so that it leads back here. */
	readonly locator: string;
	/** The call has just come: recorded ones that the program made before it may still be on their way. Left out: none are. */
	readonly isEarly?: boolean;
}

/** What the object is told with each call beside the call: the tenant's registry is read before the step. */
export interface Surroundings {
	readonly resources: Resources;
	/** What was found in its arguments that must not leave; left out: nothing. */
	readonly leak?: Leak;
	readonly nowMs: number;
}

/** What must not stand in content that a call sends by its handle: honeytokens, and secrets by their names. */
export interface SeekInContents {
	readonly canaries: readonly string[];
	readonly secrets: readonly string[];
}

/** A call whose intent is recorded and whose cost is held: the caller acts, then ends the call. */
export interface ActAnswer {
	readonly kind: "act";
	readonly callId: string;
	readonly verb: string;
	/** The grant as parsed, as far as the flow of data lets the call reach. */
	readonly grant: unknown;
	/** Stands for the grant as it is: of this agent, in this version of its policy, within these hosts. */
	readonly grantKey: string;
	/** What the run has touched once the call has begun; what it writes that outlives the run carries them. */
	readonly labels: readonly string[];
	readonly method: string;
	readonly args: string;
	/** The very descriptions that the call was decided with. */
	readonly resources: [string, unknown][];
	/** Whether the answer goes out in parts. */
	readonly streams: boolean;
	/** Longest that the act may take, milliseconds. */
	readonly timeoutMs: number;
	/** Left out: it sends no content by a handle. */
	readonly seek?: SeekInContents;
}

export type BeginCallAnswer =
	/** The call is over: refused, done in the object, or answered from the journal. `text` as executor/answer-text makes it. */
	| { kind: "answer"; text: string; atMs: number | null; streams: boolean }
	/** The same with an answer that the store has under `key`; `last`: the line that ends a stream. */
	| { kind: "stored"; key: string; last: string | null; atMs: number | null; streams: boolean }
	/** Done in the object with an answer that is too large for it: the caller puts it into the store, then answers. */
	| { kind: "keep"; callId: string; text: string; atMs: number }
	| ActAnswer
	/** It waits: for a person, or for an act that somebody performs already. The caller asks again with `waitCall`. */
	| { kind: "wait"; callId: string }
	/** Calls before it have not come yet. The caller asks again in a moment. */
	| { kind: "early" }
	/** The run waits for a person without its isolate. */
	| { kind: "parked" }
	/** Of a replay: no answer of it is recorded, and none will come. */
	| { kind: "never" };

/** An answer that is recorded nowhere: no time passes for the program. */
export const refusal = (code: ErrorCode, message: string, hint: string = ERRORS[code].hint): BeginCallAnswer => ({
	kind: "answer",
	text: errorText(code, message, hint),
	atMs: null,
	streams: false,
});

export const RUN_OVER = refusal("run_ended", "Calling a grant: the run is over, or another attempt of it runs");

/** Whether an attempt may still call. */
export const isCalling = (row: RunRow | null, attempt: number): row is RunRow =>
	row !== null && isLive(row) && row.attempt === attempt && row.claimed === 1;

/**
 * Decides a call, records it, holds its cost, and, where the verb acts in the object, does it: one step. A call that the run's journal has is answered from
 * there. Every call is recorded, denied ones too, but for those that come when the run is over or has used up its calls: a program could fill the ledger with them.
 */
export const beginCall = (state: ObjectState, command: BeginCallCommand, surroundings: Surroundings): BeginCallAnswer => {
	const { nowMs } = surroundings;
	const found = state.runs.get(command.runId);
	if (!isCalling(found, command.attempt)) return RUN_OVER;
	if (found.status === "waiting_approval") return { kind: "parked" };
	const { decoded, argsText } = readArguments(command.args);
	const { grant, method } = command;
	const kind = kindOfCall(grant, method, argsText ?? command.args);
	const { place, choices } = readCallPlace(command.at);
	const argsDigest = `sha256:${sha256Hex(argsText ?? command.args)}`;
	const asked = { locator: command.locator, grant, verb: "", method, argsText, argsDigest, kind, place, choices: countOf(choices) };
	if (found.state.mode === "replay") return replayCall(state, { row: found, ...asked }, nowMs);
	noteChoices(state, found, choices);
	const row = state.runs.get(command.runId) ?? found;
	const match = matchCall(state, row, kind, place);
	switch (match.kind) {
		case "recorded":
			state.calls.see(match.entry.record.id, row.attempt, place);
			// A run that was woken keeps its isolate a while from here on, as it did when it first asked.
			if (match.entry.answer === null) state.runs.update({ ...row, state: { ...row.state, lastCallAtMs: nowMs } });
			return recordedCall(state, state.runs.get(row.id) ?? row, match.entry, surroundings);
		case "diverged":
			if (command.isEarly === true) return { kind: "early" };
			divergeRun(state, row, match.entry, `calls ${callInWords(grant, method, argsText)}`, nowMs);
			return RUN_OVER;
		case "new": {
			const crowded = refuseCrowd(state, row, grant);
			if (crowded !== null) return crowded;
			return newCall(state, { row, ...asked }, decoded, surroundings);
		}
	}
};

const countOf = (choices: CallPlace["choices"]): number => (choices === null ? 0 : choices.from + choices.items.length);
