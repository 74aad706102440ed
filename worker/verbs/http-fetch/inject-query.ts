import { LIMITS } from "../../../contract/limits.ts";
import { type BoundInjection, fixedInjection } from "./injection.ts";
import type { Injection } from "./inject-grant.ts";
import { openSecretText } from "./secret-text.ts";

/** A character may become three, `%2F`. */
const ENCODED = 3;

/** A secret as the value of a key of the query. It is added to the request that leaves and to nothing that anybody sees: neither the response's URL nor a redirect's base has it. */
export const bindQueryInjection = (inject: Extract<Injection, { query: string }>): BoundInjection => ({
	headers: [],
	queryKeys: [inject.query],
	text: `the key ${inject.query} of the query`,
	fault: ({ url }) => {
		const query = URL.parse(url)?.searchParams;
		return query !== undefined && keysLike(query, inject.query).length > 0
			? { kind: "denied", why: `found the key ${inject.query} in the query, which the grant sets itself` }
			: null;
	},
	worstBytes: () => inject.query.length + LIMITS.injectedSecretBytes.max * ENCODED + 2,
	open: async (context) => {
		const secret = await openSecretText(context, inject.secret);
		if (secret === null) return null;
		const pair = `${inject.query}=${encodeURIComponent(secret).replaceAll("'", "%27")}`;
		return fixedInjection([secret], (wire) => {
			const url = new URL(wire.url);
			url.search = url.search === "" ? pair : `${url.search}&${pair}`;
			return { ...wire, url };
		});
	},
});

/** The keys of a query that a far side could take for this one, in any case. */
const keysLike = (query: URLSearchParams, key: string): readonly string[] =>
	[...query.keys()].filter((found) => found.trim().toLowerCase() === key.toLowerCase());

/** A URL without the keys that the host sets itself: what a far side echoes of them in a redirect is not sent on. */
export const withoutQueryKeys = (url: URL, keys: readonly string[]): URL => {
	const clean = new URL(url);
	for (const key of keys) for (const found of keysLike(clean.searchParams, key)) clean.searchParams.delete(found);
	return clean;
};
