/** Honeytokens and secrets that are looked for in what leaves a run (worker/leaks/). */
export const LEAK_LIMITS = {
	/** Fewest bytes of a secret that is looked for: a shorter one occurs by chance. Enforced in leaks/secret-texts. */
	soughtSecretBytes: 8,
	/** Most secrets that one policy may name, its models' and tool servers' included, if its calls may go out: each is opened for each call. Past it they are denied. Enforced in agents/secrets-of-policy. */
	soughtSecrets: 128,
	/** Characters of a part of a secret that is looked for, when case and punctuation are gone: longer parts are sought by their middle. */
	soughtPartChars: 64,
	/** Characters of a honeytoken that give it away, when case and punctuation are gone: in a megabyte of random text they stand by chance once in ten million times. */
	canaryPartChars: 10,
	/** Honeytokens that one run's calls are searched for: its own and those of the runs that started it. */
	canariesPerRun: 16,
	/** How often escapes (%, \u, &#) are undone within each other. */
	escapesWithin: 3,
	/** How deep encodings within each other are undone, and how many decoded bytes one call's arguments may make beyond the outermost encoding: about 20 ms. Enforced in leaks/decoded-views. */
	encodingsWithin: 3,
	decodedBytes: 512 * 1024,
	/** Longest text that is read as base32, which has eight places where it may begin, bytes: names of hosts are short. */
	base32Bytes: 64 * 1024,
	/** Content that a call sends by its handle: bytes that are searched at once, bytes of the block before that are searched with it, and how much of it is searched in all forms. Enforced in leaks/search-content. */
	contentBlockBytes: 256 * 1024,
	contentOverlapBytes: 8 * 1024,
	contentFormsBytes: 1024 * 1024,
	/** Arguments that are remembered of a run's last calls through one method, to find what goes out in pieces: calls, and bytes of each. In memory alone. Enforced in leaks/sent-pieces. */
	sentCalls: 64,
	sentBytes: 512,
	/** Runs and methods of one agent that they are remembered of. */
	sentStreams: 256,
	/** Honeytokens whose search stays ready, all agents of an isolate together. */
	canariesKnown: 64,
	/** Calls denied with `secret_seen` in one run, the last of which ends it: a program that tries values learns this much. */
	secretDenials: 2,
	/** Events `call.denied` of one run: one for each grant and code, and no more than this. */
	deniedEventsPerRun: 64,
	/** How long the registry has to say what is to be looked for, milliseconds; then what it said last will do. Enforced in secrets/open-to-look and agents/secrets-of-policy. */
	lookMs: 2_000,
	/** Longest secret that is cut out of results in all of its forms, characters: of a longer one the whole and its lines; and how long a line is for that. Enforced in leaks/redactor-of-secrets. */
	cutFormsChars: 1_024,
	cutLineChars: 40,
	/** Policies whose secrets' names are remembered, all agents of an isolate together. */
	secretNamesKnown: 256,
} as const;
