import type { LastTick } from "../../../contract/schedules.ts";
import type { ObjectState } from "./object-state.ts";

/** Writes the event of a tick that started no run; in the step in which that is settled. What a switch skipped is told by the switch. */
export const tellTick = (
	state: ObjectState,
	schedule: string,
	{ outcome, tickMs, code }: Omit<LastTick, "run" | "message" | "atMs">,
	nowMs: number,
): void => {
	if (outcome !== "missed" && outcome !== "failed") return;
	const agent = state.facts.configuration()?.agentId ?? null;
	state.events.add({ type: "schedule.failed", agent, run: null, data: { schedule, tickMs, outcome, code } }, nowMs);
};
