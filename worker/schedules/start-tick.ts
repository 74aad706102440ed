import { Refusal } from "../../contract/errors.ts";
import { ScheduleSettings } from "../../contract/schedules.ts";
import { agentObject, findAgent } from "../agents/agent-registry.ts";
import type { TickFault } from "../agents/object/settle-tick.ts";
import type { Env } from "../env.ts";
import { tenantPrices } from "../prices/known-prices.ts";
import { executorOf } from "../runs/start-run.ts";
import { type Tick, tickCommand } from "./tick-command.ts";

/** A tick, as its agent's object hands it over. */
export interface TickToStart extends Tick {
	readonly tenantId: string;
	readonly agentId: string;
	/** Chosen when the tick was made, so that it starts one run, whoever tries and how often. */
	readonly runId: string;
	/** JSON text of the schedule's ScheduleSettings. */
	readonly settings: string;
}

/** Has the run of a tick admitted. @returns why it was not; null: it was, or nobody wants it any more */
export const startTick = async (env: Env, { tenantId, agentId, runId, settings, ...tick }: TickToStart): Promise<TickFault | null> => {
	try {
		const entry = await findAgent(env, tenantId, agentId);
		if (entry === null) return { code: "not_found", message: "Starting a run: there is no such agent" };
		const executor = executorOf(env, "Starting a run");
		const command = await tickCommand(env, entry, executor, ScheduleSettings.parse(JSON.parse(settings)), tick);
		const prices = await tenantPrices(env, tenantId);
		const answer = await agentObject(env, entry).admitTick({ tenantId, agentId }, { ...command, runId, prices });
		return answer.kind === "refused" ? { code: answer.code, message: answer.message } : null;
	} catch (error) {
		if (error instanceof Refusal) return { code: error.code, message: error.message };
		throw error;
	}
};
