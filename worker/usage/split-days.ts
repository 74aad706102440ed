import { windowSpan } from "../budgets/windows.ts";
import { localMs } from "../budgets/zone-clock.ts";

/** A part of a range, epoch milliseconds, `endMs` itself outside. */
export interface Part {
	/** The date, `2026-11-21`; null: the range is not divided. */
	readonly day: string | null;
	readonly startMs: number;
	readonly endMs: number;
}

/** A range's days by a zone's clocks, the first and the last cut as the range is. The days are those that budgets have: no gap, no overlap, whatever the clocks do. */
export const splitDays = (fromMs: number, toMs: number, zone: string): Part[] => {
	const days: Part[] = [];
	for (let atMs = fromMs; atMs < toMs; ) {
		const { startMs, endMs } = windowSpan("day", atMs, zone);
		const end = Math.min(toMs, endMs ?? toMs);
		days.push({ day: new Date(localMs(zone, startMs)).toISOString().slice(0, 10), startMs: atMs, endMs: end });
		atMs = end;
	}
	return days;
};
