/** Statuses of responses that have no body (RFC 9110 §15.3.5, §15.3.6, §15.4.5). */
const BODYLESS = new Set([204, 205, 304]);

/** Parts of a Response that can be made, or why it cannot: a constructor would throw inside the program. */
export type ResponseParts = { kind: "parts"; headers: [string, string][] } | { kind: "refused"; why: string };

/** Checks what somebody says that a response is, and gives its headers as the platform writes them: names in lower case, equal ones joined. */
export const responseParts = (
	status: number,
	headers: Record<string, string> | [string, string][],
	body: string | Uint8Array,
): ResponseParts => {
	if (BODYLESS.has(status) && body.length > 0) return { kind: "refused", why: `found a body with the status ${status}, wanted none` };
	const pairs = headerPairs(headers);
	return pairs === null
		? { kind: "refused", why: "found headers that no http response can have, wanted names and values of RFC 9110" }
		: { kind: "parts", headers: pairs };
};

/** Null where they are none; workerd itself takes an empty name. */
const headerPairs = (headers: Record<string, string> | [string, string][]): [string, string][] | null => {
	try {
		const pairs = [...new Headers(headers)];
		return pairs.some(([name]) => name === "") ? null : pairs;
	} catch {
		return null;
	}
};
