import { byAgent } from "./agent-ref.ts";
import { GrantName, GrantSwitch } from "./agents.ts";
import { needs, none, type Operation } from "./operation.ts";

const byGrant = byAgent.extend({ name: GrantName });

/** The operations on one grant of an agent. */
export const GRANT_OPERATIONS = {
	disableGrant: {
		method: "POST",
		path: "/v1/agents/{id}/grants/{name}/disable",
		summary: "Kill switch of one grant: no call of it begins after the answer, those under way are stopped, runs go on without it.",
		access: needs("write:agents"),
		params: byGrant,
		query: none,
		body: null,
		answers: { 200: GrantSwitch },
	},
	enableGrant: {
		method: "POST",
		path: "/v1/agents/{id}/grants/{name}/enable",
		summary: "Let calls of a grant begin again.",
		access: needs("write:agents"),
		params: byGrant,
		query: none,
		body: null,
		answers: { 200: GrantSwitch },
	},
} as const satisfies Record<string, Operation>;
