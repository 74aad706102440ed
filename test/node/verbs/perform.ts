import assert from "node:assert/strict";
import {
	type AgentState,
	type BoundGrant,
	type BudgetView,
	type CallContext,
	type HostContents,
	NO_RESOURCES,
	type PreparedCall,
	type Resources,
	type RunFiles,
	type VerbOutcome,
} from "../../../worker/verbs/verb.ts";
import { MemoryContents } from "./memory-contents.ts";

/** A context of one call: real egress without redirects, the secrets given, no development hosts unless given. */
export const callContext = (
	parts: {
		secrets?: Record<string, string | Uint8Array>;
		developmentHosts?: string[];
		signal?: AbortSignal;
		resources?: Resources;
		contents?: HostContents;
		openStore?: CallContext["openStore"];
		emit?: CallContext["emit"];
	} = {},
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
	openStore: parts.openStore ?? (() => null),
	developmentHosts: new Set(parts.developmentHosts ?? []),
	resources: parts.resources ?? NO_RESOURCES,
	contents: parts.contents ?? new MemoryContents(),
	emit: parts.emit ?? (async () => {}),
	signal: parts.signal ?? new AbortController().signal,
});

/** An agent's memory that nothing may be asked of. */
export const NO_STATE: AgentState = {
	read: () => assert.fail("the verb read the agent's state"),
	write: () => assert.fail("the verb wrote the agent's state"),
	delete: () => assert.fail("the verb deleted from the agent's state"),
	list: () => assert.fail("the verb listed the agent's state"),
};

/** Budgets that nothing may be asked of. */
export const NO_BUDGET: BudgetView = { read: () => assert.fail("the verb read the budget") };

export const prepared = (
	grant: BoundGrant,
	method: string,
	args: readonly unknown[],
	resources: Resources = NO_RESOURCES,
): PreparedCall => {
	const preparation = grant.prepare(method, args, resources);
	assert(preparation.kind === "prepared", preparation.kind === "invalid" ? preparation.message : "");
	return preparation.call;
};

/** The message of arguments that do not fit. */
export const invalidMessage = (
	grant: BoundGrant,
	method: string,
	args: readonly unknown[],
	resources: Resources = NO_RESOURCES,
): string => {
	const preparation = grant.prepare(method, args, resources);
	assert(preparation.kind === "invalid", "the arguments were taken");
	return preparation.message;
};

/** What a call that may not act answers; null: it may. Nobody is there to be asked. */
const refusalOf = ({ decision }: PreparedCall): VerbOutcome | null => {
	if (decision.kind === "allowed") return null;
	if (decision.kind === "ask") return { kind: "failed", code: "approval_required", message: decision.why, cost: {} };
	const { code, message, hint } = decision;
	return { kind: "failed", code, message, hint, cost: {} };
};

/** Performs a call as the gate does: a denied one never acts. */
export const performOnHost = async (
	grant: BoundGrant,
	method: string,
	args: readonly unknown[],
	context: CallContext,
): Promise<VerbOutcome> => {
	const call = prepared(grant, method, args, context.resources);
	const refusal = refusalOf(call);
	if (refusal !== null) return refusal;
	assert(call.act.where === "host");
	const outcome = await call.act.perform(context);
	assert((outcome.cost.egressBytes ?? 0) <= (call.worstCost.egressBytes ?? 0), "a call cost more than was held for it");
	return outcome;
};

export const performOnFiles = (grant: BoundGrant, files: RunFiles, method: string, ...args: unknown[]): VerbOutcome => {
	const call = prepared(grant, method, args);
	const refusal = refusalOf(call);
	if (refusal !== null) return refusal;
	assert(call.act.where === "object");
	return call.act.perform({ files, state: NO_STATE, budget: NO_BUDGET });
};

/** The value of a call that went well. */
export const doneValue = (outcome: VerbOutcome): unknown => {
	assert(outcome.kind === "done", outcome.kind === "failed" ? `${outcome.code}: ${outcome.message}` : "");
	return outcome.value;
};

export const codeOf = (outcome: VerbOutcome): string => (outcome.kind === "failed" ? outcome.code : "done");
