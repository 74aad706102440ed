import { LIMITS } from "../../../contract/limits.ts";
import type { ModelRoute } from "../../../contract/models.ts";
import { makeRedactor, NO_REDACTION, type Redactor } from "../http-fetch/redact-secret.ts";
import type { CallContext } from "../verb.ts";
import { type CompletionPlan, readUsage } from "./completion-plan.ts";
import { callOptions, type LanguageModel, languageModel } from "./language-model.ts";
import { startPatience } from "./patience.ts";
import { ProviderExchange } from "./provider-exchange.ts";
import { openProviderKey } from "./provider-key.ts";
import { ROUTE_FAILURES, type RouteFailure } from "./route-failure.ts";
import { type PartTaker, readParts } from "./read-parts.ts";
import { type Ending, finishReasonOf, type RouteAnswer } from "./route-answer.ts";

/** How an attempt at a route ended. `redactor` takes the key out of what the model said. */
export type Attempt = { readonly sentBytes: number; readonly redactor: Redactor } & (
	| { kind: "answered"; answer: RouteAnswer }
	| { kind: "failed"; failure: RouteFailure; falls: boolean }
	/** The program's own side ended it: nobody reads any more, or what was said is too large for it. */
	| { kind: "left"; why: "nobody_reads" | "too_large" }
);

/**
 * Asks one route, once. Gives up after the route's time, and at once when `signal` aborts; what it began is aborted then.
 * @param taker takes a stream's parts; null for an answer in one piece.
 */
export const attemptRoute = async (
	plan: CompletionPlan,
	route: ModelRoute,
	context: CallContext,
	signal: AbortSignal,
	taker: PartTaker | null,
): Promise<Attempt> => {
	const opening = await openProviderKey(route, context);
	if (opening.kind === "unavailable") return { kind: "failed", failure: "no_key", falls: true, sentBytes: 0, redactor: NO_REDACTION };
	const key = opening.kind === "key" ? opening.value : null;
	const redactor = key === null ? NO_REDACTION : makeRedactor(key);
	const patience = startPatience(route.timeoutMs ?? LIMITS.modelRouteMs, signal);
	try {
		const exchange = ProviderExchange.open(plan, route, context, patience);
		if (exchange === null) return { kind: "failed", failure: "closed", falls: true, sentBytes: 0, redactor };
		const model = languageModel(route, { baseURL: exchange.baseUrl, fetch: exchange.fetch, apiKey: key });
		const options = callOptions(plan, route, patience.signal);
		const ended = await (taker === null ? generate(model, options, plan) : readParts(model, options, plan, patience, taker, redactor));
		const sent = { sentBytes: exchange.sentBytes, redactor };
		if (ended.kind !== "broken") return { ...ended, ...sent };
		const { tokensSeen } = ended;
		const failure = exchange.failure ?? failureOf(exchange.answered, ended.late);
		// A stream that gave no token yet has begun, and may still be asked of another; an answer in one piece holds all its tokens.
		const falls = ROUTE_FAILURES[failure].falls || (taker !== null && !tokensSeen && failure !== "oversized" && failure !== "refused");
		return { kind: "failed", failure, falls, ...sent };
	} finally {
		patience.stop();
	}
};

/** What went wrong above the wire: the package could not read what came, or it did not come in time. */
const failureOf = (answered: boolean, late: boolean): RouteFailure => {
	if (late) return answered ? "stalled" : "timed_out";
	return answered ? "garbled" : "unreachable";
};

const generate = async (
	model: LanguageModel,
	options: Parameters<LanguageModel["doGenerate"]>[0],
	{ bounds }: CompletionPlan,
): Promise<Ending> => {
	const broken = (): Ending => ({ kind: "broken", late: options.abortSignal?.aborted === true, tokensSeen: false });
	try {
		const result = await model.doGenerate(options);
		const { inputTokens, outputTokens } = result.usage;
		const text = result.structuredOutputText ?? result.content.map((part) => (part.type === "text" ? part.text : "")).join("");
		const { unified, raw } = result.finishReason;
		// Some packages make an answer of a body that holds none.
		if (unified === "error" || (text === "" && raw === undefined)) return broken();
		const answer = {
			text,
			usage: readUsage({ input: inputTokens.total, output: outputTokens.total }, bounds),
			finishReason: finishReasonOf(unified),
		};
		return { kind: "answered", answer };
	} catch {
		return broken();
	}
};
