import { z } from "zod";
import { Agent, AgentSummary, CreateAgent, DisableAgent, UpdateAgent } from "./agents.ts";
import { byAgent } from "./agent-ref.ts";
import { APPROVAL_OPERATIONS } from "./approval-operations.ts";
import { ASSURANCE_OPERATIONS } from "./assurance-operations.ts";
import { BUDGET_OPERATIONS } from "./budget-operations.ts";
import { Budget, PutBudget } from "./budgets.ts";
import { Name, PageQuery, pageOf } from "./common.ts";
import { ENDPOINT_OPERATIONS } from "./endpoint-operations.ts";
import { EVENT_OPERATIONS } from "./event-operations.ts";
import { idOf } from "./ids.ts";
import { DATASET_OPERATIONS } from "./dataset-operations.ts";
import { GRANT_OPERATIONS } from "./grant-operations.ts";
import { LINT_OPERATIONS } from "./lint-operations.ts";
import { MODEL_OPERATIONS } from "./model-operations.ts";
import { anybody, needs, none, type Operation, operator } from "./operation.ts";
import { PRICE_OPERATIONS } from "./price-operations.ts";
import { PROGRAM_OPERATIONS } from "./program-operations.ts";
import { RUN_OPERATIONS } from "./run-operations.ts";
import { SCHEDULE_OPERATIONS } from "./schedule-operations.ts";
import { CreateKey, CreateTenant, Key, NewKey, NewTenant, PutSecret, Secret, Tenant, ToldTenant, UpdateTenant } from "./tenants.ts";
import { STORE_OPERATIONS } from "./store-operations.ts";
import { TOOL_OPERATIONS } from "./tool-operations.ts";
import { TRIGGER_OPERATIONS } from "./trigger-operations.ts";
import { USAGE_OPERATIONS } from "./usage-operations.ts";

const byKey = z.strictObject({ id: idOf("key") });
const byTenant = z.strictObject({ id: idOf("ten") });
const byName = z.strictObject({ name: Name });

export const Health = z.strictObject({
	status: z.enum(["ok", "no_executor"]),
	executors: z.strictObject({ idle: z.int(), busy: z.int() }),
	enclosure: z.enum(["bubblewrap", "unshare", "none", "cloudflare"]).nullable(),
	warnings: z.array(z.string()),
	/** The release of Cordon that answers. */
	version: z.string(),
});

/** The one table: what is not in it cannot be routed. */
export const OPERATIONS = {
	...RUN_OPERATIONS,
	...APPROVAL_OPERATIONS,
	...TOOL_OPERATIONS,
	...MODEL_OPERATIONS,
	...DATASET_OPERATIONS,
	...STORE_OPERATIONS,
	...GRANT_OPERATIONS,
	...LINT_OPERATIONS,
	...BUDGET_OPERATIONS,
	...PRICE_OPERATIONS,
	...PROGRAM_OPERATIONS,
	...TRIGGER_OPERATIONS,
	...SCHEDULE_OPERATIONS,
	...USAGE_OPERATIONS,
	...EVENT_OPERATIONS,
	...ENDPOINT_OPERATIONS,
	...ASSURANCE_OPERATIONS,

	createAgent: {
		method: "POST",
		path: "/v1/agents",
		summary: "Make an agent with its policy, and optionally its stored program and budget.",
		access: needs("write:agents"),
		params: none,
		query: none,
		body: CreateAgent,
		answers: { 201: Agent },
	},
	listAgents: {
		method: "GET",
		path: "/v1/agents",
		summary: "Agents, newest first.",
		access: needs("read:agents"),
		params: none,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(AgentSummary) },
	},
	getAgent: {
		method: "GET",
		path: "/v1/agents/{id}",
		summary: "One agent with its policy.",
		access: needs("read:agents"),
		params: byAgent,
		query: none,
		body: null,
		answers: { 200: Agent },
	},
	updateAgent: {
		method: "PATCH",
		path: "/v1/agents/{id}",
		summary: "Change an agent. A new policy is a new version; calls of live runs must be covered by both.",
		access: needs("write:agents"),
		params: byAgent,
		query: none,
		body: UpdateAgent,
		answers: { 200: Agent },
	},
	archiveAgent: {
		method: "DELETE",
		path: "/v1/agents/{id}",
		summary: "Archive an agent: it takes no runs any more, its runs stay readable, its name is free again.",
		access: needs("write:agents"),
		params: byAgent,
		query: none,
		body: null,
		answers: { 200: Agent },
	},
	disableAgent: {
		method: "POST",
		path: "/v1/agents/{id}/disable",
		summary: "Kill switch: live runs end cancelled, no call begins after the answer.",
		access: needs("write:agents"),
		params: byAgent,
		query: none,
		body: null,
		answers: { 200: DisableAgent },
	},
	enableAgent: {
		method: "POST",
		path: "/v1/agents/{id}/enable",
		summary: "Let a disabled agent run again.",
		access: needs("write:agents"),
		params: byAgent,
		query: none,
		body: null,
		answers: { 200: Agent },
	},
	getAgentTypes: {
		method: "GET",
		path: "/v1/agents/{id}/types",
		summary: "TypeScript declarations of exactly the `env` that the agent's programs get, as text.",
		access: needs("read:agents"),
		params: byAgent,
		query: none,
		body: null,
		answers: { 200: null },
	},
	getAgentBudget: {
		method: "GET",
		path: "/v1/agents/{id}/budget",
		summary: "Limits, settled, held and left of each window.",
		access: needs("read:budgets"),
		params: byAgent,
		query: none,
		body: null,
		answers: { 200: Budget },
	},
	putAgentBudget: {
		method: "PUT",
		path: "/v1/agents/{id}/budget",
		summary: "Set the limits. What is settled and held stays.",
		access: needs("write:budgets"),
		params: byAgent,
		query: none,
		body: PutBudget,
		answers: { 200: Budget },
	},

	putSecret: {
		method: "PUT",
		path: "/v1/secrets/{name}",
		summary: "Seal a secret. No operation returns a value.",
		access: needs("write:secrets"),
		params: byName,
		query: none,
		body: PutSecret,
		answers: { 200: Secret },
	},
	listSecrets: {
		method: "GET",
		path: "/v1/secrets",
		summary: "Names and times of secrets.",
		access: needs("read:secrets"),
		params: none,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(Secret) },
	},
	deleteSecret: {
		method: "DELETE",
		path: "/v1/secrets/{name}",
		summary: "Forget a secret.",
		access: needs("write:secrets"),
		params: byName,
		query: none,
		body: null,
		answers: { 200: Secret },
	},

	createKey: {
		method: "POST",
		path: "/v1/keys",
		summary: "Make a key with at most the calling key's scopes (left out: all of them). Its value is shown once.",
		access: needs("write:keys"),
		params: none,
		query: none,
		body: CreateKey,
		answers: { 201: NewKey },
	},
	listKeys: {
		method: "GET",
		path: "/v1/keys",
		summary: "Keys, newest first, without values.",
		access: needs("read:keys"),
		params: none,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(Key) },
	},
	revokeKey: {
		method: "DELETE",
		path: "/v1/keys/{id}",
		summary: "Revoke a key: at once here, within five seconds everywhere.",
		access: needs("write:keys"),
		params: byKey,
		query: none,
		body: null,
		answers: { 200: Key },
	},
	rollKey: {
		method: "POST",
		path: "/v1/keys/{id}/roll",
		summary: "Make a new key with the same name, scopes and expiry, and revoke the old one.",
		access: needs("write:keys"),
		params: byKey,
		query: none,
		body: null,
		answers: { 201: NewKey },
	},

	createTenant: {
		method: "POST",
		path: "/v1/tenants",
		summary: "Make a tenant with its agent `default` (no grants) and its first key.",
		access: operator,
		params: none,
		query: none,
		body: CreateTenant,
		answers: { 201: NewTenant },
	},
	listTenants: {
		method: "GET",
		path: "/v1/tenants",
		summary: "Tenants, newest first.",
		access: operator,
		params: none,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(Tenant) },
	},
	updateTenant: {
		method: "PATCH",
		path: "/v1/tenants/{id}",
		summary:
			"Suspend a tenant (kill switch: live runs of all its agents end cancelled, no call begins after the answer), or make it active again.",
		access: operator,
		params: byTenant,
		query: none,
		body: UpdateTenant,
		answers: { 200: ToldTenant },
	},
	createTenantKey: {
		method: "POST",
		path: "/v1/tenants/{id}/keys",
		summary: "Make a key for a tenant, e.g. when its last one was lost.",
		access: operator,
		params: byTenant,
		query: none,
		body: CreateKey,
		answers: { 201: NewKey },
	},

	getHealth: {
		method: "GET",
		path: "/healthz",
		summary: "200 when runs will be taken, else 503.",
		access: anybody,
		uncounted: true,
		params: none,
		query: none,
		body: null,
		answers: { 200: Health, 503: Health },
	},
	getOpenApi: {
		method: "GET",
		path: "/openapi.json",
		summary: "This API as OpenAPI 3.1.",
		access: anybody,
		params: none,
		query: none,
		body: null,
		answers: { 200: null },
	},
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof OPERATIONS;
