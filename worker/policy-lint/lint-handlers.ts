import { Refusal } from "../../contract/errors.ts";
import { agentObject } from "../agents/agent-registry.ts";
import { agentInPath } from "../agents/named-agent.ts";
import type { Handlers } from "../handler.ts";
import { bindPolicy } from "../policy/bind-policy.ts";
import { loadResources } from "../resources/load-resources.ts";
import { lintPolicy } from "./lint-policy.ts";
import { usedGrants } from "./used-grants.ts";
import { widerAgents } from "./wider-agents.ts";

/** `GET /v1/agents/{id}/policy/lint`. */
export const lintHandlers: Handlers<"lintAgentPolicy"> = {
	async lintAgentPolicy({ env, caller, params }) {
		const { tenantId } = caller;
		const entry = await agentInPath(env, tenantId, params.id);
		const object = agentObject(env, entry);
		const agent = await object.agent(entry);
		if (agent === null) throw new Refusal("not_found", "Looking up an agent: there is none of that id");
		const bound = bindPolicy(agent.policy);
		const refs = [...bound.grants.values()].flatMap((grant) => grant.bound.resources ?? []);
		const warnings = lintPolicy({
			policy: agent.policy,
			bound,
			resources: await loadResources(env, tenantId, refs),
			wider: await widerAgents(env, tenantId, agent, bound),
			used: await usedGrants(env.DB, entry, await object.grantsUsed()),
		});
		return { status: 200, body: { policyVersion: agent.policyVersion, warnings } };
	},
};
