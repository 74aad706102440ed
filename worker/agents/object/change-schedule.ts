import { LIMITS } from "../../../contract/limits.ts";
import type { Schedule, ScheduleSettings, UpdateSchedule } from "../../../contract/schedules.ts";
import { cronFault } from "../../schedules/check-cron.ts";
import { nextTick } from "../../schedules/cron-times.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import { describeSchedule } from "./describe-schedule.ts";
import { mergeSettings } from "./merge-settings.ts";
import type { ObjectState } from "./object-state.ts";
import type { ScheduleRow } from "./schedule-rows.ts";
import { tellTick } from "./tell-tick.ts";
import { settingsFault } from "./settings-fault.ts";

/** What is asked of a schedule. */
export type ScheduleChange =
	| { readonly kind: "settings"; readonly settings: UpdateSchedule }
	| { readonly kind: "pause" | "resume" | "delete" };

const ACTIONS = {
	settings: "Changing a schedule",
	pause: "Pausing a schedule",
	resume: "Resuming a schedule",
	delete: "Deleting a schedule",
} as const;

/** Makes a schedule under an id that the caller has chosen. It ticks from now on. */
export const makeSchedule = (state: ObjectState, id: string, settings: ScheduleSettings, nowMs: number): Schedule | RefusedAnswer => {
	const action = "Making a schedule";
	const fault = faultOf(state, action, settings, nowMs);
	if (fault !== null) return fault;
	if (state.schedules.count() >= LIMITS.schedulesPerAgent)
		return refuse(
			"conflict",
			`${action}: the agent has ${LIMITS.schedulesPerAgent}, the most there may be; wanted one of them deleted first`,
		);
	const next_at_ms = nextTick(settings.cron, settings.timeZone, nowMs);
	const row: ScheduleRow = {
		id,
		status: "active",
		next_at_ms,
		revision: 1,
		settings,
		last: null,
		told: null,
		created_at_ms: nowMs,
		updated_at_ms: nowMs,
	};
	state.schedules.insert(row);
	return shown(state, action, row);
};

/** Changes a schedule, or says why not. A deleted one is answered as it was. */
export const changeSchedule = (state: ObjectState, id: string, change: ScheduleChange, nowMs: number): Schedule | RefusedAnswer => {
	const action = ACTIONS[change.kind];
	const before = state.schedules.get(id);
	if (before === null || before.status === "deleted") return missing(action);
	const row: ScheduleRow = { ...before, updated_at_ms: Math.max(nowMs, before.updated_at_ms + 1) };
	switch (change.kind) {
		case "settings":
			return putSettings(state, row, mergeSettings(row.settings, change.settings), nowMs);
		case "pause":
			return shown(state, action, state.schedules.update({ ...stopTicks(state, row, nowMs), status: "paused" }));
		case "resume": {
			if (row.status === "active") return shown(state, action, before);
			return shown(state, action, state.schedules.update({ ...row, status: "active", next_at_ms: nextOf(row, row.settings, nowMs) }));
		}
		case "delete": {
			const answer = describeSchedule(state.facts.configuration()?.agentId ?? "", before);
			deleteSchedule(state, row, nowMs);
			return answer ?? missing(action);
		}
	}
};

/** Deletes all schedules of an agent that is archived. */
export const deleteSchedules = (state: ObjectState, nowMs: number): void => {
	for (const row of state.schedules.all()) deleteSchedule(state, row, nowMs);
};

/** Pauses a schedule whose next tick cannot be told any more. */
export const pauseBroken = (state: ObjectState, row: ScheduleRow, nowMs: number): void => {
	const message = "its next time cannot be told any more: set its cron and timeZone anew, then resume it";
	const last = { tickMs: row.next_at_ms ?? nowMs, run: null, outcome: "failed", code: "internal", message, atMs: nowMs } as const;
	const told = tellTick(state, row, last, nowMs);
	state.schedules.update({ ...stopTicks(state, row, nowMs), status: "paused", last, told });
	state.outbox.mark("schedule", row.id);
};

const deleteSchedule = (state: ObjectState, row: ScheduleRow, nowMs: number): void => {
	state.schedules.update({ ...stopTicks(state, row, nowMs), status: "deleted" });
	state.outbox.mark("schedule", row.id);
};

const putSettings = (state: ObjectState, row: ScheduleRow, settings: ScheduleSettings, nowMs: number): Schedule | RefusedAnswer => {
	const fault = faultOf(state, ACTIONS.settings, settings, nowMs);
	if (fault !== null) return fault;
	const isMoved = settings.cron !== row.settings.cron || settings.timeZone !== row.settings.timeZone;
	const next_at_ms = isMoved && row.status === "active" ? nextOf(row, settings, nowMs) : row.next_at_ms;
	return shown(state, ACTIONS.settings, state.schedules.update({ ...row, settings, next_at_ms }));
};

/** From now on; but a tick that was made is not made again, also where the clock went back meanwhile. */
const nextOf = ({ last }: ScheduleRow, { cron, timeZone }: ScheduleSettings, nowMs: number): number | null =>
	nextTick(cron, timeZone, Math.max(nowMs, last?.tickMs ?? 0));

/** A schedule without ticks: none comes, and those that are tried start nothing any more. */
const stopTicks = (state: ObjectState, row: ScheduleRow, nowMs: number): ScheduleRow => {
	state.schedules.dropTicksOf(row.id);
	const stopped = {
		outcome: "skipped",
		run: null,
		code: null,
		message: "the schedule was stopped before its run began",
		atMs: nowMs,
	} as const;
	return { ...row, next_at_ms: null, last: row.last?.outcome === "waiting" ? { ...row.last, ...stopped } : row.last };
};

const faultOf = (state: ObjectState, action: string, settings: ScheduleSettings, nowMs: number): RefusedAnswer | null => {
	const why = cronFault(settings.cron, settings.timeZone, nowMs);
	return why === null ? settingsFault(state, action, settings) : refuse("invalid_request", `${action}: ${why}`);
};

const shown = (state: ObjectState, action: string, row: ScheduleRow): Schedule | RefusedAnswer => {
	state.outbox.mark("schedule", row.id);
	return describeSchedule(state.facts.configuration()?.agentId ?? "", row) ?? missing(action);
};

const missing = (action: string): RefusedAnswer => refuse("not_found", `${action}: there is none of that id`);
