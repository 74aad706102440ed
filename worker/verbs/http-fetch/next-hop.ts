import type { RequestBody } from "./fetch-arguments.ts";
import { isCredentialHeader } from "./header-rules.ts";
import type { HttpMethod } from "./http-methods.ts";
import type { HeaderList } from "./request-headers.ts";
import { DEFAULT_KEY_HEADER } from "./wire-request.ts";

/** One request of a call as the program's part of it: without the injected header and without what the host adds. */
export interface Hop {
	readonly method: HttpMethod;
	readonly url: URL;
	readonly headers: HeaderList;
	readonly body: RequestBody;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Where an answer redirects to, as written, or null. */
export const redirectOf = (response: Response): string | null => (REDIRECTS.has(response.status) ? response.headers.get("location") : null);

/**
 * The request after a redirect (RFC 9110 §15.4, Fetch standard "HTTP-redirect fetch"), or null when a body would go to another origin.
 * 303 becomes GET, 301 and 302 make GET of POST; 307 and 308 keep method and body. On the way to another origin the headers that may carry
 * a credential are left out.
 */
export const nextHop = (hop: Hop, status: number, url: URL): Hop | null => {
	const becomesGet =
		(status === 303 && hop.method !== "GET" && hop.method !== "HEAD") || ((status === 301 || status === 302) && hop.method === "POST");
	const sameOrigin = url.origin === hop.url.origin;
	const body = becomesGet ? null : hop.body;
	if (body !== null && !sameOrigin) return null;
	const headers = hop.headers.filter(([name]) => {
		if (!sameOrigin && isCredentialHeader(name)) return false;
		return !(becomesGet && (name.startsWith("content-") || name === DEFAULT_KEY_HEADER));
	});
	return { method: becomesGet ? "GET" : hop.method, url, headers, body };
};
