import { readBoundedJson } from "../../contract/bounded-json.ts";
import { Refusal } from "../../contract/errors.ts";
import { hexDigest } from "../../contract/hex-digest.ts";
import { LIMITS } from "../../contract/limits.ts";
import { collectBytes, refuseCompressed, tooLarge } from "./collect-bytes.ts";
import { countFields, findRepeatedField } from "./repeated-field.ts";
import { shownText } from "./shown-text.ts";

/** A request's body: its JSON value, how many bytes that was, and SHA-256 of them in hex. */
export interface ReadBody {
	readonly value: unknown;
	readonly bytes: number;
	readonly digest: string;
}

const JSON_TYPE = /^application\/json *(; *charset="?utf-8"? *)?$/i;

/**
 * Reads a JSON body. What its headers say is checked first; then the bytes are counted while they come, so that never more than LIMITS.bodyBytes and
 * one chunk are held, whatever the headers said.
 * @throws Refusal `unsupported_media_type`, `payload_too_large`, `invalid_request`
 */
export const readBody = async (label: string, request: Request): Promise<ReadBody> => {
	checkMediaType(label, request.headers);
	if (Number(request.headers.get("content-length") ?? 0) > LIMITS.bodyBytes) throw tooLarge(label, LIMITS.bodyBytes);
	const bytes = await collectBytes(label, request.body, LIMITS.bodyBytes);
	const text = decode(label, bytes);
	const read = readBoundedJson(text);
	if (read.kind === "refused") throw notJson(label, bytes.length === 0 ? "it is empty" : read.why);
	const fields = refuseWhatSchemasMiss(label, read.value);
	if (fields !== countFields(text)) throw repeated(label, findRepeatedField(text));
	return { value: read.value, bytes: bytes.byteLength, digest: await hexDigest(bytes) };
};

const checkMediaType = (label: string, headers: Headers): void => {
	refuseCompressed(label, headers);
	const type = headers.get("content-type");
	if (type !== null && JSON_TYPE.test(type)) return;
	const found = type === null ? "no Content-Type" : `Content-Type "${shownText(type)}"`;
	throw new Refusal("unsupported_media_type", `${label}: found ${found}, wanted application/json (UTF-8)`);
};

/** A byte order mark stays, and is then no JSON (RFC 8259 §8.1). */
const decode = (label: string, bytes: Uint8Array): string => {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw notJson(label, "the bytes are not UTF-8");
	}
};

/**
 * Schemas of free JSON drop a key `__proto__`, and do not look at numbers; a number past the doubles is read as Infinity, which JSON cannot write.
 * Both are refused here instead, so that nothing a client sent is lost in silence.
 * @returns how many fields all objects of the value have together
 */
const refuseWhatSchemasMiss = (label: string, root: unknown): number => {
	let fields = 0;
	const waiting: unknown[] = [root];
	while (waiting.length > 0) {
		const value = waiting.pop();
		if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
			const message = `${label}: the body cannot be read: a number is too large for JSON numbers; wanted at most ${Number.MAX_VALUE}`;
			throw new Refusal("invalid_request", message);
		}
		if (typeof value !== "object" || value === null) continue;
		if (Object.hasOwn(value, "__proto__")) {
			const issue = { path: "__proto__", found: "a field of this name", wanted: "another name" };
			const message = `${label}: __proto__: found a field of this name in the body, wanted another name`;
			throw new Refusal("invalid_request", message, { details: { issues: [issue] } });
		}
		const children = Object.values(value);
		if (!Array.isArray(value)) fields += children.length;
		for (const child of children) waiting.push(child);
	}
	return fields;
};

/** Readers of JSON disagree on which of two counts (RFC 8259 §4): whoever looked at the body before may have read another request. */
const repeated = (label: string, name: string | null): Refusal => {
	const path = shownText(name ?? "");
	const issue = { path, found: "a field twice in one object", wanted: "it once" };
	return new Refusal("invalid_request", `${label}: ${path}: found this field twice in one object of the body, wanted it once`, {
		details: { issues: [issue] },
	});
};

const notJson = (label: string, why: string): Refusal =>
	new Refusal("invalid_request", `${label}: the body cannot be read: ${why}; wanted JSON in UTF-8`);
