import type { Agent } from "../../contract/agents.ts";
import { Refusal } from "../../contract/errors.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import { stopExecutions } from "../executor/choose-executor.ts";
import type { Handlers } from "../handler.ts";
import { bindPolicy } from "../policy/bind-policy.ts";
import { acceptAnswer, isRefused } from "./accept-answer.ts";
import { type AgentEntry, agentObject, forgetAgent, insertAgent, listAgentRows, renameAgent } from "./agent-registry.ts";
import { loadResources } from "../resources/load-resources.ts";
import { describeEnv, resourcesOfEnv } from "./describe-env.ts";
import { agentInPath } from "./named-agent.ts";

const missing = (): Refusal => new Refusal("not_found", "Looking up an agent: there is none of that id");

/** The agent as its object has it, archived ones too. */
const readAgent = async (env: Env, entry: AgentEntry): Promise<Agent> => {
	const agent = await agentObject(env, entry).agent({ tenantId: entry.tenantId, agentId: entry.agentId });
	if (agent === null) throw missing();
	return agent;
};

type Ids =
	| "createAgent"
	| "listAgents"
	| "getAgent"
	| "updateAgent"
	| "archiveAgent"
	| "disableAgent"
	| "enableAgent"
	| "getAgentTypes"
	| "getAgentBudget"
	| "putAgentBudget";

/** The agents' operations. */
export const agentHandlers: Handlers<Ids> = {
	createAgent: async ({ env, caller, body }) => {
		bindPolicy(body.policy);
		const birth = {
			name: body.name,
			policy: body.policy,
			program: body.program ?? null,
			language: body.language ?? "typescript",
			isolation: body.isolation ?? "fresh",
			budget: body.budget ?? { limits: {} },
		} as const;
		const entry = await insertAgent(env, caller.tenantId, birth, Date.now());
		return { status: 201, body: await readAgent(env, entry), headers: { location: `/v1/agents/${entry.agentId}` } };
	},
	listAgents: async ({ env, caller, query }) => ({
		status: 200,
		body: pageFrom(await listAgentRows(env, caller.tenantId, readCursor(query.cursor), query.limit + 1), query.limit),
	}),
	getAgent: async ({ env, caller, params }) => ({
		status: 200,
		body: await readAgent(env, await agentInPath(env, caller.tenantId, params.id)),
	}),
	updateAgent: async ({ env, caller, params, body }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		if (body.policy !== undefined) bindPolicy(body.policy);
		const before = await readAgent(env, entry);
		// Also one that it has already: the registry may have another, if a change before died half-way.
		if (body.name !== undefined && before.status !== "archived") await renameAgent(env, entry, body.name);
		const answer = await agentObject(env, entry).change(entry, body);
		if (isRefused(answer) && body.name !== undefined) await renameAgent(env, entry, before.name);
		return { status: 200, body: acceptAnswer(answer) };
	},
	archiveAgent: async ({ env, caller, params }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		const stopped = acceptAnswer(await agentObject(env, entry).stop(entry, "archived"));
		forgetAgent(entry);
		await stopExecutions(env, stopped.executedRuns);
		return { status: 200, body: stopped.agent };
	},
	disableAgent: async ({ env, caller, params }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		const { executedRuns, ...stopped } = acceptAnswer(await agentObject(env, entry).stop(entry, "disabled"));
		await stopExecutions(env, executedRuns);
		return { status: 200, body: stopped };
	},
	enableAgent: async ({ env, caller, params }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		return { status: 200, body: acceptAnswer(await agentObject(env, entry).enable(entry)) };
	},
	getAgentTypes: async ({ env, caller, params }) => {
		const agent = await readAgent(env, await agentInPath(env, caller.tenantId, params.id));
		const resources = await loadResources(env, caller.tenantId, resourcesOfEnv(agent));
		return new Response(describeEnv(agent, resources), { headers: { "content-type": "text/plain; charset=utf-8" } });
	},
	getAgentBudget: async ({ env, caller, params }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		const budget = await agentObject(env, entry).budget(entry);
		if (budget === null) throw missing();
		return { status: 200, body: budget };
	},
	putAgentBudget: async ({ env, caller, params, body }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		acceptAnswer(await agentObject(env, entry).change(entry, { budget: body }));
		return { status: 200, body: await agentObject(env, entry).budget(entry) };
	},
};
