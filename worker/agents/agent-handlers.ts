import type { Agent } from "../../contract/agents.ts";
import { Refusal } from "../../contract/errors.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import { stopExecutions } from "../executor/choose-executor.ts";
import type { Handlers } from "../handler.ts";
import { bindPolicy } from "../policy/bind-policy.ts";
import { type AgentEntry, agentObject, findAgent, forgetAgent, insertAgent, listAgentRows, renameAgent } from "./agent-registry.ts";
import { loadResources } from "../resources/load-resources.ts";
import { describeEnv, resourcesOfEnv } from "./describe-env.ts";
import type { RefusedAnswer } from "./object/admit-run.ts";

const missing = (): Refusal => new Refusal("not_found", "Looking up an agent: there is none of that id");

const entryOf = async (env: Env, tenantId: string, id: string): Promise<AgentEntry> => {
	const entry = await findAgent(env, tenantId, id);
	if (entry === null) throw missing();
	return entry;
};

/** The agent as its object has it, archived ones too. */
const readAgent = async (env: Env, entry: AgentEntry): Promise<Agent> => {
	const agent = await agentObject(env, entry).agent({ tenantId: entry.tenantId, agentId: entry.agentId });
	if (agent === null) throw missing();
	return agent;
};

/** What came out of an object: a refusal as data becomes one again. */
const accept = <Answer extends object>(answer: Answer | RefusedAnswer): Answer => {
	if (isRefused(answer)) throw new Refusal(answer.code, answer.message, { hint: answer.hint, details: answer.details });
	return answer;
};
const isRefused = (answer: object | RefusedAnswer): answer is RefusedAnswer => "kind" in answer && answer.kind === "refused";

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
		body: await readAgent(env, await entryOf(env, caller.tenantId, params.id)),
	}),
	updateAgent: async ({ env, caller, params, body }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		if (body.policy !== undefined) bindPolicy(body.policy);
		const before = await readAgent(env, entry);
		if (body.name !== undefined && body.name !== before.name && before.status !== "archived") await renameAgent(env, entry, body.name);
		return { status: 200, body: accept(await agentObject(env, entry).change(entry, body)) };
	},
	archiveAgent: async ({ env, caller, params }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const stopped = accept(await agentObject(env, entry).stop(entry, "archived"));
		forgetAgent(entry);
		await stopExecutions(env, stopped.executedRuns);
		return { status: 200, body: stopped.agent };
	},
	disableAgent: async ({ env, caller, params }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const { executedRuns, ...stopped } = accept(await agentObject(env, entry).stop(entry, "disabled"));
		await stopExecutions(env, executedRuns);
		return { status: 200, body: stopped };
	},
	enableAgent: async ({ env, caller, params }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		return { status: 200, body: accept(await agentObject(env, entry).enable(entry)) };
	},
	getAgentTypes: async ({ env, caller, params }) => {
		const agent = await readAgent(env, await entryOf(env, caller.tenantId, params.id));
		const resources = await loadResources(env, caller.tenantId, resourcesOfEnv(agent));
		return new Response(describeEnv(agent, resources), { headers: { "content-type": "text/plain; charset=utf-8" } });
	},
	getAgentBudget: async ({ env, caller, params }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const budget = await agentObject(env, entry).budget(entry);
		if (budget === null) throw missing();
		return { status: 200, body: budget };
	},
	putAgentBudget: async ({ env, caller, params, body }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		accept(await agentObject(env, entry).change(entry, { budget: body }));
		return { status: 200, body: await agentObject(env, entry).budget(entry) };
	},
};
