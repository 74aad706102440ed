import { API_LIMITS } from "./limits/api-limits.ts";
import { BUDGET_LIMITS } from "./limits/budget-limits.ts";
import { CRYPTO_LIMITS } from "./limits/crypto-limits.ts";
import { ENDPOINT_LIMITS } from "./limits/endpoint-limits.ts";
import { EXECUTOR_LIMITS } from "./limits/executor-limits.ts";
import { FLOW_LIMITS } from "./limits/flow-limits.ts";
import { HTTP_FETCH_LIMITS } from "./limits/http-fetch-limits.ts";
import { JOURNAL_LIMITS } from "./limits/journal-limits.ts";
import { LEAK_LIMITS } from "./limits/leak-limits.ts";
import { MODEL_LIMITS } from "./limits/model-limits.ts";
import { PROGRAM_LIMITS } from "./limits/program-limits.ts";
import { RUN_LIMITS } from "./limits/run-limits.ts";
import { SCHEDULE_LIMITS } from "./limits/schedule-limits.ts";
import { SQL_LIMITS } from "./limits/sql-limits.ts";
import { SUB_AGENT_LIMITS } from "./limits/sub-agent-limits.ts";
import { TOOL_LIMITS } from "./limits/tool-limits.ts";
import { TRIGGER_LIMITS } from "./limits/trigger-limits.ts";
import { WEBHOOK_LIMITS } from "./limits/webhook-limits.ts";

/**
 * Every bound of the platform: name with unit, value, reason, and where it is enforced (always outside the thing limited). By what they bound, in
 * contract/limits/.
 */
export const LIMITS = {
	...API_LIMITS,
	...PROGRAM_LIMITS,
	...RUN_LIMITS,
	...BUDGET_LIMITS,
	...JOURNAL_LIMITS,
	...TOOL_LIMITS,
	...HTTP_FETCH_LIMITS,
	...CRYPTO_LIMITS,
	...MODEL_LIMITS,
	...EXECUTOR_LIMITS,
	...SQL_LIMITS,
	...SUB_AGENT_LIMITS,
	...LEAK_LIMITS,
	...FLOW_LIMITS,
	...WEBHOOK_LIMITS,
	...TRIGGER_LIMITS,
	...ENDPOINT_LIMITS,
	...SCHEDULE_LIMITS,
} as const;
