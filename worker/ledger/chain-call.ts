import { hash } from "node:crypto";
import type { Call } from "../../contract/runs.ts";

/** JSON with the keys of every object sorted, so that the same data is the same text. Takes JSON data only. */
export const canonicalJson = (value: unknown): string => {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
	if (typeof value === "object" && value !== null) {
		const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
		return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
	}
	return JSON.stringify(value);
};

/** SHA-256 of text, hex. In one go: the streaming object costs more than the hashing, and every call is hashed twice. */
export const sha256Hex = (text: string | Uint8Array): string => hash("sha256", text, "hex");

/** What an entry's hash is made over: the hash before it, and the entry without its own hash. */
const hashOf = (record: Call): string => {
	const { hash: _own, ...rest } = record;
	return sha256Hex(`${record.previousHash ?? ""}\n${canonicalJson(rest)}`);
};

/** Puts a call that has ended at the end of its agent's chain. */
export const chainCall = (
	chain: { entry: number; hash: string },
	record: Call,
): { record: Call; chain: { entry: number; hash: string } } => {
	const placed = { ...record, entry: chain.entry + 1, previousHash: chain.hash };
	const own = hashOf(placed);
	return { record: { ...placed, hash: own }, chain: { entry: placed.entry, hash: own } };
};

/** Whether an entry carries the hash of its own content and follows the hash given. */
export const verifyEntry = (record: Call, previousHash: string): boolean =>
	record.previousHash === previousHash && record.hash === hashOf(record);
