import { locatorOf, newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { LastTick, ScheduleSettings } from "../../../contract/schedules.ts";
import { latestTick, nextTick } from "../../schedules/cron-times.ts";
import { backOffMs } from "./back-off.ts";
import { deleteSchedules, pauseBroken } from "./change-schedule.ts";
import type { ObjectState } from "./object-state.ts";
import type { ScheduleRow } from "./schedule-rows.ts";
import { tellTick } from "./tell-tick.ts";

/** A tick whose run is to be started. */
export interface DueTick {
	readonly runId: string;
	readonly scheduleId: string;
	/** The time that the cron names, epoch milliseconds. */
	readonly tickMs: number;
	readonly settings: ScheduleSettings;
}

/** How soon those are looked at again that did not fit in. */
const PUT_OFF_MS = 500;

/**
 * Makes the ticks that have come, each with the id of its run, and moves their schedules on: one step, so that a tick is made once, whoever looks and how often. The
 * next tick is counted from the time that the cron names, never from now.
 */
export const makeTicks = (state: ObjectState, nowMs: number): void => {
	const due = state.schedules.dueAtMs();
	if (due === null || due > nowMs) return;
	const configuration = state.facts.configuration();
	if (configuration?.status === "archived") {
		deleteSchedules(state, nowMs);
		return;
	}
	const off = configuration?.status === "disabled" ? "agent_disabled" : state.facts.isSuspended() ? "tenant_suspended" : null;
	for (const row of state.schedules.ticking(nowMs)) {
		try {
			state.schedules.update(off === null ? tickOn(state, row, nowMs) : skip(row, off, nowMs));
			state.outbox.mark("schedule", row.id);
		} catch {
			// The runtime has lost its time zone, say. It must not keep the others from ticking.
			pauseBroken(state, row, nowMs);
		}
	}
};

/** Ticks to be started now. Each is due again later: whoever starts it may die before its run is admitted. */
export const takeTicks = (state: ObjectState, nowMs: number): DueTick[] => {
	const rows = state.schedules.dueTicks(nowMs, LIMITS.ticksAtOnce);
	for (const row of rows) state.schedules.tryTick(row, nowMs + backOffMs(LIMITS.tickRetryMs, row.tries));
	state.schedules.putOff(nowMs, nowMs + PUT_OFF_MS);
	return rows.flatMap(({ run_id, schedule_id, tick_ms }) => {
		const schedule = state.schedules.get(schedule_id);
		return schedule === null ? [] : [{ runId: run_id, scheduleId: schedule_id, tickMs: tick_ms, settings: schedule.settings }];
	});
};

/** A schedule whose agent takes no runs. */
const skip = (row: ScheduleRow, code: "agent_disabled" | "tenant_suspended", nowMs: number): ScheduleRow => {
	const { cron, timeZone } = row.settings;
	const tickMs = latestOf(row, nowMs);
	const message = code === "agent_disabled" ? "the agent was disabled" : "the tenant was suspended";
	const last: LastTick = { tickMs, run: null, outcome: "skipped", code, message, atMs: nowMs };
	return { ...row, last, told: null, next_at_ms: nextTick(cron, timeZone, Math.max(tickMs, nowMs)) };
};

/** Makes the schedule's ticks up to now. */
const tickOn = (state: ObjectState, row: ScheduleRow, nowMs: number): ScheduleRow => {
	let on = catchUp(state, row, nowMs);
	// At most as many as fit between LIMITS.scheduleLateMs ago and now: those before were missed.
	while (on.next_at_ms !== null && on.next_at_ms <= nowMs) on = makeTick(state, on, on.next_at_ms, nowMs);
	return on;
};

/** The schedule without the ticks that were missed. */
const catchUp = (state: ObjectState, row: ScheduleRow, nowMs: number): ScheduleRow => {
	const { cron, timeZone, catchUp: policy } = row.settings;
	const lateMs = nowMs - LIMITS.scheduleLateMs;
	if (row.next_at_ms === null || row.next_at_ms >= lateMs) return row;
	// All of them together are the latest one.
	if (policy === "once") return { ...row, next_at_ms: latestOf(row, nowMs) };
	const tickMs = latestOf(row, lateMs - 1);
	const message = `it was more than ${LIMITS.scheduleLateMs / 1000} s late, and the schedule's catchUp is skip`;
	const last: LastTick = { tickMs, run: null, outcome: "missed", code: null, message, atMs: nowMs };
	return { ...row, last, told: tellTick(state, row, last, nowMs), next_at_ms: nextTick(cron, timeZone, lateMs - 1) };
};

/** The last time of the cron up to a moment, but none before the one that is next. */
const latestOf = ({ next_at_ms, settings: { cron, timeZone } }: ScheduleRow, atMs: number): number =>
	Math.max(next_at_ms ?? 0, latestTick(cron, timeZone, atMs) ?? 0);

const makeTick = (state: ObjectState, row: ScheduleRow, tickMs: number, nowMs: number): ScheduleRow => {
	const runId = newRoutedId("run", locatorOf(row.id), nowMs);
	state.schedules.insertTick({ run_id: runId, schedule_id: row.id, tick_ms: tickMs, made_at_ms: nowMs, due_at_ms: nowMs, tries: 0 });
	const last: LastTick = { tickMs, run: runId, outcome: "waiting", code: null, message: null, atMs: nowMs };
	return { ...row, last, next_at_ms: nextTick(row.settings.cron, row.settings.timeZone, tickMs) };
};
