import type { ErrorCode } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { ObjectState } from "./object-state.ts";

/** A call that was denied. */
export interface DeniedCall {
	readonly run: string;
	readonly id: string;
	readonly grant: string;
	readonly method: string;
	readonly code: ErrorCode;
}

/** A program's slip, which nobody is told of. */
const UNTOLD: ReadonlySet<ErrorCode> = new Set(["invalid_arguments"]);

/**
 * Tells the tenant of a call that was denied, in the step that denies it: once for each run, grant and code. Names that the program made up are left out: no event
 * has a program's words in it. A replay, in which nothing is decided, tells nothing.
 */
export const tellDenied = (state: ObjectState, { run, id, grant: name, method, code }: DeniedCall, nowMs: number): void => {
	const row = state.runs.get(run);
	if (row === null || row.state.mode === "replay" || UNTOLD.has(code)) return;
	const { policyVersion } = row.state;
	// The end of a call may come when its run is over and the policy forgotten.
	const isKnown = row.state.grants.includes(name) && state.facts.hasPolicy(policyVersion);
	const grant = isKnown ? state.facts.policy(policyVersion).bound.grants.get(name) : undefined;
	const { deniedTold } = row.state;
	const key = `${grant?.name ?? ""} ${code}`;
	if (deniedTold.includes(key) || deniedTold.length >= LIMITS.deniedEventsPerRun) return;
	state.runs.update({ ...row, state: { ...row.state, deniedTold: [...deniedTold, key] } });
	const data = {
		grant: grant?.name ?? null,
		method: grant?.bound.methods.includes(method) === true ? method : null,
		code,
		reason: reasonOf(code),
		call: id,
	};
	const { hops } = row.state;
	state.events.add({ type: "call.denied", agent: state.facts.configuration()?.agentId ?? null, run, data }, nowMs, { hops });
};

const reasonOf = (code: ErrorCode): "canary" | "secret" | "policy" => {
	if (code === "canary_seen") return "canary";
	return code === "secret_seen" ? "secret" : "policy";
};
