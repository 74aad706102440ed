import { LIMITS } from "../../contract/limits.ts";
import type { Agent } from "../../contract/agents.ts";
import { agentObject, findAgent } from "../agents/agent-registry.ts";
import { beyondLender, type Lender } from "../agents/object/beyond-lender.ts";
import type { Env } from "../env.ts";
import { flowRuleOf } from "../policy/bind-flow.ts";
import type { BoundPolicy } from "../policy/bind-policy.ts";
import { SELF } from "../verbs/agent-run/agent-order.ts";
import { AgentRunGrant } from "../verbs/agent-run/agent-run-grant.ts";

/** How runs of other agents would be more than the agent may do itself, by the grant that starts them; those that fit are not in it. LIMITS.lintAgents are looked at. */
export const widerAgents = async (env: Env, tenantId: string, agent: Agent, bound: BoundPolicy): Promise<ReadonlyMap<string, string>> => {
	const wider = new Map<string, string>();
	const starting = [...bound.grants.values()].filter(({ verb }) => verb === "agent.run").slice(0, LIMITS.lintAgents);
	for (const { name, grant } of starting) {
		const { agent: named, grants } = AgentRunGrant.parse(grant);
		const child = named === SELF ? null : await otherAgent(env, tenantId, named);
		if (child === null || child.id === agent.id) continue;
		const lender: Lender = {
			agentId: agent.id,
			names: { [named]: child.id, [agent.name]: agent.id },
			policies: [{ grants: agent.policy.grants, flow: flowRuleOf(agent.policy) ?? "approve" }],
		};
		const beyond = beyondLender({ agentId: child.id, name: child.name }, child.policy, grants ?? Object.keys(child.policy.grants), lender);
		if (beyond !== null) wider.set(name, beyond.message.replace(/^Starting a run: /, ""));
	}
	return wider;
};

const otherAgent = async (env: Env, tenantId: string, named: string): Promise<Agent | null> => {
	const entry = await findAgent(env, tenantId, named);
	return entry === null ? null : await agentObject(env, entry).agent(entry);
};
