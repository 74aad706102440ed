import { z } from "zod";
import { PutTenantBudget, TenantBudget } from "./budgets.ts";
import { idOf } from "./ids.ts";
import { needs, none, type Operation, operator } from "./operation.ts";

const byTenant = z.strictObject({ id: idOf("ten") });

/** The operations on what bounds all agents of a tenant together. */
export const BUDGET_OPERATIONS = {
	getBudget: {
		method: "GET",
		path: "/v1/budget",
		summary: "The tenant's budget: its own limits, the operator's ceiling, and settled, leased and left of each window.",
		access: needs("read:budgets"),
		params: none,
		query: none,
		body: null,
		answers: { 200: TenantBudget },
	},
	putBudget: {
		method: "PUT",
		path: "/v1/budget",
		summary: "Set the tenant's own limits and time zone. The operator's ceiling stays; the tighter bind. What is settled and leased stays.",
		access: needs("write:budgets"),
		params: none,
		query: none,
		body: PutTenantBudget,
		answers: { 200: TenantBudget },
	},
	getTenantBudget: {
		method: "GET",
		path: "/v1/tenants/{id}/budget",
		summary: "A tenant's budget, as its own keys see it.",
		access: operator,
		params: byTenant,
		query: none,
		body: null,
		answers: { 200: TenantBudget },
	},
	putTenantBudget: {
		method: "PUT",
		path: "/v1/tenants/{id}/budget",
		summary: "Set the ceiling of a tenant's budget, which no key of the tenant can raise, and its time zone.",
		access: operator,
		params: byTenant,
		query: none,
		body: PutTenantBudget,
		answers: { 200: TenantBudget },
	},
} as const satisfies Record<string, Operation>;
