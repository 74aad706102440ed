import type { LintWarning } from "../../contract/lint.ts";
import type { LintRule } from "./lint-subject.ts";

/** An agent that may do more cannot be started with all of it. */
export const subAgentWider: LintRule = ({ wider }) =>
	[...wider].map(([name, why]): LintWarning => {
		const message = `Runs that ${name} starts are refused with all of that agent's grants: ${why}. Name those that fit in grants of ${name}, or narrow the other agent's policy.`;
		return { rule: "sub_agent_wider", grants: [name], message };
	});

/** What the verb itself warns of. */
export const ofVerbs: LintRule = ({ bound }) =>
	[...bound.grants.values()].flatMap(({ name, bound: grant }) =>
		grant.lint().map((message): LintWarning => ({ rule: "grant", grants: [name], message })),
	);

/** What nobody uses can be taken away, and is worth something to whoever fools the agent. */
export const grantNeverUsed: LintRule = ({ bound, used }) => {
	if (used === null) return [];
	const runs = used.runs === 1 ? "The agent's only run has" : `None of the agent's last ${used.runs} runs has`;
	return [...bound.grants.keys()]
		.filter((name) => !used.grants.has(name))
		.map((name): LintWarning => {
			const not = used.runs === 1 ? "not used" : "used";
			return {
				rule: "grant_never_used",
				grants: [name],
				message: `${runs} ${not} ${name}. Take it out of the policy, or switch it off, until it is needed.`,
			};
		});
};
