import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** A run that was parked takes a place among the tenant's live runs again. Null: there is none; it waits for one, however long: its lease ends, and it is tried again. */
export const takePlace = (state: ObjectState, row: RunRow, nowMs: number): RunRow | null => {
	if (row.state.liveSlice !== null || row.state.mode === "replay") return row;
	const place = state.slices.holdLive(nowMs);
	const isTaken = typeof place === "number";
	const updated = state.runs.update({ ...row, state: { ...row.state, ...(isTaken ? { liveSlice: place } : { queuedAtMs: nowMs }) } });
	return isTaken ? updated : null;
};

/** Gives a run's place among the tenant's live runs back: it has ended, or waits for a person without an isolate, maybe for weeks. @returns the row, not written yet */
export const leavePlace = (state: ObjectState, row: RunRow, nowMs: number): RunRow => {
	const { liveSlice } = row.state;
	if (liveSlice === null) return row;
	state.slices.settleLive(liveSlice, nowMs);
	return { ...row, state: { ...row.state, liveSlice: null } };
};
