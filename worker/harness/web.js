/** The platform's objects: URL, Headers, Request, Response, AbortSignal, forms and blobs. */
import { apply, BytesConstructor, byteLength, create, isView, setOwn, TypeErrorConstructor } from "./primordials.js";

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
	AbortController,
	abort: AbortController.prototype.abort,
	controllerSignal: getterOf(AbortController.prototype, "signal"),
	DOMException,
	Blob,
	blobType: getterOf(Blob.prototype, "type"),
	fileName: getterOf(File.prototype, "name"),
	formForEach: FormData.prototype.forEach,
	decoder: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
	decodeText: TextDecoder.prototype.decode,
});
/** @type {ReturnType<typeof capture> | undefined} */
let captured;
/** Not exported: a program that imports this file reaches no constructor of the runtime's own. */
const web = () => {
	captured ??= capture();
	return captured;
};
/** Captures the platform's objects: before the program is loaded, and before any of them is replaced. */
export const captureWeb = () => void web();

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
	const body = typeof fields.body === "string" || isView(fields.body) ? fields.body : null;
	const response = new (web().Response)(bodiless ? null : body, init);
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

/**
 * The runtime's own Request. Throws for what it refuses, and for a body whose boundary it would draw by chance.
 * @param {unknown} input @param {Record<string, unknown>} options without a prototype; each property is read once
 * @returns {Request}
 */
export const makeRequest = (input, options) => {
	const { method, headers, body, redirect, signal } = options;
	if (formEntries(body) !== null) throw new TypeErrorConstructor("Making a request: the body is a form, wanted it encoded.");
	return new (web().Request)(/** @type {any} */ (input), /** @type {any} */ ({ __proto__: null, method, headers, body, redirect, signal }));
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

/** @returns {{ signal: AbortSignal, abort: (reason: unknown) => void }} */
export const makeAbortController = () => {
	const controller = new (web().AbortController)();
	return { signal: read(web().controllerSignal, controller), abort: (reason) => void apply(web().abort, controller, [reason]) };
};

/** @param {string} message @param {string} name @returns {Error} */
export const makeDomException = (message, name) => new (web().DOMException)(message, name);

/**
 * The entries of a form, or null for anything else.
 * @param {unknown} value
 * @returns {{ length: number, [index: number]: { name: string, value: unknown } } | null}
 */
export const formEntries = (value) => {
	/** @type {any} */
	const list = create(null);
	list.length = 0;
	try {
		apply(web().formForEach, /** @type {any} */ (value), [
			(/** @type {unknown} */ entry, /** @type {string} */ name) => {
				list[list.length] = { name, value: entry };
				list.length += 1;
			},
		]);
		return list;
	} catch {
		return null;
	}
};

/** The name and the type of a file in a form. @param {unknown} file @returns {{ name: string, type: string }} */
export const describeFile = (file) => ({ name: read(web().fileName, file), type: read(web().blobType, file) });

/** @param {unknown[]} parts @param {string} type @returns {Blob} */
export const makeBlob = (parts, type) => new (web().Blob)(/** @type {any} */ (parts), /** @type {any} */ ({ __proto__: null, type }));
