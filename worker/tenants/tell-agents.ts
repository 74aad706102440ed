import { LIMITS } from "../../contract/limits.ts";
import type { Tenant, ToldTenant } from "../../contract/tenants.ts";
import { agentObject } from "../agents/agent-registry.ts";
import type { ToldAgent } from "../agents/agent-switches.ts";
import type { Env } from "../env.ts";
import { stopExecutions } from "../executor/choose-executor.ts";
import { agentsToTell } from "./agents-to-tell.ts";

/** What came of telling a tenant's agents its status. `unreached`: agents that could not be told; `overtaken`: agents that found another status. */
export interface Telling {
	readonly told: Omit<ToldTenant, keyof Tenant>;
	readonly unreached: number;
	readonly overtaken: number;
}

interface Answered {
	readonly agentId: string;
	readonly told: ToldAgent;
}

/**
 * Has every agent of a tenant look at its status, those with live runs first, some at once, and stops what they were executing. What could not be reached
 * within its time is counted (those that the registry would not name as one), and the others are told all the same; a repeat tells all again, and changes nothing where it was told.
 */
export const tellAgents = async (env: Env, { id: tenantId, status }: Tenant): Promise<Telling> => {
	const answered: Answered[] = [];
	let unreached = 0;
	const untilMs = Date.now() + LIMITS.agentsTellMs;
	const agents = agentsToTell(env, tenantId);
	const tell = async (): Promise<void> => {
		for (;;) {
			const next = await agents.next().catch(() => null);
			if (next?.done === true) return;
			const told = next === null || Date.now() >= untilMs ? null : await tellOne(env, { tenantId, agentId: next.value });
			if (next !== null && told !== null) answered.push({ agentId: next.value, told });
			// One whose parked runs are not all ended yet stays suspended until it is told again.
			if (next === null || told === null || (status === "active" && told.isSuspended && told.runsLeft > 0)) unreached += 1;
		}
	};
	await Promise.all(Array.from({ length: LIMITS.agentsToldAtOnce }, tell));
	await untilQuiet(env, tenantId, answered);
	const cancelledRuns = answered.flatMap(({ told }) => told.cancelledRuns);
	const callsInFlight = answered.flatMap(({ told }) => told.calls.map(({ id }) => id));
	return {
		told: {
			agentsTold: answered.length,
			cancelledRuns: cancelledRuns.slice(0, LIMITS.toldIds),
			callsInFlight: callsInFlight.slice(0, LIMITS.toldIds),
			runsLeftOut: Math.max(0, cancelledRuns.length - LIMITS.toldIds) + answered.reduce((sum, { told }) => sum + told.runsLeft, 0),
			callsLeftOut: Math.max(0, callsInFlight.length - LIMITS.toldIds),
		},
		unreached,
		overtaken: answered.filter(({ told }) => told.isSuspended !== (status === "suspended") && told.runsLeft === 0).length,
	};
};

/** Null: it did not answer in its time, and may be told or not. */
const tellOne = async (env: Env, identity: { tenantId: string; agentId: string }): Promise<ToldAgent | null> => {
	const told = await inTime(agentObject(env, identity).tellTenantStatus(identity), LIMITS.agentTellMs);
	if (told !== null) await inTime(stopExecutions(env, told.executedRuns), LIMITS.agentTellMs);
	return told;
};

/** Calls under way are told at once; a moment is waited for them to stop, for all agents together. */
const untilQuiet = async (env: Env, tenantId: string, answered: readonly Answered[]): Promise<void> => {
	const calling = answered.filter(({ told }) => told.calls.length > 0);
	const quiet = calling.map(({ agentId, told }) => agentObject(env, { tenantId, agentId }).untilCallsQuiet(told.calls));
	await inTime(Promise.allSettled(quiet), LIMITS.cancelTellMs);
};

/** Null when it fails, or is not done in the time. */
const inTime = async <Value>(work: Promise<Value>, timeoutMs: number): Promise<Value | null> => {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), timeoutMs);
	});
	try {
		return await Promise.race([work, late]);
	} catch {
		return null;
	} finally {
		clearTimeout(timer);
	}
};
