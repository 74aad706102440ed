import { byAgent } from "./agent-ref.ts";
import { PolicyLint } from "./lint.ts";
import { needs, none, type Operation } from "./operation.ts";

/** What a person who reads a policy may ask about it. */
export const LINT_OPERATIONS = {
	lintAgentPolicy: {
		method: "GET",
		path: "/v1/agents/{id}/policy/lint",
		summary:
			"Warnings about the agent's policy, in words: combinations of grants that can leak, sources without labels, grants that no call used.",
		access: needs("read:agents"),
		params: byAgent,
		query: none,
		body: null,
		answers: { 200: PolicyLint },
	},
} as const satisfies Record<string, Operation>;
