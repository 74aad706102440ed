import type { GrantSwitch } from "../../contract/agents.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { acceptAnswer } from "./accept-answer.ts";
import { agentObject } from "./agent-registry.ts";
import { agentInPath } from "./named-agent.ts";

/** Switches a grant of an agent of the tenant. @throws Refusal `not_found`: there is no such agent, or its policy has no such grant */
const switchGrant = async (env: Env, tenantId: string, id: string, name: string, isOn: boolean): Promise<GrantSwitch> => {
	const entry = await agentInPath(env, tenantId, id);
	return acceptAnswer(await agentObject(env, entry).switchGrant(entry, name, isOn));
};

/** The switches of single grants. */
export const grantHandlers: Handlers<"disableGrant" | "enableGrant"> = {
	disableGrant: async ({ env, caller, params }) => ({
		status: 200,
		body: await switchGrant(env, caller.tenantId, params.id, params.name, false),
	}),
	enableGrant: async ({ env, caller, params }) => ({
		status: 200,
		body: await switchGrant(env, caller.tenantId, params.id, params.name, true),
	}),
};
