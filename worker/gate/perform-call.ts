import { locatorOf } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { agentObject } from "../agents/agent-registry.ts";
import type { BeginCallAnswer, BeginCallCommand } from "../agents/object/begin-call.ts";
import type { LeftCallFate } from "../agents/object/leave-call.ts";
import { answerKey } from "../blobs/blob-keys.ts";
import type { AgentPort, Env } from "../env.ts";
import { errorText, stamped } from "../executor/answer-text.ts";
import type { EngineWork, GateCall } from "../executor/protocol.ts";
import { type ChildStart, startChild } from "../sub-agents/start-child.ts";
import type { AgentOrder } from "../verbs/agent-run/agent-order.ts";
import type { Act, VerbOutcome } from "../verbs/verb.ts";
import type { Authority } from "./attempt-token.ts";
import { callContext } from "./call-context.ts";
import { bug, endCall, internal, outcomeText, recordCall } from "./end-call.ts";
import { beginEngineWork } from "./engine-work.ts";
import { keepAnswer, readKept } from "./keep-answer.ts";
import { keepParts } from "./keep-parts.ts";
import { type BegunCall, prepareAgain } from "./prepare-again.ts";
import { LeakFound } from "./searched-contents.ts";
import { recordedStream, type StreamEnds, streamAnswer } from "./stream-answer.ts";
import { watchRun } from "./watch-run.ts";

/** The answer at once (text of a GateAnswer), or in parts (`ended` settles when the call is recorded), or work for an engine beside the run. */
export type GateReply =
	| { kind: "answer"; text: string }
	| { kind: "stream"; frames: ReadableStream<Uint8Array>; ended: Promise<void> }
	| { kind: "engine"; work: EngineWork };

/** Between two looks for the calls before an early one, milliseconds. */
const EARLY_STEP_MS = 10;

const atOnce = (text: string): GateReply => ({ kind: "answer", text });
const PARKED = JSON.stringify({ kind: "parked" });

/**
 * One call from an isolate, from decision to record: the agent's object decides and records the intent, the verb acts, the object records the end with the
 * answer. A call that the run's journal has is answered from there. Never throws: a bug ends the execution, with a line for the operator.
 */
export const performCall = async (env: Env, authority: Authority, call: GateCall): Promise<GateReply> => {
	try {
		return await decideAndAct(env, authority, call);
	} catch (error) {
		return atOnce(internal(error));
	}
};

const decideAndAct = async (env: Env, authority: Authority, call: GateCall): Promise<GateReply> => {
	if (call.args.length > LIMITS.argumentBytes) {
		const message = `Calling env.${call.grant}: the arguments are longer than ${LIMITS.argumentBytes} bytes`;
		return atOnce(stamped(errorText("invalid_arguments", message), null));
	}
	const object = agentObject(env, authority);
	const { runId, attempt } = authority;
	const begun = await begin(object, { runId, attempt, ...call, locator: locatorOf(authority.agentId) });
	return await replyTo(env, object, authority, begun);
};

const replyTo = async (env: Env, object: AgentPort, authority: Authority, begun: Begun): Promise<GateReply> => {
	switch (begun.kind) {
		case "answer":
			return answered(begun.text, begun.atMs, begun.streams);
		case "stored":
			return await stored(env, begun);
		case "keep": {
			const { kept, text } = await keepAnswer(env, authority, begun.callId, begun.text);
			if (kept.key !== null) await object.keepAnswer(begun.callId, kept.key, begun.atMs);
			return atOnce(stamped(text, begun.atMs));
		}
		case "parked":
			return atOnce(PARKED);
		case "never":
			return atOnce(NEVER);
		case "act":
			return await carryOn({ env, object, authority, begun });
	}
};

type Begun = Exclude<BeginCallAnswer, { kind: "early" | "wait" }>;

/** Asks the agent's object until it has an answer: a call waits for a person, and one that has overtaken recorded ones for those. */
const begin = async (object: AgentPort, command: Omit<BeginCallCommand, "isEarly">): Promise<Begun> => {
	const { runId, attempt } = command;
	const untilMs = Date.now() + LIMITS.earlyCallMs;
	let begun = await object.beginCall({ ...command, isEarly: true });
	for (;;) {
		if (begun.kind === "early") {
			await rest(EARLY_STEP_MS);
			begun = await object.beginCall({ ...command, isEarly: Date.now() < untilMs });
		} else return await untilAnswered(object, { runId, attempt }, begun);
	}
};

/** Asks again as long as a call waits. */
const untilAnswered = async (
	object: AgentPort,
	{ runId, attempt }: Pick<BeginCallCommand, "runId" | "attempt">,
	first: Exclude<BeginCallAnswer, { kind: "early" }>,
): Promise<Begun> => {
	let begun: BeginCallAnswer = first;
	while (begun.kind === "wait") begun = await object.waitCall({ runId, attempt, callId: begun.callId });
	if (begun.kind === "early") throw new Error("Waiting for a call: it was told to come again, wanted its end");
	return begun;
};

/** A short answer that is known: the lines of a stream, or one. */
const answered = (text: string, atMs: number | null, streams: boolean): GateReply => {
	if (!streams || text.startsWith('{"kind":"error"')) return atOnce(stamped(text, atMs));
	const end = text.lastIndexOf("\n");
	return { kind: "stream", ...recordedStream(text.slice(0, end + 1), lastLine(text.slice(end + 1), atMs)) };
};

const GONE = errorText("internal", "Answering a call: its recorded answer is gone from the store");

const stored = async (env: Env, { key, last, atMs, streams }: Extract<BeginCallAnswer, { kind: "stored" }>): Promise<GateReply> => {
	if (!streams || last === null) {
		const text = await readKept(env, key);
		return answered(text ?? GONE, atMs, streams);
	}
	const parts = (await env.BLOBS.get(key))?.body;
	if (parts === undefined) return atOnce(stamped(GONE, atMs));
	return { kind: "stream", ...recordedStream(parts, lastLine(last, atMs)) };
};

/** The line that ends a recorded stream. One that never ended says nothing of time. */
const lastLine = (text: string, atMs: number | null): string => (text === NEVER ? text : stamped(text, atMs));

/** A call under way. */
interface Performing {
	readonly env: Env;
	readonly object: AgentPort;
	readonly authority: Authority;
	readonly begun: BegunCall;
}

const carryOn = async (performing: Performing): Promise<GateReply> => {
	const { env, authority, begun } = performing;
	const act = prepareAgain(begun);
	if (act?.where === "agent") return await runAgent(performing, act.order);
	if (act?.where === "engine") {
		const beginning = await beginEngineWork(env, authority, begun, act).catch((error) => ({
			kind: "failed" as const,
			outcome: bug(error),
		}));
		return beginning.kind === "work" ? { kind: "engine", work: beginning.work } : atOnce(await endCall(performing, beginning.outcome));
	}
	if (begun.streams) return streamOn(performing, act);
	return atOnce(await endCall(performing, await perform(performing, act, NOT_STREAMED)));
};

/** Starts the run that the call asks for, and waits for it as for a person: the isolate may be given up meanwhile. */
const runAgent = async (performing: Performing, order: AgentOrder): Promise<GateReply> => {
	const { env, object, authority, begun } = performing;
	const { callId } = begun;
	const { tenantId, agentId, runId, attempt } = authority;
	const start = (): Promise<ChildStart> => startChild({ env, object, tenantId, agentId, callId }, order);
	// Started again it is the same run. What cannot be reached twice is given up: the call ends when it is known what became of the run.
	const started = await start()
		.catch(start)
		.catch((error) => notStarted(error));
	if (started.kind === "refused") {
		const outcome = { ...started, kind: "failed" as const, cost: {} };
		const text = outcomeText(outcome, begun.verb);
		const ended = await object.endCall({ callId, outcome, answer: { text, key: null } });
		if (ended !== null) return atOnce(stamped(text, ended.atMs));
	}
	return await replyTo(env, object, authority, await untilAnswered(object, { runId, attempt }, { kind: "wait", callId }));
};

const notStarted = (error: unknown): ChildStart => {
	const { code, message } = bug(error);
	return { kind: "refused", code, message };
};

const streamOn = (performing: Performing, act: Act | null): GateReply => {
	const { env, object, begun, authority } = performing;
	const parts = keepParts(env, answerKey(authority.tenantId, authority.runId, begun.callId));
	const work = async (ends: StreamEnds): Promise<string> => {
		const outcome = await perform(performing, act, ends);
		const fate = ends.unread.aborted ? await fateOf(performing, parts.firstAtMs()) : "over";
		if (fate === "again") return PARKED;
		const ended = fate === "cut" ? { ...CUT, cost: outcome.cost } : outcome;
		const text = outcomeText(ended, begun.verb);
		// What nobody reads to its end has none in a second execution either.
		const last = ends.unread.aborted && fate === "over" ? NEVER : text;
		return await recordCall(object, begun.callId, ended, await parts.end(last), text);
	};
	return { kind: "stream", ...streamAnswer(parts, (ends) => work(ends).catch(internal)) };
};

const NEVER = JSON.stringify({ kind: "never" });
const CUT = {
	kind: "failed" as const,
	code: "upstream_failed" as const,
	message: "Reading a stream: it was cut when the run's executor died",
	hint: "Read it again.",
};

/** Looks at a run whose stream nobody reads any more: how many, and the time between two, milliseconds. A process that died is known to be dead by then. */
const LOOKS = 6;
const LOOK_MS = 50;

/** Why nobody reads a stream: its program left it or its run is over, or its attempt died. */
const fateOf = async ({ object, authority, begun }: Performing, firstPartAtMs: number | null): Promise<LeftCallFate> => {
	const { runId, attempt } = authority;
	for (let look = 0; look < LOOKS; look += 1) {
		const fate = await object.leaveCall({ runId, attempt, callId: begun.callId, firstPartAtMs });
		if (fate !== "unsure") return fate;
		await rest(LOOK_MS);
	}
	return "over";
};

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const NOT_STREAMED: StreamEnds = {
	emit: async () => {
		throw new Error("Sending a part: the method is not among the grant's streams");
	},
	unread: new AbortController().signal,
};

/** How a call ends under which its grant was switched off. */
const GRANT_OFF = {
	code: "capability_not_granted" as const,
	message: "Calling a grant: it was switched off while the call was under way; the other side may have acted on it, or may not",
	hint: "Go on without it; whoever runs the agent can switch it on again.",
};

/** The verb's act with the stored arguments, within the longest time that a call may take, no longer than its run, and while its grant is not switched off. */
const perform = async ({ env, object, authority, begun }: Performing, act: Act | null, ends: StreamEnds): Promise<VerbOutcome> => {
	const performOnHost = act === null ? null : onHost(act);
	if (performOnHost === null) return bug("the recorded call cannot be prepared again");
	const resources = new Map(begun.resources);
	const watch = watchRun(object, authority, begun.callId);
	const unread = AbortSignal.any([ends.unread, watch.over]);
	try {
		const { callId, timeoutMs, seek } = begun;
		const parts = { env, object, authority, callId, resources, timeoutMs, emit: ends.emit, unread, seek };
		const outcome = await performOnHost(callContext(parts));
		return outcome.kind === "failed" && watch.reason() === "grant_off" ? { ...outcome, ...GRANT_OFF } : outcome;
	} catch (error) {
		return error instanceof LeakFound ? leakOutcome(begun, error.code) : bug(error);
	} finally {
		watch.end();
	}
};

/** How a call ends whose content was not let out. */
const leakOutcome = ({ method }: BegunCall, code: LeakFound["code"]): VerbOutcome => ({
	kind: "failed",
	code,
	message: `${method}: the content behind a handle holds ${code === "canary_seen" ? "a honeytoken of the run" : "a secret that the host keeps"}, and nothing of it was sent`,
	cost: {},
});

const onHost = (act: Act): Extract<Act, { where: "host" }>["perform"] | null => {
	if (act.where === "host") return act.perform;
	return act.where === "object" ? (act.otherwise?.perform ?? null) : null;
};
