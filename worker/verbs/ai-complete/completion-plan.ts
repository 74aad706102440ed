import { LIMITS } from "../../../contract/limits.ts";
import type { ModelRoute } from "../../../contract/models.ts";
import { addVectors, type PartialVector } from "../../budgets/vector.ts";
import { type CompletionMethod, type CompletionRequest, type Message, utf8Bytes, type WantedObject } from "./complete-arguments.ts";

/** Everything that is decided about a completion before it acts. */
export interface CompletionPlan {
	readonly method: CompletionMethod;
	/** The tenant's name of the model. */
	readonly model: string;
	readonly routes: readonly ModelRoute[];
	readonly messages: readonly Message[];
	readonly wanted: WantedObject | null;
	readonly temperature: number | undefined;
	/** Most tokens of one attempt. */
	readonly bounds: TokenBounds;
	/** Most bytes that one attempt sends. */
	readonly sendBytes: number;
	/** Time for all routes together. */
	readonly timeoutMs: number;
}

export interface TokenBounds {
	readonly input: number;
	readonly output: number;
}

/** Usage as it is charged. */
export interface TokenUsage {
	readonly input: number;
	readonly output: number;
}

/**
 * The most input tokens that a request can be counted as. A token stands for at least one byte of text, so bytes bound tokens in every language;
 * a schema may be sent twice (as a format and as an instruction), and providers add words of their own.
 */
export const inputBound = (request: Pick<CompletionRequest, "messages" | "promptBytes" | "wanted">): number => {
	const { message, request: once, schema: instructions } = LIMITS.inputOverheadTokens;
	const schema = request.wanted === null ? 0 : 2 * utf8Bytes(request.wanted.text) + instructions;
	return request.promptBytes + schema + request.messages.length * message + once;
};

/** The most bytes that one attempt sends: messages as JSON, and the schema, which may stand in the body as JSON and again as text in JSON. */
export const sendBound = (request: Pick<CompletionRequest, "messages" | "wanted">): number => {
	const schema = request.wanted === null ? 0 : utf8Bytes(request.wanted.text) + utf8Bytes(JSON.stringify(request.wanted.text));
	return 2 * utf8Bytes(JSON.stringify(request.messages)) + 2 * schema + LIMITS.modelRequestOverheadBytes;
};

/** What the usage costs on a route. */
export const costOf = (route: ModelRoute, usage: TokenUsage): PartialVector => ({
	tokens: usage.input + usage.output,
	usdMicros: Math.ceil((usage.input * route.usdMicrosPerMillionInput + usage.output * route.usdMicrosPerMillionOutput) / 1_000_000),
});

/**
 * The most that the call can cost: every route's worst case, added up. A route that did not answer in time may have worked and will be billed, so the next
 * one's cost comes on top of it.
 */
export const worstCost = (plan: Pick<CompletionPlan, "routes" | "bounds" | "sendBytes">): PartialVector =>
	plan.routes.reduce<PartialVector>((sum, route) => addVectors(sum, { ...costOf(route, plan.bounds), egressBytes: plan.sendBytes }), {});

/**
 * A provider's figures, never more than was held: null when one is missing or no count, and then the worst case is charged.
 * @param reported as the provider says, which may be anything.
 */
export const readUsage = (reported: { input: unknown; output: unknown }, bounds: TokenBounds): TokenUsage | null => {
	const { input, output } = reported;
	if (!isCount(input) || !isCount(output)) return null;
	return { input: Math.min(input, bounds.input), output: Math.min(output, bounds.output) };
};

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0;
