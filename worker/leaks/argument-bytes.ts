const ENCODER = new TextEncoder();
const COMMA = ENCODER.encode(",");

/**
 * All that decoded arguments say, as one run of bytes: texts, names of fields, bytes as they are, numbers, each followed by a comma, in the order in which they
 * stand. Depth and size are bounded by whoever decoded them.
 */
export const argumentBytes = (args: unknown): Uint8Array => {
	const parts: Uint8Array[] = [];
	gather(args, parts);
	const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		all.set(COMMA, at + part.length);
		at += part.length + 1;
	}
	return all;
};

const gather = (value: unknown, parts: Uint8Array[]): void => {
	if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") parts.push(ENCODER.encode(String(value)));
	else if (value instanceof Uint8Array) parts.push(value);
	else if (Array.isArray(value) || value instanceof Set) for (const item of value) gather(item, parts);
	else if (value instanceof Map) for (const [key, item] of value) gatherEntry(key, item, parts);
	else if (typeof value === "object" && value !== null) for (const [key, item] of Object.entries(value)) gatherEntry(key, item, parts);
};

const gatherEntry = (key: unknown, item: unknown, parts: Uint8Array[]): void => {
	gather(key, parts);
	gather(item, parts);
};
