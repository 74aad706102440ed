import { ERRORS, type ErrorCode } from "../../contract/errors.ts";
import { locatorOf } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { decodeValue, encodeValue } from "../../contract/tagged-json.ts";
import { agentObject } from "../agents/agent-registry.ts";
import type { BeginCallAnswer } from "../agents/object/begin-call.ts";
import type { AgentPort, Env } from "../env.ts";
import type { GateAnswer, GateCall } from "../executor/protocol.ts";
import { openSecret } from "../secrets/open-secret.ts";
import { CATALOGUE } from "../verbs/catalogue.ts";
import type { CallContext, VerbOutcome } from "../verbs/verb.ts";
import type { Authority } from "./attempt-token.ts";

const refused = (code: ErrorCode, message: string, hint: string = ERRORS[code].hint): GateAnswer => ({
	kind: "error",
	code,
	message,
	hint,
});

/**
 * One call from an isolate, from decision to record: the agent's object decides and records the intent, the verb acts, the object records the end.
 * Never throws: a bug becomes `internal` for the program and a line for the operator.
 */
export const performCall = async (env: Env, authority: Authority, call: GateCall): Promise<GateAnswer> => {
	try {
		return await decideAndAct(env, authority, call);
	} catch (error) {
		console.error(`Performing a call: ${error instanceof Error ? error.name : "an unknown error"}`);
		return refused("internal", "Performing a call: something went wrong on the host");
	}
};

const decideAndAct = async (env: Env, authority: Authority, call: GateCall): Promise<GateAnswer> => {
	if (call.args.length > LIMITS.argumentBytes)
		return refused("invalid_arguments", `Calling env.${call.grant}: the arguments are longer than ${LIMITS.argumentBytes} bytes`);
	const object = agentObject(env, authority);
	const { runId, attempt } = authority;
	const begun: BeginCallAnswer = await object.beginCall({ runId, attempt, ...call, locator: locatorOf(authority.agentId) });
	switch (begun.kind) {
		case "error":
			return refused(begun.code, begun.message, begun.hint);
		case "done":
			return answerValue(begun.value, false);
		case "act":
			return act(env, object, authority, begun);
	}
};

const act = async (
	env: Env,
	object: AgentPort,
	authority: Authority,
	begun: Extract<BeginCallAnswer, { kind: "act" }>,
): Promise<GateAnswer> => {
	const outcome = await perform(env, authority, begun);
	if (outcome.kind === "failed") {
		const { code, message, cost, hint } = outcome;
		await object.endCall({ callId: begun.callId, outcome: { kind: "failed", code, message, cost } });
		return refused(code, message, hint);
	}
	await object.endCall({ callId: begun.callId, outcome: { kind: "done", cost: outcome.cost } });
	return answerValue(outcome.value, begun.verb === "http.fetch");
};

/** The verb's act with the stored arguments, within the longest time that a call may take. */
const perform = async (env: Env, authority: Authority, begun: Extract<BeginCallAnswer, { kind: "act" }>): Promise<VerbOutcome> => {
	const args = decodeValue(begun.args);
	const bound = CATALOGUE.get(begun.verb)?.bind(begun.grant);
	const preparation = args.kind === "decoded" && Array.isArray(args.value) ? bound?.prepare(begun.method, args.value) : undefined;
	if (preparation?.kind !== "prepared" || preparation.call.act.where !== "host") {
		return bug("the recorded call cannot be prepared again");
	}
	try {
		return await preparation.call.act.perform(contextOf(env, authority, begun.callId));
	} catch (error) {
		return bug(error instanceof Error ? error.name : "an unknown error");
	}
};

const bug = (what: string): VerbOutcome => {
	console.error(`Performing a call: ${what}`);
	return { kind: "failed", code: "internal", message: "Performing a call: something went wrong on the host", cost: {} };
};

const contextOf = (env: Env, authority: Authority, callId: string): CallContext => ({
	tenantId: authority.tenantId,
	agentId: authority.agentId,
	runId: authority.runId,
	callId,
	openSecret: (name) => openSecret(env, authority.tenantId, name),
	egress: (request) => (env.EGRESS === undefined ? fetch(request) : env.EGRESS.fetch(request)),
	developmentHosts: new Set((env.DEVELOPMENT_HOSTS ?? "").split(",").flatMap((host) => (host.trim() === "" ? [] : [host.trim()]))),
	signal: AbortSignal.timeout(LIMITS.upstreamMs.max),
});

/** @param response whether a value may stand for a Response. */
const answerValue = (value: unknown, response: boolean): GateAnswer => {
	const encoded = encodeValue(value, { bytes: LIMITS.callAnswerBytes, response });
	if (encoded.kind === "encoded") return { kind: "value", value: encoded.text };
	return refused("response_too_large", `Answering a call: ${encoded.message}`);
};
