/**
 * Every bound of the platform: name with unit, value, reason, and where it is enforced (always outside the thing limited).
 */
export const LIMITS = {
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

	/** Largest program, all modules together, UTF-8 bytes. Enforced when the request is parsed. */
	programBytes: 1024 * 1024,
	/** Most modules in one program. */
	programModules: 64,
	/** Longest module name, characters. */
	moduleNameChars: 200,
	/** CPU time the compiler may use for one program, milliseconds. On one machine the executor's process is killed past it. */
	compileCpuMs: 2_000,
	/** Wall time the compiler may use for one program, milliseconds. */
	compileWallMs: 8_000,

	/** Largest result of a run as encoded JSON, bytes. Enforced in the harness and again on the host. */
	resultBytes: 1024 * 1024,
	/** Largest encoded arguments of one call, bytes. Enforced in the harness and again in the gate. */
	argumentBytes: 1024 * 1024,
	/** Largest encoded answer of one call, bytes (a 1 MiB body is 1.4 MiB as base64). */
	callAnswerBytes: 3 * 1024 * 1024,
	/** Deepest nesting of a result or of arguments. */
	valueDepth: 64,
	/** Most nodes of a result or of arguments. */
	valueNodes: 100_000,
	/** Longest BigInt in a result or in arguments, decimal digits: longer ones cost the host more than linear time to read. */
	bigintDigits: 4_096,
	/**
	 * Most BigInts, and most numbers, among the items of a Set or the keys of a Map that the host decodes: their hashes have no seed, so whoever picks
	 * them can have them all collide, and building then takes the square of their count. Enforced in contract/decode-json.
	 */
	hashedBigints: 256,
	hashedNumbers: 1_000,

	/** Most console lines kept of a run. Later lines are counted, not kept. Enforced in the harness and again on the host. */
	logLines: 1_000,
	/** Longest console line kept, characters; the rest is cut with a mark. */
	logLineChars: 4_096,
	/** Most console text kept of a run, characters. */
	logChars: 256 * 1024,
	/** Longest error message kept, characters. */
	errorMessageChars: 2_000,
	/** Longest stack kept, characters. */
	errorStackChars: 4_000,

	/** Platform's ceiling and default for a run's wall time, milliseconds. A queue consumer may live 15 minutes. */
	wallMs: { default: 10_000, max: 900_000 },
	/** Ceiling and default for a run's CPU time, milliseconds. */
	cpuMs: { default: 1_000, max: 60_000 },
	/** Ceiling and default for a run's memory above an empty process, MiB. A Cloudflare isolate has 128. */
	memoryMb: { default: 128, max: 128 },
	/** Ceiling and default for the calls of a run. */
	calls: { default: 100, max: 10_000 },

	/** Longest a request waits for a run, seconds. Also the longest run that fits in a request. */
	waitSeconds: 25,
	/** Runs of one agent that are queued or running at once. Enforced in the agent's object. */
	liveRunsPerAgent: 256,
	/** Calls of one run under way at once. Enforced in the agent's object. */
	callsInFlightPerRun: 32,
	/** A run's lease, milliseconds: who executes it renews it; past it the alarm takes the run up. */
	leaseMs: 20_000,
	/** How often the lease is renewed, milliseconds. */
	leaseRenewMs: 6_000,
	/** How long an idempotency key is remembered, milliseconds (24 hours). */
	idempotencyMs: 24 * 60 * 60 * 1000,
	/** Longest idempotency key, characters (Stripe's limit). */
	idempotencyKeyChars: 255,

	/** Most grants in a policy. */
	grantsPerPolicy: 64,
	/** Largest policy, bytes of JSON. */
	policyBytes: 64 * 1024,
	/** Most rules in one http grant. */
	httpRules: 64,
	/** Largest metadata of a run, bytes of JSON, and most entries of it. */
	metadataBytes: 16 * 1024,
	metadataEntries: 64,
	/** Most labels on a run. */
	labelsPerRun: 8,

	/** Most files of a run, inputs and outputs together. */
	filesPerRun: 200,
	/** Most bytes of a run's files together. */
	fileTotalBytes: 16 * 1024 * 1024,
	/** Largest single file, bytes. Its base64 must fit an answer. */
	fileBytes: 2 * 1024 * 1024,
	/** Longest path, characters. */
	pathChars: 512,
	/** Longest segment of a path, UTF-8 bytes (what common file systems hold). Enforced in verbs/files/check-path. */
	pathSegmentBytes: 255,
	/** Most mounts of one files grant. */
	mountsPerGrant: 16,

	/** http.fetch: longest URL, characters. */
	urlChars: 4_096,
	/** http.fetch: most request bytes, and the default and ceiling for response bytes. */
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
	/** http.fetch: time for one call, all hops together, milliseconds. */
	upstreamMs: { default: 10_000, max: 25_000 },
	/** http.fetch: most request or response headers, and their bytes together. */
	headers: 64,
	headerBytes: 16 * 1024,

	/** crypto.sign: largest payload, bytes. */
	payloadBytes: 256 * 1024,
	/** crypto.sign: shortest HMAC secret, bytes (128 bits). */
	hmacSecretMinBytes: 16,
	/** Largest secret, bytes. */
	secretBytes: 16 * 1024,
	/** Most secrets of a tenant. */
	secretsPerTenant: 1_000,

	/** Most keys of a tenant that are neither revoked nor expired. */
	keysPerTenant: 1_000,
	/** Shortest operator's token, characters; a shorter one opens nothing. */
	adminTokenChars: 16,
	/** Most wrong fields told of one request. */
	issuesShown: 20,

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

	/** Runs and compiles that wait for an executor process at once, all tenants together; past it they are refused. Enforced in supervisor/pool. */
	executorQueue: 2_000,
	/** The same for one tenant, so that no tenant's waiting runs keep another's out. Enforced in supervisor/pool. */
	executorQueueOfTenant: 300,
	/** Longest wait for an executor process, milliseconds; past it the run is refused and the Worker decides. */
	executorQueueWaitMs: 60_000,
	/** Runs after which an executor process is replaced, so that nothing small can grow for ever. */
	executorRuns: 500,
	/** Resident memory a process may keep above its fresh size and still be given back, MiB. */
	executorRetainedMb: 40,
	/** Data segment of an idle workerd, MiB (512 of them the JIT's code range), and what it may have above that and a run's memory. Enforced by `prlimit --data`. */
	executorDataMb: { base: 535, allowance: 160 },
	/** CPU time of an executor process in its life, seconds: above the largest cpuMs. Enforced by `prlimit --cpu`. */
	executorLifetimeCpuS: 180,
	/** CPU lifetime that must be left beyond a run's own limit when a process is given to it, milliseconds. */
	executorCpuMarginMs: 2_000,
	/** CPU time an idle process may have used since it was given back, milliseconds; past it something lingers and it is killed. */
	executorLingerCpuMs: 5,
	/** Open files of an executor process. Enforced by `prlimit --nofile`. */
	executorOpenFiles: 256,
	/** Longest start of an executor process until its first answer, milliseconds. */
	executorStartMs: 10_000,
	/** Wait after a failed start, milliseconds: doubled each time up to the ceiling. */
	executorBackoffMs: { first: 100, max: 10_000 },
	/** Starts that fail in a row before waiting runs are refused. */
	executorStartFailures: 3,
	/** Time between two looks at a running process, milliseconds: how far a run can pass its limits unseen. */
	executorPollMs: { min: 4, max: 25 },
	/** Largest answer of a harness, bytes: a result, and log lines whose every character may be escaped. Enforced in supervisor/executor-process. */
	executorAnswerBytes: 4 * 1024 * 1024,
	/** Largest job on its way to an executor process, bytes: a program, its source maps and its input, all escaped. */
	executorJobBytes: 16 * 1024 * 1024,
	/** Connections of one process to the gate at once: its calls in flight, and some that close. */
	executorGateConnections: 64,
	/** Longest line of a process's standard output that is read, characters: a console line with every character escaped. */
	executorOutputLineChars: 32 * 1024,
	/** Tail of a process's standard error that is kept for the operator, characters. */
	executorErrorChars: 4_096,
	/** How long running runs may finish after SIGTERM, milliseconds. */
	drainMs: 30_000,
	/** How long the Worker may write down and answer what it learned last before it is stopped, milliseconds. */
	drainSettleMs: 500,
} as const;
