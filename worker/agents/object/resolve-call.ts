import type { Call } from "../../../contract/runs.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { shownTextFault } from "../../verbs/human-ask/shown-text.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import { answerWaitingCall, type GivenEnd } from "./answer-call.ts";
import type { CallRow } from "./call-rows.ts";
import { givenResult } from "./given-result.ts";
import type { ObjectState } from "./object-state.ts";
import { recordChange } from "./record-call.ts";
import { isLive } from "./run-rows.ts";
import { isSwitchedOff } from "./switched-off.ts";
import { wakeRun } from "./wake-run.ts";

/** How a person settles a call. `result`: encoded text of what the program gets. */
export type Resolution =
	| { readonly outcome: "done"; readonly result: string }
	| { readonly outcome: "failed"; readonly message: string | null }
	| { readonly outcome: "repeat" };

export interface ResolveCommand {
	readonly callId: string;
	readonly resolution: Resolution;
	/** Id of the key. */
	readonly by: string;
}

/** `resume`: the caller should execute the run now. `wallMs`: how long that may take. */
export type ResolveAnswer =
	| { readonly kind: "resolved"; readonly call: Call; readonly resume: boolean; readonly wallMs: number }
	| RefusedAnswer;

const ACTION = "Settling a call";

/** Settles a call of a live run of which nobody can say whether it happened. Its run goes on when it was the last one. */
export const resolveCall = (state: ObjectState, command: ResolveCommand, nowMs: number): ResolveAnswer => {
	const entry = state.calls.get(command.callId);
	if (entry === null) return refuse("not_found", `${ACTION}: there is none of that id`);
	const call = entry.record;
	const fault = stateFault(state, call);
	if (fault !== null) return fault;
	const { resolution } = command;
	if (resolution.outcome === "repeat" && isSwitchedOff(state, call.grant))
		return refuse(
			"conflict",
			`${ACTION}: the grant ${call.grant} is switched off, and the call cannot be made again; wanted it switched on`,
		);
	if (resolution.outcome === "repeat") {
		state.calls.allowRepeat(call.id, true);
		recordChange(state, { ...call, rule: ruleOf(command), status: "started", error: null, endedAtMs: null });
	} else {
		const end = endOf(entry, resolution);
		if (end.kind === "refused") return end;
		answerWaitingCall(state, call.id, { ...end, rule: ruleOf(command) }, nowMs);
	}
	const row = state.runs.get(call.run);
	const now = state.calls.line(call.id)?.record ?? call;
	return { kind: "resolved", call: now, resume: wakeRun(state, call.run, nowMs), wallMs: row?.state.limits.wallMs ?? 0 };
};

/** Who settled it, and how, for the ledger. */
const ruleOf = ({ resolution, by }: ResolveCommand): string => `settled as ${resolution.outcome} by ${by}`;

const stateFault = (state: ObjectState, call: Call): RefusedAnswer | null => {
	if (call.status !== "unknown") return refuse("conflict", `${ACTION}: it is ${call.status}, wanted one that is unknown`);
	const row = state.runs.get(call.run);
	if (row === null || !isLive(row) || !state.calls.unknownOf(call.run).includes(call.id)) return overRefusal();
	const status = state.facts.configuration()?.status;
	return status === "active"
		? null
		: refuse("conflict", `${ACTION}: the agent is ${status}, and none of its runs goes on; wanted an active one`);
};

/** The refusal for a call whose run has ended. */
export const overRefusal = (): RefusedAnswer =>
	refuse("conflict", `${ACTION}: its run is over, and nobody waits for it; wanted a call of a live run`);

const endOf = ({ record, args }: CallRow, resolution: Exclude<Resolution, { outcome: "repeat" }>): GivenEnd | RefusedAnswer => {
	const { grant, verb, method } = record;
	if (resolution.outcome === "done") {
		const given = givenResult({ verb, method, args: argumentsOf(args) }, resolution.result);
		return given.kind === "refused" ? invalid("result", given.why) : { ...given, kind: "done" };
	}
	const hidden = resolution.message === null ? null : shownTextFault(resolution.message);
	if (hidden !== null) return invalid("message", `found ${hidden}, wanted plain text, with line breaks at most`);
	const why =
		resolution.message === null ? "a person says that it did not happen" : `a person says that it did not happen: ${resolution.message}`;
	return { kind: "failed", code: "upstream_failed", message: `Calling env.${grant}.${method}: ${why}` };
};

const argumentsOf = (args: string | null): readonly unknown[] => {
	const decoded = args === null ? null : decodeValue(args);
	return decoded?.kind === "decoded" && Array.isArray(decoded.value) ? decoded.value : [];
};

const invalid = (path: string, what: string): RefusedAnswer =>
	refuse("invalid_request", `${ACTION}: ${path}: ${what}`, { issues: [{ path, wanted: what }] });
