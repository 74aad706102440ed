/** http.fetch. */
export const HTTP_FETCH_LIMITS = {
	/** http.fetch: longest URL, characters. */
	urlChars: 4_096,
	/** http.fetch: most keys that a rule's query or headers name, and the longest text of a matcher, characters. Enforced in verbs/http-fetch/text-matcher. */
	matchersPerRule: 32,
	matcherChars: 256,
	/** http.fetch: most templates of a grant, most holes of one, and the most bytes of one as JSON. Enforced in verbs/http-fetch/template-grant. */
	templatesPerGrant: 64,
	templateParams: 32,
	templateBytes: 16 * 1024,
	/** http.fetch: longest text that a hole takes, characters: default and ceiling; and the ceiling where the hole has a pattern. */
	templateValueChars: { default: 1_024, max: 65_536, withPattern: 256 },
	/** http.fetch: largest pattern of a hole, characters, and steps of the automaton it becomes: each character of a value may look at each of them. */
	templatePatternChars: 200,
	templatePatternSteps: 500,
	/** http.fetch: most injections of a grant. */
	injections: 4,
	/** http.fetch: deepest path at which a secret is put into a JSON body. */
	injectedPathDepth: 8,
	/** http.fetch: longest token of an OAuth2 server, characters; largest answer of one, bytes; time for one, milliseconds. Enforced in verbs/http-fetch/oauth-token. */
	oauthTokenChars: 8_192,
	oauthAnswerBytes: 64 * 1024,
	oauthMs: 10_000,
	/** http.fetch: how long a token is kept, milliseconds: when its server says nothing, and at most; how long before its end it is not used any more. */
	oauthKeepMs: { default: 300_000, max: 3_600_000, margin: 30_000 },
	/** http.fetch: tokens kept in one Worker. */
	oauthTokens: 1_000,
	/** http.fetch: most repeats of a request; the first wait before one and the longest, milliseconds (doubled each time, and drawn from the upper half). */
	retries: 3,
	retryWaitMs: { first: 200, max: 5_000 },
	/** http.fetch: most request bytes, and the default and ceiling for response bytes. A grant may raise both up to `contentBytes` for what does not enter the isolate whole. */
	requestBytes: 1024 * 1024,
	responseBytes: { default: 1024 * 1024, max: 2 * 1024 * 1024 },
	/** http.fetch: most redirects followed. */
	redirects: 5,
	/** http.fetch: bytes that all redirects of one call may send beyond one more body; held with the call. Enforced in verbs/http-fetch/perform-fetch. */
	redirectBytes: 16 * 1024,
	/** http.fetch: most path patterns and ports of one rule. */
	patternsPerRule: 64,
	/** http.fetch: most segments of one path pattern, and most `**` in it. Each pattern is compared with each path. Enforced in verbs/http-fetch/path-glob. */
	patternSegments: 64,
	patternDoubleStars: 2,
	/** http.fetch: most segments of a URL's path. Enforced in verbs/http-fetch/target-url. */
	urlSegments: 256,
	/** http.fetch: comparisons (segments, and characters beside a star) that one decision of one grant may take, about 1 ms; past it the path is uncovered. A policy of `grantsPerPolicy` may take it once each. Enforced in verbs/http-fetch/covering-rule. */
	globSteps: 100_000,
	/** http.fetch: an injected secret's length, bytes. A shorter one cannot be redacted safely, since it would occur by chance; a longer one is no header. */
	injectedSecretBytes: { min: 8, max: 4_096 },
	/** http.fetch: characters of all the forms together in which one secret is looked for; making the search ready takes some ten milliseconds at most. Enforced in verbs/http-fetch/secret-forms. */
	secretFormChars: 300_000,
	/** http.fetch: time for one call, all hops together, milliseconds. */
	upstreamMs: { default: 10_000, max: 25_000 },
	/** http.fetch: a streamed part that comes sooner than this after the last one was sent waits for others until then, milliseconds, or until so many bytes are together. Each part costs the program's CPU. Enforced in verbs/http-fetch/emit-parts. */
	streamGather: { bytes: 16 * 1024, ms: 20 },
	/** http.fetch: most request or response headers, and their bytes together. */
	headers: 64,
	headerBytes: 16 * 1024,
} as const;
