import { Cron, type CronOptions } from "croner";

/**
 * The times that a cron names, in a time zone. Pure: croner is given no function and starts no timer. Five fields, or six with the seconds first.
 *
 * Where the clocks are put on or back: a cron whose seconds, minutes and hours have neither `*` nor a step names times of day, each once a day: one that is skipped comes at the
 * moment of the skip, one that comes twice counts the first time. Any other one names intervals: times that are skipped are none, and those that come twice count twice.
 */
const OPTIONS = { paused: true, mode: "5-or-6-parts", fixedTimeRule: "no-wildcard" } as const satisfies CronOptions;

/** Names of zones as the runtime has them, by how they were given: croner keeps a formatter for each name that it ever saw. */
const ZONES = new Map<string, string>();
const ZONES_KEPT = 64;

/** @throws when there is no such zone, or the cron is none: a bug, since both were checked (check-cron) */
const open = (cron: string, timeZone: string): Cron => new Cron(cron, { ...OPTIONS, timezone: zoneName(timeZone) });

/** The first ticks after a moment. @param most how many; fewer come when the cron names no more */
export const nextTicks = (cron: string, timeZone: string, afterMs: number, most: number): number[] =>
	open(cron, timeZone)
		.nextRuns(most, new Date(afterMs))
		.map((at) => at.getTime());

/** The first tick after a moment; null: there is none. */
export const nextTick = (cron: string, timeZone: string, afterMs: number): number | null =>
	nextTicks(cron, timeZone, afterMs, 1)[0] ?? null;

/** The last tick at or before a moment; null: there is none. */
export const latestTick = (cron: string, timeZone: string, atMs: number): number | null =>
	open(cron, timeZone)
		.previousRuns(1, new Date(atMs + 1))
		.at(0)
		?.getTime() ?? null;

const zoneName = (given: string): string => {
	const known = ZONES.get(given);
	if (known !== undefined) return known;
	const name = new Intl.DateTimeFormat("en", { timeZone: given }).resolvedOptions().timeZone;
	const [oldest] = ZONES.keys();
	if (ZONES.size >= ZONES_KEPT && oldest !== undefined) ZONES.delete(oldest);
	ZONES.set(given, name);
	return name;
};
