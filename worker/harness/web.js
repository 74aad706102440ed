/** The platform's objects: URL, Headers, Request, Response, AbortSignal. */
import { apply, BytesConstructor, byteLength, create, setOwn } from "./primordials.js";

const getterOf = (/** @type {object} */ prototype, /** @type {string} */ key) => Object.getOwnPropertyDescriptor(prototype, key)?.get;

const capture = () => ({
	URL,
	Headers,
	Request,
	Response,
	hrefOf: getterOf(URL.prototype, "href"),
	headersForEach: Headers.prototype.forEach,
	headersAppend: Headers.prototype.append,
	requestUrl: getterOf(Request.prototype, "url"),
	requestMethod: getterOf(Request.prototype, "method"),
	requestHeaders: getterOf(Request.prototype, "headers"),
	requestRedirect: getterOf(Request.prototype, "redirect"),
	requestSignal: getterOf(Request.prototype, "signal"),
	requestBody: getterOf(Request.prototype, "body"),
	requestBuffer: Request.prototype.arrayBuffer,
	signalAborted: getterOf(AbortSignal.prototype, "aborted"),
	signalReason: getterOf(AbortSignal.prototype, "reason"),
	listen: EventTarget.prototype.addEventListener,
	decoder: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
	decodeText: TextDecoder.prototype.decode,
});
/** @type {ReturnType<typeof capture> | undefined} */
let captured;
/**
 * The platform's objects, captured at the first use: touching them costs most of a millisecond, and few programs need them. A run with an http grant
 * captures them before its program is loaded; their prototypes cannot be changed (`immutable_api_prototypes`).
 */
export const web = () => {
	captured ??= capture();
	return captured;
};

/** @param {(() => any) | undefined} getter @param {unknown} self @returns {any} */
const read = (getter, self) => (getter === undefined ? undefined : apply(getter, self, []));

/** The text of a URL object, or null for anything else. @param {unknown} value @returns {string | null} */
export const urlText = (value) => {
	try {
		return read(web().hrefOf, value) ?? null;
	} catch {
		return null;
	}
};

/** A URL object. Throws for text that is none. @param {string} text */
export const makeUrl = (text) => new (web().URL)(text);

/**
 * The pairs of a Headers object in its own order, or null for anything else.
 * @param {unknown} value
 * @returns {{ length: number, [index: number]: { name: string, value: string } } | null}
 */
export const headersList = (value) => {
	/** @type {any} */
	const list = create(null);
	list.length = 0;
	try {
		apply(web().headersForEach, value, [
			(/** @type {string} */ text, /** @type {string} */ name) => {
				list[list.length] = { name, value: text };
				list.length += 1;
			},
		]);
		return list;
	} catch {
		return null;
	}
};

/** A Headers object from pairs. @param {any} pairs @returns {Headers} */
export const makeHeaders = (pairs) => {
	const headers = new (web().Headers)();
	for (let index = 0; index < pairs.length; index += 1) apply(web().headersAppend, headers, [pairs[index][0], pairs[index][1]]);
	return headers;
};

/**
 * A real Response for an answer of the host; `url` is what was fetched, which a constructor cannot set.
 * @param {{ status: number, url: string, headers: unknown, body: string | Uint8Array | null }} fields
 * @returns {Response}
 */
export const makeResponse = (fields) => {
	const init = create(null);
	init.status = fields.status;
	init.headers = makeHeaders(fields.headers);
	const bodiless = fields.status === 101 || fields.status === 204 || fields.status === 205 || fields.status === 304;
	const response = new (web().Response)(bodiless ? null : fields.body, init);
	setOwn(response, "url", fields.url);
	return response;
};

/**
 * What a Request says, its body read to the end.
 * @param {Request} request
 * @returns {Promise<{ __proto__: null, url: string, method: string, headers: unknown, bytes: Uint8Array | null }>} without a prototype, so that no patched `then` is looked up
 */
export const readRequest = async (request) => {
	const headers = headersList(read(web().requestHeaders, request));
	/** @type {[string, string][]} */
	const pairs = [];
	for (let index = 0; index < (headers?.length ?? 0); index += 1) {
		const pair = headers?.[index];
		if (pair !== undefined) setOwn(pairs, index, [pair.name, pair.value]);
	}
	const hasBody = read(web().requestBody, request) !== null;
	const bytes = hasBody ? new BytesConstructor(await apply(web().requestBuffer, request, [])) : null;
	return {
		__proto__: null,
		url: read(web().requestUrl, request),
		method: read(web().requestMethod, request),
		headers: pairs,
		bytes: bytes !== null && byteLength(bytes) === 0 ? null : bytes,
	};
};

/** Whether a Request follows redirects or hands them over. @param {Request} request @returns {"follow" | "manual"} */
export const redirectOf = (request) => (read(web().requestRedirect, request) === "manual" ? "manual" : "follow");

/** Whether this is a Request. @param {unknown} value @returns {value is Request} */
export const isRequest = (value) => {
	try {
		return typeof read(web().requestUrl, value) === "string";
	} catch {
		return false;
	}
};

/** The signal of a Request. @param {Request} request */
export const signalOf = (request) => read(web().requestSignal, request) ?? null;

/** Bytes as text, or null when they are not UTF-8. @param {Uint8Array} bytes @returns {string | null} */
export const textOf = (bytes) => {
	try {
		return apply(web().decodeText, web().decoder, [bytes]);
	} catch {
		return null;
	}
};

/** Whether the signal has aborted. Throws for what is no AbortSignal. @param {unknown} signal @returns {boolean} */
export const isAborted = (signal) => read(web().signalAborted, signal) === true;
/** What an aborted signal says. @param {unknown} signal */
export const abortReason = (signal) => read(web().signalReason, signal);
/** Calls back once when the signal aborts. @param {unknown} signal @param {() => void} listener */
export const onAbort = (signal, listener) => apply(web().listen, signal, ["abort", listener, { __proto__: null, once: true }]);
