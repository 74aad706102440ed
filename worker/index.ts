import { app } from "./app.ts";
import type { Env } from "./env.ts";
import { consumeRuns } from "./runs/consume-runs.ts";
import type { WaitingRun } from "./runs/execute-waiting.ts";

// biome-ignore lint/performance/noBarrelFile: the runtime finds the Durable Object and the entrypoints among the entry's exports.
export { AgentObject } from "./agents/agent-object.ts";
export { EndpointObject } from "./endpoints/endpoint-object.ts";
export { Gate } from "./gate/gate-entrypoint.ts";
export { GateSocket } from "./gate/gate-socket.ts";
export { RunStarter } from "./runs/run-starter.ts";
export { TickStarter } from "./schedules/tick-starter.ts";
export { TenantObject } from "./tenant-budget/tenant-object.ts";

export default {
	fetch: (request, env, ctx) => app.fetch(request, env, ctx),
	queue: (batch, env) => consumeRuns(batch, env),
} satisfies ExportedHandler<Env, WaitingRun>;
