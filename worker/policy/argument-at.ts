/** What a path leads to. `opaque`: into a Map, a Set, bytes or a Date, where a far side may see a property and this does not look. */
export type ArgumentAt = { kind: "found"; value: unknown } | { kind: "missing" } | { kind: "opaque" };

const INDEX = /^(?:0|[1-9][0-9]{0,8})$/;

/**
 * Follows a path of a condition (contract/conditions) into a call's decoded arguments: indexes of lists, own properties of objects, nothing inherited. What is
 * `undefined` is missing.
 */
export const argumentAt = (args: readonly unknown[], parts: readonly string[]): ArgumentAt => {
	let value: unknown = args;
	for (const part of parts) {
		if (typeof value !== "object" || value === null) return { kind: "missing" };
		const isList = Array.isArray(value);
		if (!isList && !isPlain(value)) return { kind: "opaque" };
		value = isList && !INDEX.test(part) ? undefined : Object.getOwnPropertyDescriptor(value, part)?.value;
	}
	return value === undefined ? { kind: "missing" } : { kind: "found", value };
};

const isPlain = (value: object): boolean => {
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null;
};
