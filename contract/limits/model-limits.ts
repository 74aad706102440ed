/** ai.complete and its models. */
export const MODEL_LIMITS = {
	// verbs/ai-complete and worker/models.
	/** Most routes of a model. The worst of all of them is held, since each may be billed. */
	modelRoutes: 4,
	/** Most models that one grant names. */
	modelsPerGrant: 16,
	/** Longest provider's id of a model, characters. */
	modelIdChars: 200,
	/** Highest price of a million tokens, millionths of a US dollar ($10,000): prices times tokens stay exact. */
	usdMicrosPerMillionTokens: 10_000_000_000,
	/** Most tokens a grant may allow one run. */
	grantTokens: 1_000_000_000,
	/** Output tokens of one completion: default and ceiling. */
	maxTokens: { default: 1_024, max: 65_536 },
	/** Most messages of one completion, and most UTF-8 bytes of their text together. */
	messages: 256,
	promptBytes: 512 * 1024,
	/** What a provider may count beyond the text it is sent, tokens: for each message, once, and for its own instructions where a schema is sent. */
	inputOverheadTokens: { message: 16, request: 64, schema: 1_024 },
	/** Time for one completion, all routes together, milliseconds; for one route unless it says otherwise; and between two tokens of a stream. */
	modelMs: { default: 60_000, max: 300_000 },
	modelRouteMs: 30_000,
	modelIdleMs: 30_000,
	/** Most bytes of an answer on the wire: once, for each byte sent (some repeat the request), for each token asked; and in any case. Enforced in ai-complete/provider-exchange. */
	modelWireBytes: { base: 256 * 1024, perByteSent: 8, perToken: 1_024, max: 16 * 1024 * 1024 },
	/** Most values in an answer's JSON: a small text can unfold into very many. */
	modelWireNodes: 100_000,
	/** Most lines of a stream: once, and for each token asked; and largest event, bytes (the last one may repeat the whole text). Enforced in ai-complete/bound-events. */
	modelStreamLines: { base: 4_096, perToken: 8 },
	modelEventBytes: 2 * 1024 * 1024,
	/** Longest text or object of a model's answer, bytes as JSON; and longest part of a stream, characters. */
	modelAnswerBytes: 1024 * 1024,
	modelPartChars: 128 * 1024,
	/** What a request to a provider may take beyond its messages and schema, bytes: URL, headers with the key, fields. */
	modelRequestOverheadBytes: 16 * 1024,
} as const;
