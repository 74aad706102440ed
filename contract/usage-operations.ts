import { needs, none, type Operation } from "./operation.ts";
import { UsageQuery, UsageReport } from "./usage.ts";

/** What a tenant's runs used and cost. */
export const USAGE_OPERATIONS = {
	getUsage: {
		method: "GET",
		path: "/v1/usage",
		summary: "What runs and calls used and cost, added up by agent, day, verb or model: the sum of the ledger, to the micro.",
		access: needs("read:budgets"),
		params: none,
		query: UsageQuery,
		body: null,
		answers: { 200: UsageReport },
		texts: { 200: ["text/csv"] },
	},
} as const satisfies Record<string, Operation>;
