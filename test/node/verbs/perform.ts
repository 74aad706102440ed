import assert from "node:assert/strict";
import type { BoundGrant, CallContext, PreparedCall, RunFiles, VerbOutcome } from "../../../worker/verbs/verb.ts";

/** A context of one call: real egress without redirects, the secrets given, no development hosts unless given. */
export const callContext = (
	parts: { secrets?: Record<string, string | Uint8Array>; developmentHosts?: string[]; signal?: AbortSignal } = {},
): CallContext => ({
	tenantId: "ten_test",
	agentId: "agt_test",
	runId: "run_test",
	callId: "cal_test",
	openSecret: async (name) => {
		const secret = new Map(Object.entries(parts.secrets ?? {})).get(name);
		if (secret === undefined) return null;
		return typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
	},
	egress: (request) => fetch(request, { redirect: "manual" }),
	developmentHosts: new Set(parts.developmentHosts ?? []),
	signal: parts.signal ?? new AbortController().signal,
});

export const prepared = (grant: BoundGrant, method: string, args: readonly unknown[]): PreparedCall => {
	const preparation = grant.prepare(method, args);
	assert(preparation.kind === "prepared", preparation.kind === "invalid" ? preparation.message : "");
	return preparation.call;
};

/** The message of arguments that do not fit. */
export const invalidMessage = (grant: BoundGrant, method: string, args: readonly unknown[]): string => {
	const preparation = grant.prepare(method, args);
	assert(preparation.kind === "invalid", "the arguments were taken");
	return preparation.message;
};

/** Performs a call as the gate does: a denied one never acts. */
export const performOnHost = async (
	grant: BoundGrant,
	method: string,
	args: readonly unknown[],
	context: CallContext,
): Promise<VerbOutcome> => {
	const call = prepared(grant, method, args);
	if (call.decision.kind === "denied")
		return { kind: "failed", code: call.decision.code, message: call.decision.message, hint: call.decision.hint, cost: {} };
	assert(call.act.where === "host");
	const outcome = await call.act.perform(context);
	assert((outcome.cost.egressBytes ?? 0) <= (call.worstCost.egressBytes ?? 0), "a call cost more than was held for it");
	return outcome;
};

export const performOnFiles = (grant: BoundGrant, files: RunFiles, method: string, ...args: unknown[]): VerbOutcome => {
	const call = prepared(grant, method, args);
	if (call.decision.kind === "denied")
		return { kind: "failed", code: call.decision.code, message: call.decision.message, hint: call.decision.hint, cost: {} };
	assert(call.act.where === "object");
	return call.act.perform(files);
};

/** The value of a call that went well. */
export const doneValue = (outcome: VerbOutcome): unknown => {
	assert(outcome.kind === "done", outcome.kind === "failed" ? `${outcome.code}: ${outcome.message}` : "");
	return outcome.value;
};

export const codeOf = (outcome: VerbOutcome): string => (outcome.kind === "failed" ? outcome.code : "done");
