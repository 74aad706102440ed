import type { ErrorCode } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { ModelRoute } from "../../../contract/models.ts";
import { addVectors, type PartialVector } from "../../budgets/vector.ts";
import { startDeadline } from "../http-fetch/deadline.ts";
import type { Redactor } from "../http-fetch/redact-secret.ts";
import type { CallContext, VerbOutcome } from "../verb.ts";
import { type Attempt, attemptRoute } from "./attempt-route.ts";
import { utf8Bytes } from "./complete-arguments.ts";
import { type CompletionPlan, costOf } from "./completion-plan.ts";
import { readObject } from "./read-object.ts";
import type { PartTaker } from "./read-parts.ts";
import type { RouteAnswer } from "./route-answer.ts";
import { failureText, ROUTE_FAILURES, type RouteFailure } from "./route-failure.ts";

/** Asks the routes in order until one answers. */
export const performCompletion = async (plan: CompletionPlan, context: CallContext): Promise<VerbOutcome> => {
	const deadline = startDeadline(plan.timeoutMs, context.signal);
	const failures: RouteFailure[] = [];
	let cost: PartialVector = {};
	try {
		for (const route of plan.routes) {
			const parts = plan.method === "stream" ? collectParts(context) : null;
			const attempt = await attemptRoute(plan, route, context, deadline.signal, parts?.taker ?? null);
			cost = addVectors(cost, chargeOf(attempt, route, plan));
			if (attempt.kind === "answered") return answerOf(plan, parts?.text() ?? null, attempt.answer, attempt.redactor, cost);
			if (attempt.kind === "left") return leftOf(plan, attempt.why, cost);
			failures.push(attempt.failure);
			if (!attempt.falls || deadline.signal.aborted) break;
		}
	} finally {
		deadline.stop();
	}
	return { kind: "failed", ...failureText(plan.method, failures, plan.routes.length), cost };
};

/** What an attempt is charged: what the provider counted; the worst that was asked where tokens may have been produced and nobody says how many. */
const chargeOf = (attempt: Attempt, route: ModelRoute, plan: CompletionPlan): PartialVector => {
	const sent = { egressBytes: attempt.sentBytes };
	if (attempt.kind === "failed" && !ROUTE_FAILURES[attempt.failure].billed) return sent;
	const usage = attempt.kind === "answered" ? (attempt.answer.usage ?? plan.bounds) : plan.bounds;
	return { ...sent, ...costOf(route, usage) };
};

const failed = (code: ErrorCode, message: string, cost: PartialVector): VerbOutcome => ({ kind: "failed", code, message, cost });

const leftOf = (plan: CompletionPlan, why: "nobody_reads" | "too_large", cost: PartialVector): VerbOutcome =>
	why === "nobody_reads"
		? failed("cancelled", `${plan.method}: nobody reads the stream any more`, cost)
		: failed("response_too_large", `${plan.method}: the text is larger than ${LIMITS.modelAnswerBytes} bytes`, cost);

/** @param streamed the text of a stream, already redacted; null for an answer in one piece. */
const answerOf = (
	plan: CompletionPlan,
	streamed: string | null,
	answer: RouteAnswer,
	redactor: Redactor,
	cost: PartialVector,
): VerbOutcome => {
	const counted = answer.usage ?? plan.bounds;
	const rest = {
		usage: { inputTokens: counted.input, outputTokens: counted.output, estimated: answer.usage === null },
		model: plan.model,
		finishReason: answer.finishReason,
	};
	const text = streamed ?? redactor.text(answer.text).toWellFormed();
	if (utf8Bytes(JSON.stringify(text)) > LIMITS.modelAnswerBytes) return leftOf(plan, "too_large", cost);
	if (plan.wanted === null) return { kind: "done", value: { text, ...rest }, cost };
	const reading = readObject(answer.text, plan.wanted.schema, redactor);
	if (reading.kind === "object") return { kind: "done", value: { object: reading.object, ...rest }, cost };
	const cut = answer.finishReason === "length" ? "; the answer ended at maxTokens" : "";
	return failed("upstream_failed", `${plan.method}: the model's object does not fit the schema: ${reading.why}${cut}`, cost);
};

/** Sends a stream's parts to the program and keeps their text for the end. */
const collectParts = (context: CallContext): { taker: PartTaker; text(): string } => {
	const texts: string[] = [];
	let bytes = 2;
	const taker: PartTaker = async (text) => {
		bytes += utf8Bytes(JSON.stringify(text)) - 2;
		if (bytes > LIMITS.modelAnswerBytes || text.length > LIMITS.modelPartChars) return "too_large";
		try {
			await context.emit({ text });
		} catch {
			return "nobody_reads";
		}
		texts.push(text);
		return "taken";
	};
	return { taker, text: () => texts.join("") };
};
