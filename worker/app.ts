import type { OperationId } from "../contract/operations.ts";
import { agentHandlers } from "./agents/agent-handlers.ts";
import { grantHandlers } from "./agents/grant-handlers.ts";
import { approvalHandlers } from "./approvals/approval-handlers.ts";
import { assuranceHandlers } from "./assurance/assurance-handlers.ts";
import { datasetHandlers } from "./datasets/dataset-handlers.ts";
import { deliveryHandlers } from "./endpoints/delivery-handlers.ts";
import { endpointHandlers } from "./endpoints/endpoint-handlers.ts";
import { eventHandlers } from "./events/event-handlers.ts";
import type { Handlers } from "./handler.ts";
import { createApp } from "./http/create-app.ts";
import { openApiHandlers } from "./http/open-api-handlers.ts";
import { modelHandlers } from "./models/model-handlers.ts";
import { lintHandlers } from "./policy-lint/lint-handlers.ts";
import { priceHandlers } from "./prices/price-handlers.ts";
import { healthHandlers } from "./runs/health-handlers.ts";
import { programHandlers } from "./runs/program-handlers.ts";
import { replayHandlers } from "./runs/replay/replay-handlers.ts";
import { runHandlers } from "./runs/run-handlers.ts";
import { scheduleHandlers } from "./schedules/schedule-handlers.ts";
import { secretHandlers } from "./secrets/secret-handlers.ts";
import { budgetHandlers } from "./tenant-budget/budget-handlers.ts";
import { findCaller } from "./tenants/find-caller.ts";
import { isOperator } from "./tenants/is-operator.ts";
import { keyHandlers } from "./tenants/key-handlers.ts";
import { tenantHandlers } from "./tenants/tenant-handlers.ts";
import { toolHandlers } from "./tools/tool-handlers.ts";
import { storeHandlers } from "./stores/store-handlers.ts";
import { triggerHandlers } from "./triggers/trigger-handlers.ts";
import { usageHandlers } from "./usage/usage-handlers.ts";
import { CATALOGUE } from "./verbs/catalogue.ts";

const handlers = {
	...tenantHandlers,
	...keyHandlers,
	...secretHandlers,
	...toolHandlers,
	...agentHandlers,
	...programHandlers,
	...grantHandlers,
	...lintHandlers,
	...approvalHandlers,
	...modelHandlers,
	...datasetHandlers,
	...storeHandlers,
	...budgetHandlers,
	...priceHandlers,
	...triggerHandlers,
	...usageHandlers,
	...eventHandlers,
	...endpointHandlers,
	...deliveryHandlers,
	...assuranceHandlers,
	...scheduleHandlers,
	...runHandlers,
	...replayHandlers,
	...healthHandlers,
	...openApiHandlers(new Map([...CATALOGUE].map(([verb, { grantSchema }]) => [verb, grantSchema]))),
} satisfies Handlers<OperationId>;

/** The floor plan: every operation of the table, answered by its room. */
export const app = createApp(handlers, { findCaller, isOperator });
