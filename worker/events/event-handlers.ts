import { agentInQuery } from "../agents/named-agent.ts";
import { pageFrom, readIdCursor } from "../db/page.ts";
import type { Handlers } from "../handler.ts";
import { listTenantEvents } from "../ledger/tenant-events.ts";

/** The operations on what a tenant is told. */
export const eventHandlers: Handlers<"listEvents"> = {
	listEvents: async ({ env, caller, query }) => {
		const events = await listTenantEvents(env.DB, caller.tenantId, {
			type: query.type ?? null,
			agentId: await agentInQuery(env, caller.tenantId, query.agent),
			before: readIdCursor(query.cursor, "evt"),
			most: query.limit + 1,
		});
		return { status: 200, body: pageFrom(events, query.limit) };
	},
};
