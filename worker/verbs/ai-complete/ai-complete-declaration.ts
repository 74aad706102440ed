import { LIMITS } from "../../../contract/limits.ts";
import type { AiCompleteGrant } from "./ai-complete-grant.ts";

/** The TypeScript type of `env.<name>` for a grant of models. Says the tenant's names of them and nothing of who answers. */
export const aiCompleteDeclaration = (grant: AiCompleteGrant): string => {
	const models = grant.models.map((name) => JSON.stringify(name)).join(" | ");
	const most = grant.maxTokens ?? LIMITS.maxTokens.max;
	const request = `{
		/** One message of the user; or \`messages\`, with \`system\` ones first. */
		prompt?: string;
		messages?: { role: "system" | "user" | "assistant"; content: string }[];
		/** Left out: ${JSON.stringify(grant.models[0])}. */
		model?: ${models};
		/** Most tokens of the answer, at most ${most}; left out: ${Math.min(LIMITS.maxTokens.default, most)}. */
		maxTokens?: number;
		/** 0 to 2. */
		temperature?: number;`;
	const end = `usage: { inputTokens: number; outputTokens: number; estimated: boolean }; model: string; finishReason: "stop" | "length" | "content-filter" | "other" `;
	return `{
	/** Asks a model. With \`schema\` (JSON Schema of an object) the answer is \`object\`, which fits it, instead of \`text\`. */
	complete(request: ${request}
	}): Promise<{ text: string; ${end}}>;
	complete(request: ${request}
		schema: Record<string, unknown>;
	}): Promise<{ object: unknown; ${end}}>;
	/** Asks a model; gives the text as it comes: \`for await (const { text } of env.name.stream({ prompt }))\`. */
	stream(request: ${request}
	}): AsyncIterable<{ text: string }> & { readonly result: Promise<{ text: string; ${end}}> };
}`;
};
