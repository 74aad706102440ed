import type { Agent } from "../../contract/agents.ts";
import { describeLibraries } from "../libraries/describe-libraries.ts";
import { bindPolicy } from "../policy/bind-policy.ts";
import type { ResourceRef, Resources } from "../verbs/verb.ts";

/** What of the tenant's registry the declarations of an agent's grants need. */
export const resourcesOfEnv = (agent: Agent): readonly ResourceRef[] =>
	[...bindPolicy(agent.policy).grants.values()].flatMap((grant) => grant.bound.resources ?? []);

/** TypeScript declarations of exactly the `env` that the agent's programs get, ready for a prompt. */
export const describeEnv = (agent: Agent, resources: Resources): string => {
	const grants = [...bindPolicy(agent.policy).grants.values()];
	const members = grants.map((grant) => `\treadonly ${grant.name}: ${grant.bound.declaration(resources).replaceAll("\n", "\n\t")};`);
	const http = grants
		.filter((grant) => grant.verb === "http.fetch" && grant.bound.methods.includes("fetch"))
		.map((grant) => `env.${grant.name}`);
	const plainFetch =
		http.length === 0
			? "// No grant of this agent has fetch(): a plain one is refused."
			: `// A plain fetch() goes to the first of ${http.join(", ")} that covers the request.`;
	return `/** What programs of the agent ${agent.name} may use (policy version ${agent.policyVersion}). Nothing else exists in their world. */
export interface Env {
${members.length === 0 ? "\t// No grants." : members.join("\n")}
}

${plainFetch}

${describeLibraries(agent.policy.libraries ?? [])}

/** A refused or failed call throws one of these. */
export interface CordonError extends Error {
	readonly code: string;
	readonly hint: string;
}

/** A program: an ES module with this as its default export. */
export type Program = (input: unknown, env: Env) => Promise<unknown> | unknown;
`;
};
