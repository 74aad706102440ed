import { pathParts } from "./conditions.ts";
import { LIMITS } from "./limits.ts";

/**
 * How a payload becomes an input: any JSON, in which every object of exactly `{ "$from": path, "default"?: … }` is replaced by what the path leads to. Paths
 * are those of conditions: `0.issue.number` in the body, `1.x-github-event` in the headers.
 */

/** An object that is replaced. */
export interface From {
	readonly parts: readonly string[];
	/** What stands where the path leads nowhere. */
	readonly fallback: unknown;
}

export interface MappingFault {
	readonly path: readonly (string | number)[];
	readonly wanted: string;
}

const FROM_WANTED =
	'wanted { "$from": path, "default"?: … } and nothing else in it; a path begins with 0 (the body) or 1 (the headers): 0.issue.number, or ["1", "x.y"]';

/** The reference that an object is; null: it is none, but data. Of what `mappingFault` found no fault in. */
export const readFrom = (value: Readonly<Record<string, unknown>>): From | null => {
	if (!Object.hasOwn(value, "$from")) return null;
	const parts = partsOf(value["$from"]);
	return parts === null ? null : { parts, fallback: Object.hasOwn(value, "default") ? value["default"] : null };
};

/** What is wrong with a mapping; null: nothing. */
export const mappingFault = (mapping: unknown): MappingFault | null => {
	const deep = faultAt(mapping, [], 0);
	if (deep !== null) return deep;
	const chars = JSON.stringify(mapping).length;
	return chars > LIMITS.hookMappingChars ? { path: [], wanted: `wanted at most ${LIMITS.hookMappingChars} characters of JSON` } : null;
};

const faultAt = (value: unknown, path: readonly (string | number)[], depth: number): MappingFault | null => {
	if (typeof value !== "object" || value === null) return null;
	if (depth >= LIMITS.hookMappingDepth) return { path, wanted: `wanted at most ${LIMITS.hookMappingDepth} levels` };
	if (Array.isArray(value)) return firstFault(value.entries(), path, depth);
	if (Object.hasOwn(value, "$from")) return isFrom(value) ? null : { path, wanted: FROM_WANTED };
	return firstFault(Object.entries(value), path, depth);
};

const firstFault = (
	entries: Iterable<readonly [string | number, unknown]>,
	path: readonly (string | number)[],
	depth: number,
): MappingFault | null => {
	for (const [key, part] of entries) {
		const fault = faultAt(part, [...path, key], depth + 1);
		if (fault !== null) return fault;
	}
	return null;
};

const isFrom = (value: object): boolean => {
	const from: unknown = Object.getOwnPropertyDescriptor(value, "$from")?.value;
	return partsOf(from) !== null && Object.keys(value).every((key) => key === "$from" || key === "default");
};

const partsOf = (from: unknown): readonly string[] | null => {
	const isPath = typeof from === "string" || (Array.isArray(from) && from.every((part) => typeof part === "string"));
	if (!isPath) return null;
	const parts = pathParts(from);
	return parts?.[0] === "0" || parts?.[0] === "1" ? parts : null;
};
