import { changeOf, firstMomentOf, localMs, offsetMs } from "./zone-clock.ts";

/** The windows in which spending is added up, by the clocks of a time zone. `lifetime` never resets. */
export const WINDOW_KINDS = ["minute", "hour", "day", "month", "lifetime"] as const;
export type WindowKind = (typeof WINDOW_KINDS)[number];

/** A stretch of time: from `startMs` to before `endMs`, epoch milliseconds; null: it does not end. */
export interface Span {
	readonly startMs: number;
	readonly endMs: number | null;
}

/** Start of the window that holds a moment, epoch milliseconds; 0 for `lifetime`. It names the window. @param zone an IANA name */
export const windowStart = (kind: WindowKind, atMs: number, zone = "UTC"): number => windowSpan(kind, atMs, zone).startMs;

/** When the window that holds a moment ends, epoch milliseconds; null for `lifetime`. @param zone an IANA name */
export const windowReset = (kind: WindowKind, atMs: number, zone = "UTC"): number | null => windowSpan(kind, atMs, zone).endMs;

/** The last span of each kind and zone: most moments lie in the one before them. */
const LAST = new Map<string, Span>();
const SPANS_KEPT = 256;

/** The window that holds a moment. A zone's clocks that are set forward or back make an hour, a day or a month shorter or longer, never overlapping. */
export const windowSpan = (kind: WindowKind, atMs: number, zone = "UTC"): Span => {
	const name = `${kind} ${zone}`;
	const last = LAST.get(name);
	if (last !== undefined && last.startMs <= atMs && (last.endMs === null || atMs < last.endMs)) return last;
	const span = spanOf(kind, atMs, zone);
	if (LAST.size >= SPANS_KEPT) LAST.clear();
	LAST.set(name, span);
	return span;
};

/**
 * The window that holds a moment, after one that has ended. Where the zone was changed meanwhile and its first window would be cut short, that lasts to its second
 * end: else a tenant that changes its zone again and again had many times a day what its operator lets it have once. @param endedMs when the one before ended
 */
export const spanAfter = (kind: WindowKind, endedMs: number, atMs: number, zone = "UTC"): Span => {
	const span = windowSpan(kind, atMs, zone);
	if (span.startMs >= endedMs || span.endMs === null) return span;
	return { startMs: endedMs, endMs: windowReset(kind, span.endMs, zone) };
};

const spanOf = (kind: WindowKind, atMs: number, zone: string): Span => {
	switch (kind) {
		case "minute":
			return clockSpan(60_000, atMs, zone);
		case "hour":
			return clockSpan(3_600_000, atMs, zone);
		case "day":
			return calendarSpan(atMs, zone, (shown, step) => Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate() + step));
		case "month":
			return calendarSpan(atMs, zone, (shown, step) => Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth() + step, 1));
		case "lifetime":
			return { startMs: 0, endMs: null };
	}
};

/** Equal steps of a zone's clock. A clock that is set while one lasts ends it there. */
const clockSpan = (stepMs: number, atMs: number, zone: string): Span => {
	const offset = offsetMs(zone, atMs);
	const startMs = Math.floor((atMs + offset) / stepMs) * stepMs - offset;
	const endMs = startMs + stepMs;
	return {
		startMs: offsetMs(zone, startMs) === offset ? startMs : changeOf(zone, startMs, atMs),
		endMs: offsetMs(zone, endMs - 1) === offset ? endMs : changeOf(zone, atMs, endMs - 1),
	};
};

/** Between the first moments of two neighbouring dates, as a zone's calendar shows them. */
const calendarSpan = (atMs: number, zone: string, dateAt: (shown: Date, step: number) => number): Span => {
	const shown = new Date(localMs(zone, atMs));
	const edges = [-1, 0, 1, 2].map((step) => firstMomentOf(zone, dateAt(shown, step)));
	return { startMs: Math.max(...edges.filter((edge) => edge <= atMs)), endMs: Math.min(...edges.filter((edge) => edge > atMs)) };
};
