import { offsetMs } from "../../../worker/budgets/zone-clock.ts";

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;

/** A field of a cron, as a set of numbers and as text. */
export interface Field {
	readonly text: string;
	readonly values: ReadonlySet<number>;
	/** It has a `*` or a step. */
	readonly isOpen: boolean;
}

/** A cron of five fields. */
export interface Fields {
	readonly minute: Field;
	readonly hour: Field;
	readonly day: Field;
	readonly month: Field;
	readonly weekday: Field;
}

/** Offsets of a zone, by quarters of an hour: no zone changes within one. */
const offsets = new Map<string, number>();
const localOf = (zone: string, atMs: number): number => {
	const quarter = Math.floor(atMs / QUARTER_MS);
	const key = `${zone} ${quarter}`;
	const offset = offsets.get(key) ?? offsetMs(zone, quarter * QUARTER_MS);
	offsets.set(key, offset);
	return atMs + offset;
};

/** Whether the clocks' time is one that the fields name; both days restricted: either is enough, as cron has always had it. */
const names = ({ minute, hour, day, month, weekday }: Fields, localMs: number): boolean => {
	const local = new Date(localMs);
	if (!minute.values.has(local.getUTCMinutes()) || !hour.values.has(local.getUTCHours()) || !month.values.has(local.getUTCMonth() + 1))
		return false;
	const [isDay, isWeekday] = [day.values.has(local.getUTCDate()), weekday.values.has(local.getUTCDay())];
	return day.isOpen || weekday.isOpen ? isDay && isWeekday : isDay || isWeekday;
};

/** Every tick after a moment and before another, found by looking at each minute of both the time that passes and the time that clocks show. */
export const scanMinutes = (fields: Fields, zone: string, afterMs: number, beforeMs: number): number[] => {
	const isTimeOfDay = !fields.minute.isOpen && !fields.hour.isOpen;
	const ticks: number[] = [];
	// Local minutes that were shown already: from a day before, so that a time that comes twice is known.
	let shownUpToMs = localOf(zone, afterMs - 24 * 60 * MINUTE_MS);
	for (let atMs = Math.floor(afterMs / MINUTE_MS - 24 * 60 + 1) * MINUTE_MS; atMs < beforeMs; atMs += MINUTE_MS) {
		const localMs = localOf(zone, atMs);
		let isTick = names(fields, localMs);
		if (isTimeOfDay) {
			isTick = isTick && localMs > shownUpToMs;
			for (let skippedMs = shownUpToMs + MINUTE_MS; skippedMs < localMs; skippedMs += MINUTE_MS) isTick ||= names(fields, skippedMs);
			shownUpToMs = Math.max(shownUpToMs, localMs);
		}
		if (isTick && atMs > afterMs) ticks.push(atMs);
	}
	return ticks;
};
