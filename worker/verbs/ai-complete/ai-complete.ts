import { LIMITS } from "../../../contract/limits.ts";
import { ModelDescription } from "../../../contract/models.ts";
import { joinLabels } from "../common-grant.ts";
import { deniedCall } from "../denied-call.ts";
import { describeValue } from "../describe-value.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Preparation, Resources, Verb } from "../verb.ts";
import { aiCompleteDeclaration } from "./ai-complete-declaration.ts";
import { AiCompleteGrant } from "./ai-complete-grant.ts";
import { type CompletionMethod, type CompletionRequest, isCompletionMethod, readCompletionArguments } from "./complete-arguments.ts";
import { type CompletionPlan, inputBound, sendBound, worstCost } from "./completion-plan.ts";
import { plannedCompletion } from "./planned-completion.ts";
import { performCompletion } from "./perform-completion.ts";
import { beyondAiComplete } from "./beyond-ai-complete.ts";

const METHODS = ["complete", "stream"];

/**
 * Asks the models that the tenant named. No label by nature: the provider is the tenant's choice and no program can name another, and what a model says follows
 * from what it was asked, whose labels are on the run already. A grant adds `external` or `untrusted` where that is not enough.
 */
export const aiComplete: Verb = {
	name: "ai.complete",
	grantSchema: AiCompleteGrant,
	summary: "Asks language models by the names that the tenant gave them; text, objects of a schema, or text as it comes.",
	beyond: beyondAiComplete,
	bind: (data) => {
		const grant = AiCompleteGrant.parse(data);
		return {
			methods: METHODS,
			streams: ["stream"],
			labels: joinLabels([], grant.labels),
			resources: grant.models.map((name) => ({ kind: "model", name })),
			prepare: (method, args, resources) =>
				isCompletionMethod(method) ? prepareCompletion(grant, method, args, resources) : unknownMethod("ai.complete", method, METHODS),
			declaration: () => aiCompleteDeclaration(grant),
			lint: () =>
				grant.limits?.tokens === undefined ? ["ai.complete: no limits.tokens: one run may spend as many tokens as the budget allows"] : [],
		};
	},
};

const prepareCompletion = (
	grant: AiCompleteGrant,
	method: CompletionMethod,
	args: readonly unknown[],
	resources: Resources,
): Preparation => {
	const reading = readCompletionArguments(method, args);
	if (reading.kind === "invalid") return reading;
	const { request } = reading;
	const ceiling = grant.maxTokens ?? LIMITS.maxTokens.max;
	if (request.maxTokens !== undefined && request.maxTokens > ceiling)
		return { kind: "invalid", message: `${method} argument 1.maxTokens: found ${request.maxTokens}, wanted at most ${ceiling}` };
	const deny = (code: "capability_not_granted" | "budget_exceeded", message: string, hint: string): Preparation => ({
		kind: "prepared",
		call: deniedCall({ effect: "spend", code, message: `${method}: ${message}`, hint }),
	});
	const model = request.model ?? grant.models[0] ?? "";
	if (!grant.models.includes(model))
		return deny("capability_not_granted", `the grant has no model ${describeValue(model)}`, `Allowed: ${grant.models.join(", ")}.`);
	const description = ModelDescription.safeParse(resources.get(`model/${model}`));
	if (!description.success)
		return deny(
			"capability_not_granted",
			`the tenant has no model ${describeValue(model)}`,
			"Whoever runs the agent names it with PUT /v1/models.",
		);
	const plan = planCompletion(grant, method, request, { name: model, routes: description.data.routes });
	const { tokens: most } = grant.limits ?? {};
	const worst = worstCost(plan);
	if (most !== undefined && (worst.tokens ?? 0) > most) {
		const message = `found a call that may take ${worst.tokens} tokens, wanted at most ${most} in one run`;
		return deny(
			"budget_exceeded",
			message,
			"Send less text, whose bytes are held as tokens until they were counted, or set a smaller maxTokens.",
		);
	}
	return {
		kind: "prepared",
		call: {
			effect: "spend",
			local: false,
			// No provider knows the call's id: a repeat is asked and paid for again.
			idempotent: false,
			planned: plannedCompletion(plan),
			decision: { kind: "allowed", rule: `${method} with ${model}` },
			model,
			worstCost: worst,
			timeoutMs: plan.timeoutMs,
			act: { where: "host", perform: (context) => performCompletion(plan, context) },
		},
	};
};

const planCompletion = (
	grant: AiCompleteGrant,
	method: CompletionMethod,
	request: CompletionRequest,
	model: { name: string; routes: CompletionPlan["routes"] },
): CompletionPlan => ({
	method,
	model: model.name,
	routes: model.routes,
	messages: request.messages,
	wanted: request.wanted,
	temperature: request.temperature,
	bounds: {
		input: inputBound(request),
		output: request.maxTokens ?? Math.min(LIMITS.maxTokens.default, grant.maxTokens ?? LIMITS.maxTokens.default),
	},
	sendBytes: sendBound(request),
	timeoutMs: grant.limits?.timeoutMs ?? LIMITS.modelMs.default,
});
