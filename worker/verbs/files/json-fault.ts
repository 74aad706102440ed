import { LIMITS } from "../../../contract/limits.ts";
import { describeValue } from "../describe-value.ts";

/**
 * Where a decoded value is not JSON, as `.items[3]: found a Map, wanted JSON`, or null. JSON.stringify would drop or change such a value without a
 * word. A valid Date and a URL are written as strings, as JSON does.
 */
export const jsonFault = (value: unknown, path = "", depth = 0): string | null => {
	if (value === null || typeof value === "string" || typeof value === "boolean") return null;
	if (typeof value === "number") return Number.isFinite(value) ? null : fault(path, String(value));
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? fault(path, "an invalid Date") : null;
	if (value instanceof URL) return null;
	if (depth >= LIMITS.valueDepth) return fault(path, `nesting deeper than ${LIMITS.valueDepth}`);
	if (Array.isArray(value)) {
		for (const [index, item] of value.entries()) {
			const inside = jsonFault(item, `${path}[${index}]`, depth + 1);
			if (inside !== null) return inside;
		}
		return null;
	}
	if (typeof value !== "object" || !isPlain(value)) return fault(path, describeValue(value));
	for (const [key, item] of Object.entries(value)) {
		const inside = item === undefined ? null : jsonFault(item, `${path}.${key}`, depth + 1);
		if (inside !== null) return inside;
	}
	return null;
};

const fault = (path: string, found: string): string => `${path.slice(0, 120)}: found ${found}, wanted JSON`;

const isPlain = (value: object): boolean => {
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || prototype === Object.prototype;
};
