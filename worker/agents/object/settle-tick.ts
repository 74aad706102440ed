import { ERRORS, type ErrorCode } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { LastTick } from "../../../contract/schedules.ts";
import { type AdmitAnswer, type AdmitCommand, admitRun } from "./admit-run.ts";
import type { ObjectState } from "./object-state.ts";
import type { TickRow } from "./schedule-rows.ts";
import { tellTick } from "./tell-tick.ts";

/** What came of starting a tick's run. `gone`: nobody wants it any more; its run was admitted, or its schedule stopped. */
export type TickAnswer = AdmitAnswer | { readonly kind: "gone" };

/** Why a tick's run was not started. */
export interface TickFault {
	readonly code: ErrorCode;
	readonly message: string;
}

/** Admits a tick's run, and settles the tick in the same step: from then on nothing starts it again, also when the run is long forgotten. */
export const admitTick = (state: ObjectState, command: AdmitCommand, nowMs: number): TickAnswer => {
	const tick = state.schedules.tick(command.runId);
	if (tick === null) return { kind: "gone" };
	const answer = admitRun(state, { ...command, lineUp: true }, nowMs);
	if (answer.kind !== "refused") settle(state, tick, { outcome: "started", run: tick.run_id, code: null, message: null }, nowMs);
	return answer;
};

/** A tick's run could not be started: it is tried again while the reason may pass, for an hour. */
export const failTick = (state: ObjectState, runId: string, { code, message }: TickFault, nowMs: number): void => {
	const tick = state.schedules.tick(runId);
	if (tick === null) return;
	const isOff = code === "agent_disabled" || code === "tenant_suspended";
	if (isOff) settle(state, tick, { outcome: "skipped", run: null, code, message }, nowMs);
	else if (ERRORS[code].retry && nowMs < tick.made_at_ms + LIMITS.tickTryMs)
		tell(state, tick, { outcome: "waiting", run: tick.run_id, code, message }, nowMs);
	else settle(state, tick, { outcome: "failed", run: null, code, message }, nowMs);
};

const settle = (state: ObjectState, tick: TickRow, end: Omit<LastTick, "tickMs" | "atMs">, nowMs: number): void => {
	state.schedules.dropTick(tick.run_id);
	tell(state, tick, end, nowMs);
};

/** The schedule shows its latest tick only. */
const tell = (state: ObjectState, { schedule_id, tick_ms }: TickRow, end: Omit<LastTick, "tickMs" | "atMs">, nowMs: number): void => {
	const row = state.schedules.get(schedule_id);
	if (row === null) return;
	const last = { tickMs: tick_ms, atMs: nowMs, ...end };
	const isLatest = row.last === null || row.last.tickMs <= tick_ms;
	state.schedules.update({ ...row, told: tellTick(state, row, last, nowMs), last: isLatest ? last : row.last });
	if (isLatest) state.outbox.mark("schedule", row.id);
};
