import { locatorOf } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { agentObject } from "../agents/agent-registry.ts";
import type { BeginCallAnswer } from "../agents/object/begin-call.ts";
import type { AgentPort, Env } from "../env.ts";
import type { EngineWork, GateAnswer, GateCall } from "../executor/protocol.ts";
import type { Act, VerbOutcome } from "../verbs/verb.ts";
import type { Authority } from "./attempt-token.ts";
import { callContext } from "./call-context.ts";
import { answerValue, bug, endCall, internal, refused } from "./end-call.ts";
import { beginEngineWork } from "./engine-work.ts";
import { type BegunCall, prepareAgain } from "./prepare-again.ts";
import { type StreamEnds, streamAnswer } from "./stream-answer.ts";
import { watchRun } from "./watch-run.ts";

/** The answer at once, or in parts (`ended` settles when the call is recorded), or work for an engine beside the run. */
export type GateReply =
	| { kind: "answer"; answer: GateAnswer }
	| { kind: "stream"; frames: ReadableStream<Uint8Array>; ended: Promise<void> }
	| { kind: "engine"; work: EngineWork };

const atOnce = (answer: GateAnswer): GateReply => ({ kind: "answer", answer });

/**
 * One call from an isolate, from decision to record: the agent's object decides and records the intent, the verb acts, the object records the end.
 * Never throws: a bug becomes `internal` for the program and a line for the operator.
 */
export const performCall = async (env: Env, authority: Authority, call: GateCall): Promise<GateReply> => {
	try {
		return await decideAndAct(env, authority, call);
	} catch (error) {
		return atOnce(internal(error));
	}
};

const decideAndAct = async (env: Env, authority: Authority, call: GateCall): Promise<GateReply> => {
	if (call.args.length > LIMITS.argumentBytes)
		return atOnce(refused("invalid_arguments", `Calling env.${call.grant}: the arguments are longer than ${LIMITS.argumentBytes} bytes`));
	const object = agentObject(env, authority);
	const { runId, attempt } = authority;
	const begun: BeginCallAnswer = await object.beginCall({ runId, attempt, ...call, locator: locatorOf(authority.agentId) });
	switch (begun.kind) {
		case "error":
			return atOnce(refused(begun.code, begun.message, begun.hint));
		case "done":
			return atOnce(answerValue(begun.value, false));
		case "act":
			return await carryOn({ env, object, authority, begun });
	}
};

/** A call under way. */
interface Performing {
	readonly env: Env;
	readonly object: AgentPort;
	readonly authority: Authority;
	readonly begun: BegunCall;
}

const carryOn = async (performing: Performing): Promise<GateReply> => {
	const { env, object, authority, begun } = performing;
	const act = prepareAgain(begun);
	if (act?.where === "engine") {
		const beginning = await beginEngineWork(env, authority, begun, act).catch((error) => ({
			kind: "failed" as const,
			outcome: bug(error),
		}));
		return beginning.kind === "work" ? { kind: "engine", work: beginning.work } : atOnce(await endCall(object, begun, beginning.outcome));
	}
	if (!begun.streams) return atOnce(await finish(performing, act, NOT_STREAMED));
	return { kind: "stream", ...streamAnswer((ends) => finish(performing, act, ends).catch(internal)) };
};

const NOT_STREAMED: StreamEnds = {
	emit: async () => {
		throw new Error("Sending a part: the method is not among the grant's streams");
	},
	unread: new AbortController().signal,
};

const finish = async (performing: Performing, act: Act | null, ends: StreamEnds): Promise<GateAnswer> =>
	endCall(performing.object, performing.begun, await perform(performing, act, ends));

/** The verb's act with the stored arguments, within the longest time that a call may take, and no longer than its attempt. */
const perform = async ({ env, object, authority, begun }: Performing, act: Act | null, ends: StreamEnds): Promise<VerbOutcome> => {
	const performOnHost = act === null ? null : onHost(act);
	if (performOnHost === null) return bug("the recorded call cannot be prepared again");
	const resources = new Map(begun.resources);
	const watch = watchRun(object, authority);
	const unread = AbortSignal.any([ends.unread, watch.over]);
	try {
		const { callId, timeoutMs } = begun;
		return await performOnHost(callContext({ env, object, authority, callId, resources, timeoutMs, emit: ends.emit, unread }));
	} catch (error) {
		return bug(error);
	} finally {
		watch.end();
	}
};

const onHost = (act: Act): Extract<Act, { where: "host" }>["perform"] | null => {
	if (act.where === "host") return act.perform;
	return act.where === "object" ? (act.otherwise?.perform ?? null) : null;
};
