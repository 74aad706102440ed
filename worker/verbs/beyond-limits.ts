import { Limits } from "../../contract/budgets.ts";
import { beyondNumber } from "./beyond-number.ts";
import { isSameJson } from "./is-same-json.ts";

/** Numbers in every grant's limits, each named here, so that a new one is compared for equality until somebody says how else. Left out: no limit. */
const COUNTS: ReadonlySet<string> = new Set(["calls", "callsPerMinute", "tokens"]);
const WINDOWS: ReadonlySet<string> = new Set(["minute", "hour", "day", "month", "lifetime"]);

/**
 * How the limits of a grant let more happen than another grant's, in words; null: they do not.
 * @param defaults names of the verb's own limits -> what each is when it is left out. A name that is nowhere must have equal values.
 */
export const beyondLimits = (
	parent: object | undefined,
	child: object | undefined,
	defaults: Readonly<Record<string, number>>,
): string | null => {
	const [theirs, own] = [valuesOf(parent), valuesOf(child)];
	for (const name of new Set([...theirs.keys(), ...own.keys()])) {
		const beyond = beyondLimit(`limits.${name}`, name, [theirs.get(name), own.get(name)], valuesOf(defaults).get(name));
		if (beyond !== null) return beyond;
	}
	return null;
};

const valuesOf = (limits: object | undefined): ReadonlyMap<string, unknown> => new Map<string, unknown>(Object.entries(limits ?? {}));

const beyondLimit = (path: string, name: string, [parent, child]: readonly [unknown, unknown], leftOut: unknown): string | null => {
	if (WINDOWS.has(name)) return beyondWindow(path, parent, child);
	const none = COUNTS.has(name) ? Number.POSITIVE_INFINITY : leftOut;
	const [most, found] = [parent ?? none, child ?? none];
	if (typeof none === "number" && typeof most === "number" && typeof found === "number") return beyondNumber(path, most, found);
	return isSameJson(parent, child) ? null : `${path}: found another value, wanted the parent's`;
};

/** Each dimension for itself. @throws ZodError for what no schema let through: a bug. */
const beyondWindow = (path: string, parent: unknown, child: unknown): string | null => {
	const [theirs, own] = [valuesOf(Limits.parse(parent ?? {})), valuesOf(Limits.parse(child ?? {}))];
	for (const [dimension, most] of theirs) {
		const beyond = beyondLimit(`${path}.${dimension}`, dimension, [most, own.get(dimension)], Number.POSITIVE_INFINITY);
		if (beyond !== null) return beyond;
	}
	return null;
};
