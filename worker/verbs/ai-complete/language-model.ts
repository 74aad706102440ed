import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { ModelProvider, ModelRoute } from "../../../contract/models.ts";
import type { Message, WantedObject } from "./complete-arguments.ts";
import type { CompletionPlan } from "./completion-plan.ts";

/** A provider's model as its package gives it. It makes requests and reads answers; it repeats nothing and reports to nobody. */
export type LanguageModel = ReturnType<ReturnType<typeof createOpenAI>["responses"]>;
type CallOptions = Parameters<LanguageModel["doGenerate"]>[0];
type ResponseFormat = NonNullable<CallOptions["responseFormat"]>;

/** How a package reaches its provider. Everything is given, so that none looks into the environment. */
export interface Wire {
	readonly baseURL: string;
	readonly fetch: typeof globalThis.fetch;
	readonly apiKey: string | null;
}

export const languageModel = (route: ModelRoute, wire: Wire): LanguageModel => {
	const apiKey = wire.apiKey ?? "";
	const { baseURL, fetch } = wire;
	switch (route.provider) {
		case "openai":
			return createOpenAI({ baseURL, fetch, apiKey }).responses(route.model);
		case "anthropic":
			return createAnthropic({ baseURL, fetch, apiKey })(route.model);
		case "google":
			return createGoogle({ baseURL, fetch, apiKey })(route.model);
		case "openai-compatible":
		case "workers-ai":
			return createOpenAICompatible({
				name: "compatible",
				baseURL,
				fetch,
				includeUsage: true,
				...(wire.apiKey === null ? {} : { apiKey }),
			}).chatModel(route.model);
	}
};

/** Whether the provider is known to take a JSON Schema; the others are told in words, and asked for JSON. */
const TAKES_SCHEMA: { readonly [Provider in ModelProvider]: boolean } = {
	openai: true,
	anthropic: true,
	google: true,
	"openai-compatible": false,
	"workers-ai": false,
};

/** What is asked of the package. */
export const callOptions = (plan: CompletionPlan, route: ModelRoute, signal: AbortSignal): CallOptions => ({
	prompt: promptOf(plan, route),
	maxOutputTokens: plan.bounds.output,
	...(plan.temperature === undefined ? {} : { temperature: plan.temperature }),
	...(plan.wanted === null ? {} : { responseFormat: responseFormat(plan.wanted, route) }),
	// Kept nowhere by the provider that would keep it. A program's schema has optional fields, which its strict mode refuses; the host checks anyway.
	providerOptions: { openai: { store: false, strictJsonSchema: false } },
	abortSignal: signal,
});

type Prompt = CallOptions["prompt"];

/** One system message at most, and that first: what every provider takes. */
const promptOf = ({ messages, wanted }: CompletionPlan, route: ModelRoute): Prompt => {
	const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
	if (wanted !== null && !TAKES_SCHEMA[route.provider])
		system.push(`Answer with one JSON value that fits this JSON Schema, and with nothing else:\n${wanted.text}`);
	const spoken = messages.flatMap(spokenMessage);
	return system.length === 0 ? spoken : [{ role: "system", content: system.join("\n\n") }, ...spoken];
};

const spokenMessage = ({ role, content }: Message): Prompt =>
	role === "system" ? [] : [{ role, content: [{ type: "text", text: content }] }];

const responseFormat = ({ json }: WantedObject, route: ModelRoute): ResponseFormat =>
	TAKES_SCHEMA[route.provider] && isSchema(json) ? { type: "json", schema: json } : { type: "json" };

type FormatSchema = NonNullable<Extract<ResponseFormat, { type: "json" }>["schema"]>;
/** The host has compiled it: it is a JSON Schema. */
const isSchema = (json: object): json is FormatSchema => !Array.isArray(json);
