import { LIMITS } from "../../../contract/limits.ts";
import type { LastTick } from "../../../contract/schedules.ts";
import type { ObjectState } from "./object-state.ts";
import type { ScheduleRow } from "./schedule-rows.ts";

/**
 * Writes the event of a tick that started no run, in the step in which that is settled; of a row of equal failures the first, and one each LIMITS.scheduleToldMs. What
 * a switch skipped is told by the switch.
 * @returns what the schedule is to keep of it as `told`
 */
export const tellTick = (
	state: ObjectState,
	{ id, told }: ScheduleRow,
	{ outcome, tickMs, code }: Omit<LastTick, "run" | "message" | "atMs">,
	nowMs: number,
): ScheduleRow["told"] => {
	if (outcome === "waiting") return told;
	if (outcome !== "missed" && outcome !== "failed") return null;
	const isEqual = told?.outcome === outcome && told.code === code;
	if (isEqual && Math.abs(nowMs - told.atMs) < LIMITS.scheduleToldMs) return told;
	const agent = state.facts.configuration()?.agentId ?? null;
	state.events.add({ type: "schedule.failed", agent, run: null, data: { schedule: id, tickMs, outcome, code } }, nowMs);
	return { outcome, code, atMs: nowMs };
};
