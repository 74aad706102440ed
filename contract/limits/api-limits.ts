/** Bodies, JSON, lists, keys, caches: what every request of the API meets. */
export const API_LIMITS = {
	/** Largest request body of the API, bytes. A program, its input and its files fit; nothing larger is read. Enforced in http/read-body. */
	bodyBytes: 2 * 1024 * 1024,
	/** Most bytes of one tenant's request bodies under way at once in one Worker. Enforced in http/body-bytes. */
	bodyBytesUnderWay: 32 * 1024 * 1024,
	/** Most bytes that have come of bodies to one tenant's hooks, until each is answered. Enforced in http/arriving-bodies. */
	bodyBytesArriving: 16 * 1024 * 1024,
	/** Time in which a request's body must have arrived, milliseconds. Enforced in http/read-body. */
	bodyArrivalMs: 20_000,
	/** Most bytes of a body that is not read that are taken and thrown away, so that its sender hears the answer; and for how long, milliseconds. Enforced in http/discard-body. */
	discardedBytes: 4 * 1024 * 1024,
	discardMs: 1_000,
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

	// What worker/http/rate-limit counts.
	/** Requests a minute: what an operator may set, and what holds where nothing is set. Enforced in http/token-buckets. */
	ratePerMinute: { min: 6, max: 6_000_000, key: 30_000, tenant: 60_000, stranger: 12_000 },
	/** How many seconds' worth of requests may come at once, after as long a rest: what a bucket holds. */
	rateBurstSeconds: 10,
	/** Most buckets of one kind kept in memory; the one longest untouched goes first, and would be full again by then. */
	rateBuckets: 20_000,

	// What supervisor/front holds.
	/** Most connections to the public listener at once; fewer where the process may open fewer descriptors. */
	frontConnections: 10_000,
	/** Most of these from one address (IPv6: one /64), but for loopback, where a reverse proxy brings everybody. */
	frontConnectionsPerAddress: 1_024,
	/** Descriptors that one connection is reckoned with: the front has two, the Worker's server two, and two more while a request asks the supervisor. */
	frontDescriptorsEach: 6,
	/** Descriptors that are nobody's connection: databases of objects, the gate, requests of programs. */
	frontDescriptorsKept: 256,
	/** Time in which the head of a connection's first request must have come, milliseconds. */
	frontHeadMs: 10_000,
	/** Largest head of a connection's first request, bytes. */
	frontHeadBytes: 64 * 1024,
	/** Most bytes of unfinished heads of all connections together. */
	frontHeadsBytes: 32 * 1024 * 1024,
	/** How long an answer may wait for its reader to take any of it, milliseconds. */
	frontStalledMs: 60_000,
	/** How long a connection may be without any byte either way, milliseconds: longer than any answer takes. */
	frontSilentMs: 600_000,
	/** How long what a client still sends is thrown away after the last bytes to it, milliseconds. */
	frontLingerMs: 1_000,
	/** How often deadlines of connections are looked at, milliseconds. */
	frontSweepMs: 500,
	/** Pause before a front that died is started again, milliseconds. */
	frontRestartMs: 50,

	/** How long a Worker may act on a cached key, agent or secret, milliseconds: how late a revocation is seen elsewhere. */
	cacheMs: 5_000,
	/** Entries of one such cache. */
	cacheEntries: 10_000,
} as const;
