import { nextTicks } from "./cron-times.ts";

/** What was told last of a cron in a zone: a schedule is told anew at each of its ticks, and all but one of its times are the same then. */
const TOLD = new Map<string, readonly number[]>();
const TOLD_MOST = 256;

/** A tick and those that follow it. @param most how many together; fewer come when the cron names no more */
export const ticksToCome = (cron: string, timeZone: string, firstMs: number, most: number): number[] => {
	const key = `${timeZone} ${cron}`;
	const told = TOLD.get(key) ?? [];
	const place = told.indexOf(firstMs);
	const known = place === -1 ? [firstMs] : told.slice(place, place + most);
	const ticks = [...known, ...nextTicks(cron, timeZone, known.at(-1) ?? firstMs, most - known.length)];
	TOLD.delete(key);
	const [oldest] = TOLD.keys();
	if (TOLD.size >= TOLD_MOST && oldest !== undefined) TOLD.delete(oldest);
	TOLD.set(key, ticks);
	return ticks;
};
