/** What a program hands to `fetch`, as the one plain object that crosses to the gate. */
import { encodeForm } from "./forms.js";
import { execute, indexOf, setOwn, slice, toLowerCase, toUpperCase } from "./primordials.js";
import { isRequest, makeRequest, readRequest, redirectOf, signalOf, textOf } from "./web.js";

const TEXTUAL = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|x-www-form-urlencoded|javascript|graphql))/;

/**
 * @param {unknown} input string, URL or Request
 * @param {unknown} init as fetch takes it
 * @param {string} action begins the message of a refusal
 * @param {import("./failures.js").Failures} failures
 * @param {import("./random.js").Random} random draws the boundary of a form
 * @returns {Promise<{ __proto__: null, wire: object, signal: object | null }>} `signal` is never sent
 */
export const describeRequest = async (input, init, action, failures, random) => {
	try {
		const options = copyInit(init);
		const redirect = options.redirect;
		// The platform's Request knows no "error" and no handle; the gate does.
		if (redirect === "error") options.redirect = "manual";
		const handle = handleOf(options.body);
		if (handle !== null) options.body = undefined;
		else if (options.body !== undefined) options.body = encodeForm(options.body, random);
		const request = makeRequest(input, options);
		const signal = options.signal ?? (isRequest(input) ? signalOf(input) : null);
		const read = await readRequest(request);
		const text = read.bytes !== null && (typeof options.body === "string" || isTextual(read.headers)) ? textOf(read.bytes) : null;
		/** @type {Record<string, unknown>} */
		const wire = {
			url: canonicalUrl(read.url),
			method: read.method,
			headers: read.headers,
			body: handle === null ? (text ?? read.bytes) : { handle },
			redirect: redirect === "error" ? "error" : redirectOf(request),
		};
		if (options.as !== undefined) setOwn(wire, "as", options.as);
		return { __proto__: null, wire, signal };
	} catch (error) {
		throw failures.callError(
			"invalid_arguments",
			`${action}: ${failures.describe(error).message}`,
			"Pass an absolute URL, or a Request, and an init as fetch takes it.",
		);
	}
};

/** The handle of content that stays on the host, or null for any other body. @param {unknown} body @returns {string | null} */
const handleOf = (body) => {
	if (typeof body !== "object" || body === null || !("handle" in body)) return null;
	const handle = body.handle;
	return typeof handle === "string" ? handle : null;
};

const INIT_KEYS = ["method", "headers", "body", "redirect", "signal", "as"];

/** What counts of an init, each property read once. @param {unknown} init @returns {any} */
const copyInit = (init) => {
	/** @type {any} */
	const options = { __proto__: null };
	if (typeof init !== "object" || init === null) return options;
	for (let index = 0; index < INIT_KEYS.length; index += 1) {
		const key = INIT_KEYS[index] ?? "";
		// @ts-expect-error any key of an object may be read
		const value = init[key];
		if (value !== undefined) options[key] = value;
	}
	return options;
};

/** @param {any} headers pairs */
const isTextual = (headers) => {
	for (let index = 0; index < headers.length; index += 1) {
		if (toLowerCase(headers[index][0]) !== "content-type") continue;
		const type = toLowerCase(headers[index][1]);
		return execute(TEXTUAL, type) !== null || indexOf(type, "charset=utf-8") !== -1;
	}
	return false;
};

const ESCAPE = /^%[0-9A-F]{2}$/;
/** Unreserved characters (RFC 3986 §2.3) by their escape; without a prototype. @type {Record<string, string>} */
const UNRESERVED = Object.create(null);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
	UNRESERVED[`%${character.charCodeAt(0).toString(16).toUpperCase()}`] = character;

/**
 * The one spelling that the host takes (worker/verbs/http-fetch/canonical-url.ts): without fragment and empty query, unreserved characters as they are, other
 * escapes in upper case, a `%` that begins none as `%25`. The host refuses every other, so this is a courtesy to programs.
 * @param {string} href as a Request has it
 */
export const canonicalUrl = (href) => {
	const fragment = indexOf(href, "#");
	const whole = fragment === -1 ? href : slice(href, 0, fragment);
	const text = whole.length > 0 && indexOf(whole, "?") === whole.length - 1 ? slice(whole, 0, whole.length - 1) : whole;
	let canonical = "";
	let from = 0;
	for (let percent = indexOf(text, "%"); percent !== -1; percent = indexOf(text, "%", from)) {
		const triple = toUpperCase(slice(text, percent, percent + 3));
		const isEscape = execute(ESCAPE, triple) !== null;
		canonical += slice(text, from, percent) + (isEscape ? (UNRESERVED[triple] ?? triple) : "%25");
		from = percent + (isEscape ? 3 : 1);
	}
	return canonical + slice(text, from);
};
