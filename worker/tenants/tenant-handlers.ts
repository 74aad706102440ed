import { Refusal } from "../../contract/errors.ts";
import { newId } from "../../contract/ids.ts";
import { SCOPES, type Tenant } from "../../contract/tenants.ts";
import { agentBirth } from "../agents/agent-registry.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Handlers } from "../handler.ts";
import { storeNewKey } from "./key-handlers.ts";
import { bearKey } from "./key-store.ts";
import { knownKeys } from "./known-keys.ts";
import { tellSuspended } from "./tell-suspended.ts";
import { tellAgents } from "./tell-agents.ts";
import { findTenant, insertTenant, selectTenants, setTenantStatus } from "./tenant-store.ts";

const noSuchTenant = (): Refusal => new Refusal("not_found", "finding a tenant: found none of this id, wanted a tenant");

/** The agent that runs belong to when they name none: it has no grants. */
const DEFAULT_AGENT = {
	name: "default",
	policy: { grants: {} },
	program: null,
	language: "typescript",
	budget: { limits: {} },
} as const;

export const tenantHandlers: Handlers<"createTenant" | "listTenants" | "updateTenant" | "createTenantKey"> = {
	async createTenant({ env, body }) {
		const nowMs = Date.now();
		const tenant: Tenant = { id: newId("ten", nowMs), name: body.name, status: "active", createdAtMs: nowMs };
		const first = await bearKey({ tenantId: tenant.id, name: "first", scopes: SCOPES, expiresAtMs: null, nowMs });
		const birth = { tenant, agent: agentBirth(tenant.id, DEFAULT_AGENT, nowMs), key: first.row };
		if (await insertTenant(env, birth)) return { status: 201, body: { ...tenant, key: first.answer } };
		throw new Refusal("conflict", `making a tenant: found one named ${body.name}, wanted another name`);
	},

	async listTenants({ env, query }) {
		const rows = await selectTenants(env, readCursor(query.cursor), query.limit + 1);
		return { status: 200, body: pageFrom(rows, query.limit) };
	},

	async updateTenant({ env, params, body }) {
		const tenant = await setTenantStatus(env, params.id, body.status, Date.now());
		if (tenant === null) throw noSuchTenant();
		knownKeys.forgetAll();
		const { told, unreached, overtaken } = await tellAgents(env, tenant);
		const action = body.status === "suspended" ? "suspending a tenant" : "making a tenant active";
		if (unreached > 0) {
			const message = `${action}: its keys are, and ${told.agentsTold} of its agents, but ${unreached} could not be told; wanted all: send it again`;
			throw new Refusal("agents_unreachable", message, { details: { ...told, agentsLeft: unreached } });
		}
		if (overtaken > 0) {
			const message = `${action}: somebody changed its status meanwhile, wanted nobody to; read it, then decide`;
			throw new Refusal("conflict", message, { details: { ...told } });
		}
		if (body.status === "suspended") await tellSuspended(env, tenant.id).catch(() => refuseUntold(action));
		return { status: 200, body: { ...tenant, ...told } };
	},

	async createTenantKey({ env, params, body }) {
		if ((await findTenant(env, params.id)) === null) throw noSuchTenant();
		const { name, scopes = SCOPES, expiresAtMs = null } = body;
		return { status: 201, body: await storeNewKey(env, { tenantId: params.id, name, scopes, expiresAtMs, nowMs: Date.now() }) };
	},
};

const refuseUntold = (action: string): never => {
	throw new Refusal("agents_unreachable", `${action}: it is, but its endpoints could not be told; wanted that: send it again`);
};
