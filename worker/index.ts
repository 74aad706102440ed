import { app } from "./app.ts";
import type { Env } from "./env.ts";
import { consumeRuns } from "./runs/consume-runs.ts";

// biome-ignore lint/performance/noBarrelFile: the runtime finds the Durable Object and the entrypoints among the entry's exports.
export { AgentObject } from "./agents/agent-object.ts";
export { Gate } from "./gate/gate-entrypoint.ts";
export { GateSocket } from "./gate/gate-socket.ts";

export default {
	fetch: (request, env, ctx) => app.fetch(request, env, ctx),
	queue: (batch, env, ctx) => consumeRuns(batch, env, ctx),
} satisfies ExportedHandler<Env, { tenantId: string; agentId: string; runId: string }>;
