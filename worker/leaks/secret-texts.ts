import { z } from "zod";
import { readBoundedJson } from "../../contract/bounded-json.ts";
import { LIMITS } from "../../contract/limits.ts";
import { bytesToText, textToBytes } from "../verbs/byte-text.ts";

const DECODER = new TextDecoder();
const Members = z.record(z.string(), z.unknown());
/** Members of a JSON Web Key that are no public ones (RFC 7518 §6). */
const KEY_MEMBERS = new Set(["d", "p", "q", "dp", "dq", "qi", "k"]);
/** Members of other JSON that hold secrets: keys of service accounts, answers of token endpoints. */
const SECRET_MEMBER = /(?:private|secret|token|password|passwd|key)$|^private/i;
const PREFIXED = /^(?:base64:|hex:|whsec_)(.+)$/s;

/**
 * The texts by which a secret would be known: its own, and what of it is secret where it is made of parts. A public part of a key is none, since it may go
 * anywhere. What is shorter than LIMITS.soughtSecretBytes is left out.
 */
export const secretTexts = (bytes: Uint8Array): string[] => {
	const text = DECODER.decode(bytes).trim();
	const texts = membersOf(text) ?? [text, ...spelledBy(text)];
	return [...new Set(texts)].filter((one) => bytesIn(one) >= LIMITS.soughtSecretBytes);
};

const bytesIn = (text: string): number => new TextEncoder().encode(text).length;

/** Of JSON the secret members' texts; null: it is none, or has none. */
const membersOf = (text: string): string[] | null => {
	if (!text.startsWith("{")) return null;
	const read = readBoundedJson(text, { depth: 8, nodes: 1_000 });
	const members = Members.safeParse(read.kind === "value" ? read.value : null);
	if (!members.success) return null;
	const isKey = typeof members.data["kty"] === "string";
	const found = Object.entries(members.data).flatMap(([name, value]) =>
		typeof value === "string" && (isKey ? KEY_MEMBERS.has(name) : SECRET_MEMBER.test(name)) ? [value] : [],
	);
	return found.length === 0 ? null : found;
};

/** A key that is written as text of bytes: that text without what says so, and the bytes in the other spelling. */
const spelledBy = (text: string): string[] => {
	const spelled = PREFIXED.exec(text)?.[1];
	if (spelled === undefined) return [];
	const [encoding, other] = text.startsWith("hex:") ? (["hex", "base64"] as const) : (["base64", "hex"] as const);
	const bytes = textToBytes(spelled, encoding);
	return [spelled, ...(bytes === null ? [] : [bytesToText(bytes, other)])];
};
