import { Refusal } from "../../contract/errors.ts";
import { isId } from "../../contract/ids.ts";
import { findAgent } from "../agents/agent-registry.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Handlers } from "../handler.ts";
import { listTenantEvents } from "../ledger/tenant-events.ts";

/** The event after which a page begins. */
const eventCursor = (cursor: string | undefined): string | null => {
	const before = readCursor(cursor);
	if (before !== null && !isId("evt", before))
		throw new Refusal("invalid_request", "Reading a page: cursor: found one of another list, wanted this list's nextCursor");
	return before;
};

/** The operations on what a tenant is told. */
export const eventHandlers: Handlers<"listEvents"> = {
	listEvents: async ({ env, caller, query }) => {
		const before = eventCursor(query.cursor);
		const agent = query.agent === undefined ? null : await findAgent(env, caller.tenantId, query.agent);
		if (query.agent !== undefined && agent === null) return { status: 200, body: { data: [], nextCursor: null } };
		const events = await listTenantEvents(env.DB, caller.tenantId, {
			type: query.type ?? null,
			agentId: agent?.agentId ?? null,
			before,
			most: query.limit + 1,
		});
		return { status: 200, body: pageFrom(events, query.limit) };
	},
};
