import type { Redactor } from "../http-fetch/redact-secret.ts";

/**
 * A parsed JSON value without the secret, in names of fields too, and in numbers whose digits are it. Looked for after parsing, so that no escape hides
 * it. Recursion is bounded by the reader's depth; an own `__proto__` stays an own property.
 */
export const redactValue = (value: unknown, redactor: Pick<Redactor, "text" | "bytes">): unknown => {
	if (typeof value === "string") return redactor.text(value);
	if (typeof value === "number") {
		const text = String(value);
		const clean = redactor.text(text);
		return clean === text ? value : clean;
	}
	if (value instanceof Uint8Array) return redactor.bytes(value);
	if (Array.isArray(value)) return value.map((item: unknown) => redactValue(item, redactor));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [redactor.text(key), redactValue(item, redactor)]));
};
