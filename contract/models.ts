import { z } from "zod";
import { AtMs, Name } from "./common.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";

/**
 * Who answers: `openai` (the Responses API), `anthropic` (Messages), `google` (generateContent), `openai-compatible` (chat completions at any `baseUrl`),
 * `workers-ai` (the same, at Cloudflare's REST API of `account`).
 */
export const MODEL_PROVIDERS = ["openai", "anthropic", "google", "openai-compatible", "workers-ai"] as const;
export type ModelProvider = (typeof MODEL_PROVIDERS)[number];

/** Segments of letters, digits and `. _ : @ -` that begin with a letter, a digit or `@`: an id stands in a path of some providers. */
const MODEL_ID = /^[a-zA-Z0-9@][a-zA-Z0-9._:@-]*(?:\/[a-zA-Z0-9@][a-zA-Z0-9._:@-]*)*$/;

const Price = z.int().min(0).max(LIMITS.usdMicrosPerMillionTokens);

const RouteFields = z.strictObject({
	provider: z.enum(MODEL_PROVIDERS).describe("whose wire format is spoken"),
	model: z
		.string()
		.min(1)
		.max(LIMITS.modelIdChars)
		.regex(MODEL_ID, "wanted letters, digits and . _ : @ - in segments divided by /")
		.describe("the provider's id of the model; never shown to a program"),
	secret: Name.optional().describe("name of the secret that is the provider's key; may be left out for openai-compatible alone"),
	baseUrl: z
		.string()
		.min(1)
		.max(LIMITS.urlChars)
		.optional()
		.describe("https URL before `/chat/completions` and the like, without query; left out: the provider's own"),
	account: z
		.string()
		.regex(/^[0-9a-f]{32}$/, "wanted 32 hex digits")
		.optional()
		.describe("workers-ai: the Cloudflare account that pays"),
	timeoutMs: z
		.int()
		.min(100)
		.max(LIMITS.modelMs.max)
		.optional()
		.describe(
			`longest wait for the whole answer, or for a stream's first token, before the next route is tried; left out: ${LIMITS.modelRouteMs}`,
		),
	usdMicrosPerMillionInput: Price.describe("price of a million input tokens, millionths of a US dollar"),
	usdMicrosPerMillionOutput: Price.describe("price of a million output tokens, millionths of a US dollar"),
});

/** One way to a model. */
export const ModelRoute = RouteFields.superRefine((route, context) => {
	for (const { path, message } of routeProblems(route)) context.addIssue({ code: "custom", path: [path], message });
});
export type ModelRoute = z.infer<typeof ModelRoute>;

const routeProblems = (route: z.infer<typeof RouteFields>): { path: string; message: string }[] => {
	const problems: { path: string; message: string }[] = [];
	const { provider } = route;
	if (route.secret === undefined && provider !== "openai-compatible")
		problems.push({ path: "secret", message: `wanted the name of a secret: ${provider} needs a key` });
	if (route.baseUrl === undefined && provider === "openai-compatible")
		problems.push({ path: "baseUrl", message: "wanted the URL that speaks OpenAI's chat completions" });
	if (provider === "workers-ai" && (route.account === undefined) === (route.baseUrl === undefined))
		problems.push({ path: "account", message: "wanted either the account's id or a baseUrl: Workers AI is asked over its REST API" });
	if (provider !== "workers-ai" && route.account !== undefined)
		problems.push({ path: "account", message: "wanted an account for workers-ai alone" });
	return problems;
};

/** What `PUT /v1/models/{name}` takes: the routes in the order in which they are tried. */
export const PutModel = z.strictObject({
	routes: z.array(ModelRoute).min(1).max(LIMITS.modelRoutes).describe("tried in this order"),
});
export type PutModel = z.infer<typeof PutModel>;

/** What is stored of a model, as JSON. */
export const ModelDescription = z.object({ routes: z.array(ModelRoute).min(1).max(LIMITS.modelRoutes) });
export type ModelDescription = z.infer<typeof ModelDescription>;

/** A model as the tenant named it. */
export const Model = z.strictObject({
	id: idOf("res"),
	name: Name,
	/** Rises with each write. */
	version: z.int().min(1),
	routes: z.array(RouteFields),
	createdAtMs: AtMs,
	updatedAtMs: AtMs,
});
export type Model = z.infer<typeof Model>;
