import type { OperationId } from "../../../contract/operations.ts";

/** Ids that an example is about. */
export interface Ids {
	readonly tenant: string;
	readonly agent: string;
	readonly run: string;
	readonly call: string;
	readonly approval: string;
	readonly schedule: string;
	readonly trigger: string;
	readonly key: string;
	readonly secret: string;
	readonly endpoint: string;
	readonly delivery: string;
}
export interface Example {
	path(ids: Ids): string;
	body?(ids: Ids): unknown;
	/** A streamed body, where the operation takes one. */
	readonly stream?: { readonly type: string; readonly text: string };
}

/** One good request for each operation. A new operation without one is a type error here and a failure below. */
export const EXAMPLES = {
	createRun: { path: () => "/v1/runs", body: ({ agent }) => ({ agent, program: "export default () => 1", wait: 0 }) },
	listRuns: { path: ({ agent }) => `/v1/runs?agent=${agent}` },
	getRun: { path: ({ run }) => `/v1/runs/${run}` },
	getRunTree: { path: ({ run }) => `/v1/runs/${run}/tree` },
	cancelRun: { path: ({ run }) => `/v1/runs/${run}/cancel` },
	listCalls: { path: ({ run }) => `/v1/runs/${run}/calls` },
	getRunEvents: { path: ({ run }) => `/v1/runs/${run}/events` },
	listLogs: { path: ({ run }) => `/v1/runs/${run}/logs` },
	getRunFile: { path: ({ run }) => `/v1/runs/${run}/files/workspace/output/a.txt` },
	listApprovals: { path: ({ agent }) => `/v1/approvals?agent=${agent}` },
	getApproval: { path: ({ approval }) => `/v1/approvals/${approval}` },
	decideApproval: { path: ({ approval }) => `/v1/approvals/${approval}/decide`, body: () => ({ decision: "approve", digest: "sha256:0" }) },
	listScopedApprovals: { path: ({ agent }) => `/v1/agents/${agent}/scoped-approvals` },
	revokeScopedApproval: { path: ({ agent, approval }) => `/v1/agents/${agent}/scoped-approvals/${approval}` },
	resolveCall: { path: ({ call }) => `/v1/calls/${call}/resolve`, body: () => ({ outcome: "repeat" }) },
	createAgent: { path: () => "/v1/agents", body: () => ({ name: "made-by-example" }) },
	listAgents: { path: () => "/v1/agents" },
	getAgent: { path: ({ agent }) => `/v1/agents/${agent}` },
	updateAgent: { path: ({ agent }) => `/v1/agents/${agent}`, body: () => ({ policy: { grants: {} } }) },
	archiveAgent: { path: ({ agent }) => `/v1/agents/${agent}` },
	disableAgent: { path: ({ agent }) => `/v1/agents/${agent}/disable` },
	enableAgent: { path: ({ agent }) => `/v1/agents/${agent}/enable` },
	getAgentTypes: { path: ({ agent }) => `/v1/agents/${agent}/types` },
	lintAgentPolicy: { path: ({ agent }) => `/v1/agents/${agent}/policy/lint` },
	getAgentBudget: { path: ({ agent }) => `/v1/agents/${agent}/budget` },
	putAgentBudget: { path: ({ agent }) => `/v1/agents/${agent}/budget`, body: () => ({ limits: {} }) },
	storeProgram: { path: ({ agent }) => `/v1/agents/${agent}/programs`, body: () => ({ program: "export default () => 1" }) },
	listPrograms: { path: ({ agent }) => `/v1/agents/${agent}/programs` },
	getProgram: { path: ({ agent }) => `/v1/agents/${agent}/programs/1` },
	activateProgram: { path: ({ agent }) => `/v1/agents/${agent}/programs/1/activate` },
	deleteProgram: { path: ({ agent }) => `/v1/agents/${agent}/programs/1` },
	createSchedule: { path: () => "/v1/schedules", body: ({ agent }) => ({ agent, cron: "0 6 * * *" }) },
	listSchedules: { path: ({ agent }) => `/v1/schedules?agent=${agent}` },
	getSchedule: { path: ({ schedule }) => `/v1/schedules/${schedule}` },
	updateSchedule: { path: ({ schedule }) => `/v1/schedules/${schedule}`, body: () => ({ cron: "0 7 * * *" }) },
	deleteSchedule: { path: ({ schedule }) => `/v1/schedules/${schedule}` },
	pauseSchedule: { path: ({ schedule }) => `/v1/schedules/${schedule}/pause` },
	resumeSchedule: { path: ({ schedule }) => `/v1/schedules/${schedule}/resume` },
	runSchedule: { path: ({ schedule }) => `/v1/schedules/${schedule}/run` },
	putSecret: { path: ({ secret }) => `/v1/secrets/${secret}`, body: () => ({ value: "one" }) },
	listSecrets: { path: () => "/v1/secrets" },
	deleteSecret: { path: ({ secret }) => `/v1/secrets/${secret}` },
	putModel: {
		path: ({ secret }) => `/v1/models/${secret}`,
		body: () => ({
			routes: [{ provider: "openai", model: "m", secret: "key", usdMicrosPerMillionInput: 1, usdMicrosPerMillionOutput: 1 }],
		}),
	},
	listModels: { path: () => "/v1/models" },
	getModel: { path: ({ secret }) => `/v1/models/${secret}` },
	deleteModel: { path: ({ secret }) => `/v1/models/${secret}` },
	putTool: {
		path: ({ secret }) => `/v1/tools/${secret}`,
		body: () => ({ kind: "openapi", url: "https://api.example.com", document: { openapi: "3.1.0" } }),
	},
	listTools: { path: () => "/v1/tools" },
	getTool: { path: ({ secret }) => `/v1/tools/${secret}` },
	refreshTool: { path: ({ secret }) => `/v1/tools/${secret}/refresh` },
	deleteTool: { path: ({ secret }) => `/v1/tools/${secret}` },
	createDataset: { path: () => "/v1/datasets", body: () => ({ name: "made-by-example" }) },
	putDatasetData: { path: ({ secret }) => `/v1/datasets/${secret}/data`, stream: { type: "text/csv", text: "a\n1\n" } },
	listDatasets: { path: () => "/v1/datasets" },
	getDataset: { path: ({ secret }) => `/v1/datasets/${secret}` },
	deleteDataset: { path: ({ secret }) => `/v1/datasets/${secret}` },
	putStore: {
		path: ({ tenant, secret }) => `/v1/tenants/${tenant}/stores/${secret}`,
		body: () => ({ kind: "postgres", binding: "HYPERDRIVE_WAREHOUSE" }),
	},
	listStores: { path: ({ tenant }) => `/v1/tenants/${tenant}/stores` },
	deleteStore: { path: ({ tenant, secret }) => `/v1/tenants/${tenant}/stores/${secret}` },
	getBudget: { path: () => "/v1/budget" },
	putBudget: { path: () => "/v1/budget", body: () => ({ limits: {} }) },
	getTenantBudget: { path: ({ tenant }) => `/v1/tenants/${tenant}/budget` },
	putTenantBudget: { path: ({ tenant }) => `/v1/tenants/${tenant}/budget`, body: () => ({ limits: {} }) },
	listEvents: { path: () => "/v1/events" },
	createTrigger: { path: () => "/v1/triggers", body: ({ agent, secret }) => ({ agent, scheme: "github", secret }) },
	listTriggers: { path: () => "/v1/triggers" },
	getTrigger: { path: ({ trigger }) => `/v1/triggers/${trigger}` },
	updateTrigger: { path: ({ trigger }) => `/v1/triggers/${trigger}`, body: () => ({ wait: 1 }) },
	deleteTrigger: { path: ({ trigger }) => `/v1/triggers/${trigger}` },
	disableTrigger: { path: ({ trigger }) => `/v1/triggers/${trigger}/disable` },
	enableTrigger: { path: ({ trigger }) => `/v1/triggers/${trigger}/enable` },
	rollTrigger: { path: ({ trigger }) => `/v1/triggers/${trigger}/roll`, body: ({ secret }) => ({ secret }) },
	tryTrigger: { path: ({ trigger }) => `/v1/triggers/${trigger}/test`, body: () => ({ body: { action: "opened" } }) },
	listTriggerRequests: { path: ({ trigger }) => `/v1/triggers/${trigger}/requests` },
	receiveHook: { path: ({ trigger }) => `/hooks/${trigger}` },
	createEndpoint: { path: () => "/v1/endpoints", body: () => ({ url: "https://hooks.example.com/made", events: ["*"] }) },
	listEndpoints: { path: () => "/v1/endpoints" },
	getEndpoint: { path: ({ endpoint }) => `/v1/endpoints/${endpoint}` },
	updateEndpoint: { path: ({ endpoint }) => `/v1/endpoints/${endpoint}`, body: () => ({ payload: "full" }) },
	deleteEndpoint: { path: ({ endpoint }) => `/v1/endpoints/${endpoint}` },
	disableEndpoint: { path: ({ endpoint }) => `/v1/endpoints/${endpoint}/disable` },
	enableEndpoint: { path: ({ endpoint }) => `/v1/endpoints/${endpoint}/enable` },
	rollEndpointSecret: { path: ({ endpoint }) => `/v1/endpoints/${endpoint}/roll`, body: () => ({}) },
	testEndpoint: { path: ({ endpoint }) => `/v1/endpoints/${endpoint}/test` },
	redeliverRange: { path: ({ endpoint }) => `/v1/endpoints/${endpoint}/redeliver`, body: () => ({ fromMs: 1, toMs: 2 }) },
	listDeliveries: { path: ({ endpoint }) => `/v1/deliveries?endpoint=${endpoint}` },
	getDelivery: { path: ({ delivery }) => `/v1/deliveries/${delivery}` },
	redeliver: { path: ({ delivery }) => `/v1/deliveries/${delivery}/redeliver` },
	getPrices: { path: () => "/v1/prices" },
	getTenantPrices: { path: ({ tenant }) => `/v1/tenants/${tenant}/prices` },
	putTenantPrices: {
		path: ({ tenant }) => `/v1/tenants/${tenant}/prices`,
		body: () => ({ runNanos: 1, cpuSecondNanos: 1, egressGibNanos: 1, verbs: {} }),
	},
	deleteTenantPrices: { path: ({ tenant }) => `/v1/tenants/${tenant}/prices` },
	getUsage: { path: () => "/v1/usage?from=1&to=2" },
	disableGrant: { path: ({ agent }) => `/v1/agents/${agent}/grants/web/disable` },
	enableGrant: { path: ({ agent }) => `/v1/agents/${agent}/grants/web/enable` },
	createKey: { path: () => "/v1/keys", body: () => ({ name: "further" }) },
	listKeys: { path: () => "/v1/keys" },
	revokeKey: { path: ({ key }) => `/v1/keys/${key}` },
	rollKey: { path: ({ key }) => `/v1/keys/${key}/roll` },
	createTenant: { path: () => "/v1/tenants", body: () => ({ name: "made-by-example" }) },
	listTenants: { path: () => "/v1/tenants" },
	updateTenant: { path: ({ tenant }) => `/v1/tenants/${tenant}`, body: () => ({ status: "active" }) },
	createTenantKey: { path: ({ tenant }) => `/v1/tenants/${tenant}/keys`, body: () => ({ name: "further" }) },
	getHealth: { path: () => "/healthz" },
	getAssurance: { path: () => "/assurance" },
	getOpenApi: { path: () => "/openapi.json" },
	replayRun: { path: ({ run }) => `/v1/runs/${run}/replay`, body: () => ({}) },
	replayAgent: { path: ({ agent }) => `/v1/agents/${agent}/replay`, body: () => ({ runs: 1 }) },
} satisfies Record<OperationId, Example>;
