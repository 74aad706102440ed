import { ERRORS, type ErrorCode } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { encodeValue } from "../../contract/tagged-json.ts";
import type { AgentPort } from "../env.ts";
import type { GateAnswer } from "../executor/protocol.ts";
import type { VerbOutcome } from "../verbs/verb.ts";

/** An error as the harness throws it. */
export const refused = (code: ErrorCode, message: string, hint: string = ERRORS[code].hint): GateAnswer => ({
	kind: "error",
	code,
	message,
	hint,
});

/** What a program is told of a bug, and a line for the operator. @param error what was thrown, or a word for it */
export const internal = (error: unknown): GateAnswer => {
	report(error);
	return refused("internal", "Performing a call: something went wrong on the host");
};

/** The outcome of a call that met a bug. */
export const bug = (error: unknown): VerbOutcome => {
	report(error);
	return { kind: "failed", code: "internal", message: "Performing a call: something went wrong on the host", cost: {} };
};

/** Names only: a message may carry a program's data. */
const report = (error: unknown): void =>
	console.error(`Performing a call: ${typeof error === "string" ? error : error instanceof Error ? error.name : "an unknown error"}`);

/** Records how a call ended and says it to the program. */
export const endCall = async (
	object: AgentPort,
	begun: { readonly callId: string; readonly verb: string },
	outcome: VerbOutcome,
): Promise<GateAnswer> => {
	if (outcome.kind === "failed") {
		const { code, message, cost, hint } = outcome;
		await object.endCall({ callId: begun.callId, outcome: { kind: "failed", code, message, cost } });
		return refused(code, message, hint);
	}
	await object.endCall({ callId: begun.callId, outcome: { kind: "done", cost: outcome.cost } });
	return answerValue(outcome.value, begun.verb === "http.fetch");
};

/** @param response whether a value may stand for a Response. */
export const answerValue = (value: unknown, response: boolean): GateAnswer => {
	const encoded = encodeValue(value, { bytes: LIMITS.callAnswerBytes, response });
	if (encoded.kind === "encoded") return { kind: "value", value: encoded.text };
	return refused("response_too_large", `Answering a call: ${encoded.message}`);
};
