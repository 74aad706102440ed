import type { PutTenantBudget, TenantBudget } from "../../contract/budgets.ts";
import { Refusal } from "../../contract/errors.ts";
import type { Env, TenantPort } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { findTenant } from "../tenants/tenant-store.ts";

/** The tenant's object. It is named by the tenant's id. */
const tenantObject = (env: Env, tenantId: string): TenantPort => env.TENANTS.get(env.TENANTS.idFromName(tenantId));

/** @throws Refusal `not_found`: an object is there for any name, a tenant is not. */
const knownTenant = async (env: Env, id: string): Promise<TenantPort> => {
	if ((await findTenant(env, id)) !== null) return tenantObject(env, id);
	throw new Refusal("not_found", "Finding a tenant: found none of this id, wanted a tenant");
};

/** Sets limits. @throws Refusal `invalid_request` when the runtime knows no such time zone; nothing was set then */
const setLimits = async (tenant: TenantPort, { limits, timeZone }: PutTenantBudget, whose: "own" | "ceiling"): Promise<TenantBudget> => {
	const budget = await tenant.setLimits(limits, timeZone ?? null, whose);
	if (budget !== null) return budget;
	const issue = { path: "timeZone", found: JSON.stringify(timeZone), wanted: "a name of IANA's time zones, e.g. Europe/Berlin or UTC" };
	const message = `Setting a budget: timeZone: found ${issue.found}, wanted ${issue.wanted}`;
	throw new Refusal("invalid_request", message, { details: { issues: [issue] } });
};

/** The operations on a tenant's budget: its own limits by its keys, the ceiling by the operator. */
export const budgetHandlers: Handlers<"getBudget" | "putBudget" | "getTenantBudget" | "putTenantBudget"> = {
	getBudget: async ({ env, caller }) => ({ status: 200, body: await tenantObject(env, caller.tenantId).read() }),
	putBudget: async ({ env, caller, body }) => ({
		status: 200,
		body: await setLimits(tenantObject(env, caller.tenantId), body, "own"),
	}),
	getTenantBudget: async ({ env, params }) => ({ status: 200, body: await (await knownTenant(env, params.id)).read() }),
	putTenantBudget: async ({ env, params, body }) => ({
		status: 200,
		body: await setLimits(await knownTenant(env, params.id), body, "ceiling"),
	}),
};
