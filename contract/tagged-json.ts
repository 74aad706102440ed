import { type BoundedJson, readBoundedJson } from "./bounded-json.ts";
import { checkJson, decodeJson, MalformedValue } from "./decode-json.ts";
import { encodeText, RefusedValue } from "./encode-text.ts";
import { LIMITS } from "./limits.ts";
import { visibleJson } from "./visible-json.ts";

/** Values across the wall, on the host (docs/design/values.md). The harness has its own codec; a property test holds the two equal. */

/** Bounds of one value: `bytes` of the encoded text as UTF-8, `depth` of containers within each other, `nodes` of values (keys of a Map are values too). */
export interface ValueBounds {
	readonly bytes?: number;
	readonly depth?: number;
	readonly nodes?: number;
}
export type Encoding =
	| { kind: "encoded"; text: string }
	| { kind: "refused"; code: "not_serializable" | "too_large"; path: string; message: string };
export type Decoding = { kind: "decoded"; value: unknown } | { kind: "refused"; why: string };

/**
 * The JSON nesting and node count that values within the given bounds can need: a tag adds two levels, an entry one, and at most four more nodes.
 * For whoever bounds JSON text that holds an encoded value.
 */
export const encodedJsonBounds = (
	depth: number = LIMITS.valueDepth,
	nodes: number = LIMITS.valueNodes,
): { depth: number; nodes: number } => ({
	depth: depth * 3 + 2,
	nodes: nodes * 5 + 16,
});

/**
 * Encodes a host value for an isolate. A result of `undefined` is null; a property that is `undefined` is left out.
 * @param bounds `response` reads a value of the shape `{ $response: { status, url, headers, body } }` as the tag of that name. Only for outcomes of
 * `http.fetch`: anywhere else an object that looks so is data.
 */
export const encodeValue = (value: unknown, bounds: ValueBounds & { readonly response?: boolean } = {}): Encoding => {
	const maxBytes = bounds.bytes ?? LIMITS.callAnswerBytes;
	try {
		const text = encodeText(value, {
			depth: bounds.depth ?? LIMITS.valueDepth,
			nodes: bounds.nodes ?? LIMITS.valueNodes,
			bytes: maxBytes,
			sorted: false,
			response: bounds.response ?? false,
		});
		const bytes = new TextEncoder().encode(text).byteLength;
		if (bytes <= maxBytes) return { kind: "encoded", text };
		return { kind: "refused", code: "too_large", path: "value", message: `it is ${bytes} bytes as JSON; at most ${maxBytes} fit` };
	} catch (error) {
		if (!(error instanceof RefusedValue)) throw error;
		return { kind: "refused", code: error.code, path: error.path, message: error.message };
	}
};

/**
 * Decodes text that an isolate made. What comes out holds plain data only: bytes of any kind are a `Uint8Array`, a URL its text, Headers their pairs;
 * no prototype is ever set, an own `__proto__` stays an own property.
 */
export const decodeValue = (text: string, bounds: ValueBounds = {}): Decoding => {
	const depth = bounds.depth ?? LIMITS.valueDepth;
	const nodes = bounds.nodes ?? LIMITS.valueNodes;
	const maxBytes = bounds.bytes ?? LIMITS.callAnswerBytes;
	if (text.length > maxBytes) return { kind: "refused", why: `the text is longer than ${maxBytes} bytes` };
	const read: BoundedJson = readBoundedJson(text, encodedJsonBounds(depth, nodes));
	if (read.kind === "refused") return read;
	try {
		return { kind: "decoded", value: decodeJson(read.value, { depth, nodes, web: true }) };
	} catch (error) {
		if (!(error instanceof MalformedValue)) throw error;
		return { kind: "refused", why: error.message };
	}
};

/** Whether JSON that is already parsed is a well-formed encoded result, within the bounds of results; null when it is, else what is wrong and where. */
export const checkEncoded = (json: unknown): string | null => {
	try {
		checkJson(json, { depth: LIMITS.valueDepth, nodes: LIMITS.valueNodes, web: false });
		return null;
	} catch (error) {
		if (!(error instanceof MalformedValue)) throw error;
		return error.message;
	}
};

/**
 * One text for each value, for digests: the encoding with the keys of objects sorted by UTF-16 code unit, and what is unseen or
 * reorders other text escaped (`visible-json`), since people are shown this text; Maps and Sets keep their order, which is part of what they are. Decodes to
 * the same value.
 * @throws TypeError for a value that cannot be encoded: a bug, since only decoded values are digested.
 */
export const canonicalText = (value: unknown): string => {
	try {
		const text = encodeText(value, {
			depth: LIMITS.valueDepth,
			nodes: LIMITS.valueNodes,
			bytes: Number.POSITIVE_INFINITY,
			sorted: true,
			response: false,
		});
		return visibleJson(text);
	} catch (error) {
		if (!(error instanceof RefusedValue)) throw error;
		throw new TypeError(`Making a canonical text: ${error.path}: ${error.message}; wanted a decoded value.`);
	}
};
