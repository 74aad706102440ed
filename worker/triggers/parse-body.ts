import { bytesToBase64 } from "../../contract/base64.ts";
import { readBoundedJson } from "../../contract/bounded-json.ts";
import { LIMITS } from "../../contract/limits.ts";

/** A body as plain data; `why` says what a body that says it is JSON, or a form, has in it that no such body has. */
export type ParsedBody = { readonly kind: "parsed"; readonly body: unknown } | { readonly kind: "refused"; readonly why: string };

/**
 * Reads a body that its sender has signed. JSON is its value; a form its fields, or the JSON in its field `payload` (Slack's interactions, GitHub's forms); an
 * empty body null; other text `{ text }`, other bytes `{ base64 }`. Without a media type what can be read as JSON is.
 */
export const parseBody = (contentType: string | null, bytes: Uint8Array): ParsedBody => {
	const type = contentType?.split(";", 1).at(0)?.trim().toLowerCase() ?? "";
	if (bytes.byteLength === 0) return parsed(null);
	const text = decode(bytes);
	if (isJson(type)) return text === null ? refused("bytes that are not UTF-8") : parseJson(text);
	if (type === "application/x-www-form-urlencoded") return text === null ? refused("bytes that are not UTF-8") : parseForm(text);
	if (text === null) return parsed({ base64: bytesToBase64(bytes) });
	const guess = type === "" ? parseJson(text) : null;
	return guess?.kind === "parsed" ? guess : parsed({ text });
};

const isJson = (type: string): boolean => type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"));

const decode = (bytes: Uint8Array): string | null => {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
	} catch {
		return null;
	}
};

const parseJson = (text: string): ParsedBody => {
	const read = readBoundedJson(text);
	return read.kind === "refused" ? refused(read.why) : parsed(read.value);
};

/** A field that is there more than once is a list. */
const parseForm = (text: string): ParsedBody => {
	const fields = new Map<string, string[]>();
	let count = 0;
	for (const [name, value] of new URLSearchParams(text)) {
		count += 1;
		if (count > LIMITS.hookFormFields) return refused(`a form of more than ${LIMITS.hookFormFields} fields`);
		const known = fields.get(name);
		if (known === undefined) fields.set(name, [value]);
		else known.push(value);
	}
	const [payload, another] = fields.get("payload") ?? [];
	if (payload !== undefined && another === undefined) return parseJson(payload);
	return parsed(Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values])));
};

const parsed = (body: unknown): ParsedBody => ({ kind: "parsed", body });
const refused = (why: string): ParsedBody => ({ kind: "refused", why });
