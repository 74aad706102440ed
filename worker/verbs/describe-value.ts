const SHOWN_CHARS = 40;

/** A value in a few words for a message: `7`, `"text"` (cut at 40 characters), `an array`, `nothing` for undefined. Never looks inside objects. */
export const describeValue = (value: unknown): string => {
	if (value === undefined) return "nothing";
	if (value === null) return "null";
	if (typeof value === "string") return JSON.stringify(value.length > SHOWN_CHARS ? `${value.slice(0, SHOWN_CHARS)}…` : value);
	if (typeof value === "bigint") return "a BigInt";
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	if (Array.isArray(value)) return "an array";
	if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return "bytes";
	if (value instanceof Date) return "a Date";
	if (value instanceof Map) return "a Map";
	if (value instanceof Set) return "a Set";
	if (value instanceof URL) return "a URL";
	if (value instanceof Headers) return "Headers";
	return typeof value === "object" ? "an object" : `a ${typeof value}`;
};
