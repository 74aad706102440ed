import { LIMITS } from "../../contract/limits.ts";

const FORMATS = new Map<string, Intl.DateTimeFormat>();
/** Formats are costly to make; a Worker serves few zones at once. */
const FORMATS_KEPT = 64;
const HOUR_MS = 3_600_000;

/** Whether a text names a time zone that the runtime knows: an IANA name, e.g. `Europe/Berlin`, or `UTC`. */
export const isTimeZone = (name: string): boolean => {
	if (name.length > LIMITS.timeZoneChars || !/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
	try {
		formatOf(name);
		return true;
	} catch {
		return false;
	}
};

/** What the zone's clocks show at a moment, as if it were UTC: epoch milliseconds. @throws when there is no such zone: a bug, since names are parsed. */
export const localMs = (zone: string, atMs: number): number => atMs + offsetMs(zone, atMs);

/** How far the zone's clocks are ahead of UTC at a moment, milliseconds. */
export const offsetMs = (zone: string, atMs: number): number => {
	if (zone === "UTC") return 0;
	const wholeMs = Math.floor(atMs / 1000) * 1000;
	const shown = new Map(
		formatOf(zone)
			.formatToParts(wholeMs)
			.map(({ type, value }) => [type, Number(value)]),
	);
	const part = (name: Intl.DateTimeFormatPartTypes): number => shown.get(name) ?? Number.NaN;
	return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - wholeMs;
};

/**
 * The first moment at which the zone's clocks show a local time or a later one. Where it is shown twice, the first time; where it is skipped, the moment of
 * the skip. @param shownMs a local midnight, as if it were UTC
 */
export const firstMomentOf = (zone: string, shownMs: number): number => {
	const before = offsetMs(zone, shownMs - 15 * HOUR_MS);
	const after = offsetMs(zone, shownMs + 13 * HOUR_MS);
	const exact = [shownMs - before, shownMs - after].filter((atMs) => localMs(zone, atMs) === shownMs);
	return exact.length > 0 ? Math.min(...exact) : changeOf(zone, shownMs - Math.max(before, after), shownMs - Math.min(before, after));
};

/** The moment after `fromMs`, at the latest `toMs`, from which the zone's clocks are set as at `toMs`: one change between the two at most. */
export const changeOf = (zone: string, fromMs: number, toMs: number): number => {
	const wanted = offsetMs(zone, toMs);
	let [low, high] = [fromMs, toMs];
	while (high - low > 1) {
		const middle = low + Math.floor((high - low) / 2);
		if (offsetMs(zone, middle) === wanted) high = middle;
		else low = middle;
	}
	return high;
};

const formatOf = (zone: string): Intl.DateTimeFormat => {
	const known = FORMATS.get(zone);
	if (known !== undefined) return known;
	const made = new Intl.DateTimeFormat("en-US", {
		timeZone: zone,
		calendar: "iso8601",
		numberingSystem: "latn",
		hourCycle: "h23",
		year: "numeric",
		month: "numeric",
		day: "numeric",
		hour: "numeric",
		minute: "numeric",
		second: "numeric",
	});
	if (FORMATS.size >= FORMATS_KEPT) FORMATS.clear();
	FORMATS.set(zone, made);
	return made;
};
