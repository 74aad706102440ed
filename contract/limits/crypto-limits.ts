/** JSON Schemas, the crypto verbs, secrets. */
export const CRYPTO_LIMITS = {
	// JSON Schemas that tenants write in grants and that tool servers publish. Enforced in verbs/json-schema.
	/** Most values in one schema as JSON. */
	schemaNodes: 5_000,
	/** Deepest nesting of a schema as JSON. */
	schemaDepth: 64,
	/** Most alternatives (`anyOf`, `oneOf`, `allOf`) in one schema, all together. */
	schemaBranches: 512,
	/** Longest `pattern`, characters; most of all different patterns of one schema together; most instructions of them together. Building them takes about 100 ms there. */
	schemaPatternChars: 512,
	schemaPatternCharsTotal: 2_048,
	schemaPatternProgram: 10_000,
	/** Steps of one check (a schema on a value, a property looked up, 64 characters read, 8 instructions of a pattern at a character), about 100 ms. Past it the value is refused. */
	schemaSteps: 1_000_000,
	/** Schemas within schemas on the way to one value, so that a `$ref` in a circle ends before the stack does. */
	schemaRecursion: 512,
	/** Longest TypeScript type that is written of a schema, characters; past it the type is `unknown`. */
	schemaTypeChars: 8_192,

	/** crypto.*: largest payload that is signed, sealed or verified, bytes. */
	payloadBytes: 256 * 1024,
	/** crypto.sign: shortest HMAC secret, bytes (128 bits). */
	hmacSecretMinBytes: 16,
	/** crypto.sign, crypto.jwt: bits of an RSA key. A larger one takes the thread for tens of milliseconds a signature. Enforced in verbs/crypto-sign/key-pair. */
	rsaKeyBits: { min: 2_048, max: 4_096 },
	/** crypto.sign: longest signature as text, characters (4096 bits in hex). */
	signatureChars: 1_024,
	/** crypto.jwt: longest token, characters: a larger one fits no header. Most bytes of claims that a program sets, and most audiences. */
	jwtChars: 16 * 1024,
	jwtClaimBytes: 8 * 1024,
	jwtAudiences: 16,
	/** crypto.jwt: longest lifetime of a token, seconds (a day). */
	jwtLifetimeS: 24 * 60 * 60,
	/** crypto.jwt: how far the clock of who signed may be off, seconds. */
	jwtClockSkewS: 5,
	/** crypto.webhook: bytes of a secret, as the Standard Webhooks specification wants it. */
	webhookSecretBytes: { min: 24, max: 64 },
	/** crypto.webhook: longest id of a message, most headers looked at, and longest of one that counts, characters (about twenty signatures). */
	webhookIdChars: 256,
	webhookHeaders: 128,
	webhookHeaderChars: 1_024,
	/** crypto.seal: longest context, bytes. */
	sealContextBytes: 1_024,
	/** Largest secret, bytes. */
	secretBytes: 16 * 1024,
	/** Most secrets of a tenant. */
	secretsPerTenant: 1_000,
} as const;
