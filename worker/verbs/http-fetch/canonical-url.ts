const ESCAPE = /%([0-9a-f]{2})?/gi;
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/**
 * A path or a query with its percent-encoding in the one form of RFC 3986 §6.2.2.1 and §6.2.2.2: unreserved characters as they are, other octets with
 * upper-case digits. A `%` that begins no escape is `%25`, which is how it is read where it is read at all. Never decodes twice.
 */
export const canonicalEscapes = (text: string): string =>
	text.replace(ESCAPE, (_, digits: string | undefined) => {
		if (digits === undefined) return "%25";
		const character = String.fromCharCode(Number.parseInt(digits, 16));
		return UNRESERVED.test(character) ? character : `%${digits.toUpperCase()}`;
	});

/**
 * The one text of an http(s) URL, without fragment and empty query: no two texts that RFC 3986 reads as the same have different ones. The harness writes
 * a program's URLs so (worker/harness/request.js).
 * @param url without user name and password: `target-url` refuses those
 */
export const canonicalUrl = (url: URL): string => `${url.origin}${canonicalEscapes(url.pathname + url.search)}`;
