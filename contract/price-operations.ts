import { z } from "zod";
import { PriceTable } from "./budgets.ts";
import { idOf } from "./ids.ts";
import { needs, none, type Operation, operator } from "./operation.ts";
import { Prices } from "./prices.ts";

const byTenant = z.strictObject({ id: idOf("ten") });

/** The operations on what a tenant pays: it reads its prices, the platform's operator sets them. */
export const PRICE_OPERATIONS = {
	getPrices: {
		method: "GET",
		path: "/v1/prices",
		summary: "What the tenant pays: per run, second of CPU and GiB out, and per call and thousand tokens of verbs.",
		access: needs("read:budgets"),
		params: none,
		query: none,
		body: null,
		answers: { 200: Prices },
	},
	getTenantPrices: {
		method: "GET",
		path: "/v1/tenants/{id}/prices",
		summary: "What a tenant pays, as its own keys see it.",
		access: operator,
		params: byTenant,
		query: none,
		body: null,
		answers: { 200: Prices },
	},
	putTenantPrices: {
		method: "PUT",
		path: "/v1/tenants/{id}/prices",
		summary: "Set a tenant's prices, whole: for runs that are asked for after the answer. Runs that go on keep theirs.",
		access: operator,
		params: byTenant,
		query: none,
		body: PriceTable,
		answers: { 200: Prices },
	},
	deleteTenantPrices: {
		method: "DELETE",
		path: "/v1/tenants/{id}/prices",
		summary: "Let a tenant pay the platform's prices again.",
		access: operator,
		params: byTenant,
		query: none,
		body: null,
		answers: { 200: Prices },
	},
} as const satisfies Record<string, Operation>;
