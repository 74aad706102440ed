import type { ScheduleSettings } from "../../contract/schedules.ts";
import type { AgentEntry } from "../agents/agent-registry.ts";
import type { AdmitCommand } from "../agents/object/admit-run.ts";
import type { Env } from "../env.ts";
import type { Executor } from "../executor/protocol.ts";
import { commandOf } from "../runs/command-of.ts";

/** For which tick of which schedule a run is. */
export interface Tick {
	readonly scheduleId: string;
	/** The time that the cron names, epoch milliseconds; out of turn: when it was asked for. */
	readonly tickMs: number;
}

/**
 * A run of a schedule as its agent's object takes it. Where the schedule says no input, the program is told which tick it is; the run's metadata tells it always,
 * but for a `tickMs` of the owner's own.
 * @throws Refusal that says what is wrong with it
 */
export const tickCommand = async (
	env: Env,
	entry: AgentEntry,
	executor: Executor,
	settings: ScheduleSettings,
	{ scheduleId, tickMs }: Tick,
): Promise<AdmitCommand> => {
	const { input, grants, limits, labels, metadata, programVersion, isolation } = settings;
	const command = await commandOf(env, entry, executor, {
		input: input === undefined ? { schedule: scheduleId, tickMs } : input,
		labels,
		metadata: { tickMs, ...metadata },
		// Nobody waits for it.
		wait: 0,
		...{ grants, limits, programVersion, isolation },
	});
	return { ...command, executesUpToMs: 0, cause: { kind: "schedule", id: scheduleId } };
};
