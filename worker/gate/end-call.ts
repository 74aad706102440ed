import type { AgentPort, Env } from "../env.ts";
import { errorText, stamped, valueText } from "../executor/answer-text.ts";
import type { VerbOutcome } from "../verbs/verb.ts";
import type { Authority } from "./attempt-token.ts";
import { type Kept, keepAnswer } from "./keep-answer.ts";

const WRONG = "Performing a call: something went wrong on the host";

/**
 * What an isolate is told when a call's end could not be recorded, and a line for the operator: its execution stops here, since a program must see nothing
 * that the journal does not have. @param error what was thrown, or a word for it. @returns text of a GateAnswer
 */
export const internal = (error: unknown): string => {
	report(error);
	return stamped(errorText("run_ended", WRONG), null);
};

/** The outcome of a call that met a bug. */
export const bug = (error: unknown): Extract<VerbOutcome, { kind: "failed" }> => {
	report(error);
	return { kind: "failed", code: "internal", message: WRONG, cost: {} };
};

/** Names only: a message may carry a program's data. */
const report = (error: unknown): void =>
	console.error(`Performing a call: ${typeof error === "string" ? error : error instanceof Error ? error.name : "an unknown error"}`);

/** A call under way, as far as its end needs it. */
export interface Ending {
	readonly env: Pick<Env, "BLOBS">;
	readonly object: AgentPort;
	readonly authority: Authority;
	readonly begun: { readonly callId: string; readonly verb: string };
}

/** What an outcome is to the program: text of a GateAnswer without its stamp. */
export const outcomeText = (outcome: VerbOutcome, verb: string): string =>
	outcome.kind === "done" ? valueText(outcome.value, verb === "http.fetch") : errorText(outcome.code, outcome.message, outcome.hint);

/** Records how a call ended, with its answer, and says it to the program. @returns text of a GateAnswer */
export const endCall = async ({ env, object, authority, begun }: Ending, outcome: VerbOutcome): Promise<string> => {
	const { kept, text } = await keepAnswer(env, authority, begun.callId, outcomeText(outcome, begun.verb));
	return await recordCall(object, begun.callId, outcome, kept, text, false);
};

/** The same of an answer in parts, which are kept already; null: they could not be. */
export const recordCall = async (
	object: AgentPort,
	callId: string,
	outcome: VerbOutcome,
	kept: Kept | null,
	text: string,
	inParts = true,
): Promise<string> => {
	const { cost } = outcome;
	const ended = await object.endCall({
		callId,
		outcome: outcome.kind === "failed" ? { kind: "failed", code: outcome.code, message: outcome.message, cost } : { kind: "done", cost },
		answer: kept ?? { text: null, key: null },
		inParts,
	});
	return ended === null
		? stamped(errorText("run_ended", "Ending a call: its run is over, or somebody ended it before"), null)
		: stamped(text, ended.atMs);
};
