/** Webhooks in: what a trigger holds, and what of a request to its hook is looked at. */
export const TRIGGER_LIMITS = {
	/** Most triggers of a tenant. Enforced in triggers/trigger-store. */
	triggersPerTenant: 1_000,
	/** How old a signed message may be, seconds: what a trigger may say, and what holds where it says nothing (Standard Webhooks' own). */
	hookToleranceSeconds: { min: 10, max: 3_600, default: 300 },
	/** How far ahead the sender's clock may be, seconds, where the tolerance is not less. Enforced in triggers/schemes/signed-at. */
	hookAheadSeconds: 300,
	/** How long the secret before may sign as well after a roll, seconds: what a roll may say (7 days), and what holds where it says nothing. */
	rollOverlapSeconds: { max: 7 * 24 * 60 * 60, default: 24 * 60 * 60 },

	/** Largest body of a webhook, bytes. GitHub sends 25 MB at most, and hardly ever more than this. Enforced in http/collect-bytes. */
	hookBodyBytes: 1024 * 1024,
	/** Longest header that holds signatures, characters. Enforced in triggers/schemes. */
	hookSignatureChars: 8_192,
	/** Most signatures of one message that are compared: a sender that rolls its secret sends two. Enforced in triggers/schemes. */
	hookSignatures: 16,
	/** Longest id of a message, characters. Enforced in triggers/schemes. */
	hookIdChars: 256,
	/** Most headers that a program or a filter sees, and the longest, characters: further and longer ones are left out. Enforced in triggers/shown-headers. */
	hookHeaders: 64,
	hookHeaderChars: 2_048,
	/** Most fields of a form. Enforced in triggers/parse-body. */
	hookFormFields: 1_000,
	/** Longest text that a handshake says back, characters. Enforced in triggers/schemes/slack. */
	hookChallengeChars: 1_024,

	/**
	 * Webhooks of one isolate that are worked on at once and that wait for it (of either a tenant has fewer than are left: half at most), how long one waits, and after how
	 * long one that is worked on is taken for lost, milliseconds. A sender gives up after about ten seconds. Enforced in triggers/hook-turns.
	 */
	hookTurns: { atOnce: 16, waiting: 500, waitMs: 6_000, heldMs: 10_000 },
	/** How soon who was sent away by them may come again, seconds. */
	hookRetrySeconds: 2,
	/** Keys of deliveries that one isolate remembers to have taken: senders try again within seconds or minutes. Enforced in triggers/taken-deliveries. */
	hookKeysRemembered: 10_000,

	/** Generic HMAC: longest name of a header, prefix of a signature and template of what is signed, characters. */
	hmacHeaderChars: 128,
	hmacPrefixChars: 64,
	hmacTemplateChars: 128,

	/** Largest mapping of a payload to an input, characters of JSON, and its deepest nesting. */
	hookMappingChars: 32 * 1024,
	hookMappingDepth: 32,
	/** Largest answer of a program to a webhook that waits for it, bytes, and its longest header, characters. Enforced in triggers/program-answer. */
	hookAnswerBytes: 256 * 1024,
	hookAnswerHeaderChars: 1_024,
} as const;
