import { tellEndpoints } from "../endpoints/tell-endpoints.ts";
import type { Env } from "../env.ts";
import { listTenantEvents } from "../ledger/tenant-events.ts";

/** Tells a suspended tenant's endpoints that it is. A repeat tells nobody twice, and makes good what an earlier request died before. @throws when they do not take it */
export const tellSuspended = async (env: Env, tenantId: string): Promise<void> => {
	const newest = await listTenantEvents(env.DB, tenantId, { type: "tenant.suspended", agentId: null, before: null, most: 1 });
	await tellEndpoints(
		env,
		tenantId,
		newest.map((event) => ({ event, result: null, hops: 0 })),
	);
};
