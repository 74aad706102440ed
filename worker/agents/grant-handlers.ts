import type { GrantSwitch } from "../../contract/agents.ts";
import { Refusal } from "../../contract/errors.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { agentObject, findAgent } from "./agent-registry.ts";

/** Switches a grant of an agent of the tenant. @throws Refusal `not_found`: there is no such agent, or its policy has no such grant */
const switchGrant = async (env: Env, tenantId: string, id: string, name: string, isOn: boolean): Promise<GrantSwitch> => {
	const entry = await findAgent(env, tenantId, id);
	if (entry === null) throw new Refusal("not_found", "Looking up an agent: there is none of that id");
	const switched = await agentObject(env, entry).switchGrant(entry, name, isOn);
	if (!("kind" in switched)) return switched;
	throw new Refusal(switched.code, switched.message, { hint: switched.hint, details: switched.details });
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
