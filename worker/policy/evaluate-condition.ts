import { type ArgumentCondition, type Condition, pathParts } from "../../contract/conditions.ts";
import { type ArgumentAt, argumentAt } from "./argument-at.ts";
import { hostOfText } from "./host-of-text.ts";

/** Kleene's three values. */
export type Truth = boolean | "unknown";

/**
 * Whether a condition holds of a call. Unknown where an argument is missing or of another kind than the operator speaks of; whoever asks decides what that
 * means, and takes it for the stricter of the two. Linear in the condition and in what it looks at.
 * @param args decoded arguments: plain data, bytes as Uint8Array, Map, Set, Date, bigint (contract/tagged-json).
 */
export const evaluateCondition = (condition: Condition, method: string, args: readonly unknown[]): Truth => {
	if ("method" in condition) return typeof condition.method === "string" ? condition.method === method : condition.method.includes(method);
	if ("argument" in condition) {
		const parts = pathParts(condition.argument);
		return parts === null ? "unknown" : ofArgument(condition, argumentAt(args, parts));
	}
	if ("not" in condition) return negate(evaluateCondition(condition.not, method, args));
	if ("any" in condition) return anyOf(condition.any, (part) => evaluateCondition(part, method, args));
	return negate(anyOf(condition.all, (part) => negate(evaluateCondition(part, method, args))));
};

const anyOf = <Item>(items: readonly Item[], holds: (item: Item) => Truth): Truth => {
	let told: Truth = false;
	for (const item of items) {
		const truth = holds(item);
		if (truth === true) return true;
		if (truth === "unknown") told = "unknown";
	}
	return told;
};

const negate = (truth: Truth): Truth => (truth === "unknown" ? "unknown" : !truth);

const ofArgument = (condition: ArgumentCondition, at: ArgumentAt): Truth => {
	if (condition.exists !== undefined) return at.kind === "opaque" ? "unknown" : (at.kind === "found") === condition.exists;
	return at.kind === "found" ? ofValue(condition, at.value) : "unknown";
};

const ofValue = (condition: ArgumentCondition, value: unknown): Truth => {
	const { is, in: within, notIn, over, under, startsWith, notStartsWith, hostIn, hostNotIn, longerThan } = condition;
	if (is !== undefined) return equals(value, is);
	if (within !== undefined) return anyOf(within, (wanted) => equals(value, wanted));
	if (notIn !== undefined) return negate(anyOf(notIn, (wanted) => equals(value, wanted)));
	if (over !== undefined) return isNumeric(value) ? value > over : "unknown";
	if (under !== undefined) return isNumeric(value) ? value < under : "unknown";
	if (startsWith !== undefined) return begins(value, startsWith);
	if (notStartsWith !== undefined) return negate(begins(value, notStartsWith));
	if (hostIn !== undefined) return hasHost(value, hostIn);
	if (hostNotIn !== undefined) return negate(hasHost(value, hostNotIn));
	return longerThan === undefined ? "unknown" : isLonger(value, longerThan);
};

const isNumeric = (value: unknown): value is number | bigint =>
	typeof value === "bigint" || (typeof value === "number" && !Number.isNaN(value));

/** Of two kinds it is unknown whether they are the same: a far side may take `"7"` for 7. Only null is like nothing else. */
const equals = (value: unknown, wanted: string | number | boolean | null): Truth => {
	if (wanted === null) return value === null;
	if (typeof wanted === "number") return isNumeric(value) ? !(value < wanted) && !(value > wanted) : "unknown";
	return typeof value === typeof wanted ? value === wanted : "unknown";
};

const begins = (value: unknown, start: string): Truth => (typeof value === "string" ? value.startsWith(start) : "unknown");

const hasHost = (value: unknown, patterns: readonly string[]): Truth => {
	const host = typeof value === "string" ? hostOfText(value) : null;
	if (host === null) return "unknown";
	return patterns.some((pattern) => (pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern));
};

const isLonger = (value: unknown, most: number): Truth => {
	if (typeof value === "string" || Array.isArray(value) || value instanceof Uint8Array) return value.length > most;
	return value instanceof Map || value instanceof Set ? value.size > most : "unknown";
};
