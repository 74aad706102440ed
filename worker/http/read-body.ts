import { readBoundedJson } from "../../contract/bounded-json.ts";
import { Refusal } from "../../contract/errors.ts";
import { hexDigest } from "../../contract/hex-digest.ts";
import { LIMITS } from "../../contract/limits.ts";
import { brokenBody } from "./broken-body.ts";
import { countFields, findRepeatedField } from "./repeated-field.ts";
import { shownText } from "./shown-text.ts";

/** A request's body: its JSON value, and SHA-256 of its raw bytes in hex. */
export interface ReadBody {
	readonly value: unknown;
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
	if (Number(request.headers.get("content-length") ?? 0) > LIMITS.bodyBytes) throw tooLarge(label);
	const bytes = await collect(label, request.body);
	const text = decode(label, bytes);
	const read = readBoundedJson(text);
	if (read.kind === "refused") throw notJson(label, bytes.length === 0 ? "it is empty" : read.why);
	const fields = refuseWhatSchemasMiss(label, read.value);
	if (fields !== countFields(text)) throw repeated(label, findRepeatedField(text));
	return { value: read.value, digest: await hexDigest(bytes) };
};

const checkMediaType = (label: string, headers: Headers): void => {
	const encoding = headers.get("content-encoding");
	if (encoding !== null && encoding.toLowerCase() !== "identity")
		throw new Refusal(
			"unsupported_media_type",
			`${label}: found Content-Encoding "${shownText(encoding)}", wanted a body that is not compressed`,
		);
	const type = headers.get("content-type");
	if (type !== null && JSON_TYPE.test(type)) return;
	const found = type === null ? "no Content-Type" : `Content-Type "${shownText(type)}"`;
	throw new Refusal("unsupported_media_type", `${label}: found ${found}, wanted application/json (UTF-8)`);
};

const collect = async (label: string, stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer>> => {
	const chunks: Uint8Array[] = [];
	let length = 0;
	const reader = stream?.getReader();
	const deadlineMs = Date.now() + LIMITS.bodyArrivalMs;
	while (reader) {
		const { done, value } = await readBefore(label, reader, deadlineMs);
		if (done) break;
		length += value.length;
		if (length > LIMITS.bodyBytes) {
			// Nobody waits for the sender to notice.
			reader.cancel().catch(() => {});
			throw tooLarge(label);
		}
		chunks.push(value);
	}
	const bytes = new Uint8Array(length);
	let offset = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, offset);
		offset += chunk.length;
	}
	return bytes;
};

/** The next chunk, if it comes in time. @throws Refusal `invalid_request` when it does not, or what comes is no body */
const readBefore = async (
	label: string,
	reader: ReadableStreamDefaultReader<Uint8Array>,
	deadlineMs: number,
): Promise<ReadableStreamReadResult<Uint8Array>> => {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), Math.max(0, deadlineMs - Date.now()));
	});
	try {
		// Reading fails when the connection ends before the body, or its chunks are none: the client's doing either way.
		const read = await Promise.race([reader.read().catch(() => "broken" as const), late]);
		if (read === "broken") throw brokenBody(label);
		if (read !== null) return read;
		reader.cancel().catch(() => {});
		throw new Refusal(
			"invalid_request",
			`${label}: found a body that had not arrived after ${LIMITS.bodyArrivalMs} ms, wanted all of it by then`,
		);
	} finally {
		clearTimeout(timer);
	}
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

const tooLarge = (label: string): Refusal =>
	new Refusal("payload_too_large", `${label}: found a body of more than ${LIMITS.bodyBytes} bytes, wanted at most that`);

const notJson = (label: string, why: string): Refusal =>
	new Refusal("invalid_request", `${label}: the body cannot be read: ${why}; wanted JSON in UTF-8`);
