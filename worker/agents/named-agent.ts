import { Refusal } from "../../contract/errors.ts";
import type { Env } from "../env.ts";
import { type AgentEntry, findAgent, findAgentAnew } from "./agent-registry.ts";

/**
 * The agent that a request's path names, by id or name. Of archived ones only ids are known. Names are looked up anew: within the cache's time one may have gone to
 * another agent, and a switch must not meet that one.
 * @throws Refusal `not_found`
 */
export const agentInPath = async (env: Env, tenantId: string, idOrName: string): Promise<AgentEntry> => {
	const entry = await findAgentAnew(env, tenantId, idOrName);
	if (entry === null) throw new Refusal("not_found", "Looking up an agent: there is none of that id or name");
	return entry;
};

/** The agent that a request's body names. @param action how the refusal begins: `Making a trigger` @throws Refusal `not_found` */
export const agentInBody = async (env: Env, tenantId: string, idOrName: string, action: string): Promise<AgentEntry> => {
	const entry = await findAgent(env, tenantId, idOrName);
	if (entry !== null) return entry;
	throw new Refusal("not_found", `${action}: agent: found ${JSON.stringify(idOrName)}, wanted the id or name of an agent of this tenant`);
};

/** Id of nobody: a list of its rows is empty. */
const NO_AGENT = "";

/** Id of the agent whose rows a list is asked for; null: everybody's. */
export const agentInQuery = async (env: Env, tenantId: string, idOrName: string | undefined): Promise<string | null> =>
	idOrName === undefined ? null : ((await findAgent(env, tenantId, idOrName))?.agentId ?? NO_AGENT);
