import { pageOf } from "./common.ts";
import { ListEventsQuery, TenantEvent } from "./events.ts";
import { needs, none, type Operation } from "./operation.ts";

/** What happened, told to the tenant. */
export const EVENT_OPERATIONS = {
	listEvents: {
		method: "GET",
		path: "/v1/events",
		summary:
			"Events of the tenant, newest first: runs that ended or wait for a person, thresholds that budgets reached, what was disabled, calls that were denied.",
		access: needs("read:budgets"),
		params: none,
		query: ListEventsQuery,
		body: null,
		answers: { 200: pageOf(TenantEvent) },
	},
} as const satisfies Record<string, Operation>;
