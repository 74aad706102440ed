/** Bodies, JSON, lists, keys, caches: what every request of the API meets. */
export const API_LIMITS = {
	/** Largest request body of the API, bytes. A program, its input and its files fit; nothing larger is read. Enforced in http/read-body. */
	bodyBytes: 2 * 1024 * 1024,
	/** Most bytes of one tenant's request bodies under way at once in one Worker. Enforced in http/body-bytes. */
	bodyBytesUnderWay: 32 * 1024 * 1024,
	/** Time in which a request's body must have arrived, milliseconds. Enforced in http/read-body. */
	bodyArrivalMs: 20_000,
	/** Deepest nesting of any JSON taken from outside. Deeper text could exhaust the host's stack. Enforced in contract/bounded-json. */
	jsonDepth: 100,
	/** Most values (objects, arrays, scalars) in one JSON text. Enforced in contract/bounded-json. */
	jsonNodes: 400_000,

	/** Most keys of a tenant that are neither revoked nor expired. */
	keysPerTenant: 1_000,
	/** Shortest operator's token, characters; a shorter one opens nothing. */
	adminTokenChars: 16,
	/** Most wrong fields told of one request. */
	issuesShown: 20,
	/** Most of a client's own path or header that a message says back, characters. Enforced in worker/http/shown-text. */
	shownChars: 120,

	/** Rows of one page: default and ceiling. */
	page: { default: 50, max: 200 },
	/** Longest cursor, characters. */
	cursorChars: 512,
	/** Longest name of an agent, tenant, key or secret, characters. */
	nameChars: 64,

	/** How long a Worker may act on a cached key, agent or secret, milliseconds: how late a revocation is seen elsewhere. */
	cacheMs: 5_000,
	/** Entries of one such cache. */
	cacheEntries: 10_000,
} as const;
