/** Runs, policies, and what a run keeps: files, handles, state. */
export const RUN_LIMITS = {
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
	/** How long a call is under way before it listens for the end of its run, milliseconds: most are over by then and cost nothing. Enforced in gate/watch-run. */
	runWatchMs: 50,
	/** How long one wait for the end of a run lasts before it is renewed, milliseconds. */
	runWatchWaitMs: 10_000,
	/** Suspending a tenant: agents told at once, longest for one of them and for all together, milliseconds, and most ids of runs and of calls in the answer. Enforced in tenants/tell-agents. */
	agentsToldAtOnce: 16,
	agentTellMs: 10_000,
	agentsTellMs: 60_000,
	toldIds: 10_000,
	/** Calls of one agent that its object remembers to be with the gate: as many as can be under way at once. Enforced in agents/object/object-state. */
	callsUnderWay: 8_192,
	/** Parked runs of one agent that one step ends: an object ends thousands without keeping everybody else waiting. Enforced in agents/object/halt-agent. */
	parkedRunsEndedAtOnce: 100,
	/** How long an agent that is stopped ends parked runs before it answers, milliseconds; its alarm ends the rest. */
	parkedRunsEndMs: 2_000,
	/** A run's lease, milliseconds: who executes it renews it; past it the alarm takes the run up. */
	leaseMs: 20_000,
	/** How often the lease is renewed, milliseconds. */
	leaseRenewMs: 6_000,
	/** How long an idempotency key is remembered, milliseconds (24 hours). */
	idempotencyMs: 24 * 60 * 60 * 1000,
	/** Longest idempotency key, characters (Stripe's limit). */
	idempotencyKeyChars: 255,

	/** Ceiling of a grant's calls per minute. Enforced in the agent's object. */
	callsPerMinute: 10_000,

	/** Largest content kept on the host for a run, bytes: one handle, or one file made of it. Enforced in blobs/write-blob. */
	contentBytes: 64 * 1024 * 1024,
	/** Most handles of one run, and most bytes of the contents behind them together, each counted once, until the run ends. Enforced in agents/object/handle-rows. */
	handlesPerRun: 100,
	contentTotalBytes: 256 * 1024 * 1024,
	/** state: most entries of an agent, their bytes together (keys and encoded values), and one value's. Enforced in agents/object/state-rows. */
	stateEntries: 1_000,
	stateTotalBytes: 1024 * 1024,
	stateValueBytes: 64 * 1024,
	stateKeyBytes: 256,
	/** Parts in which content is written to the store, bytes (the smallest that R2 takes but for the last): what one writer holds at once. */
	contentPartBytes: 5 * 1024 * 1024,
	/** Largest part of content that is streamed to a program (files, http.fetch), bytes: as base64 it fits in `streamFrameBytes`. Enforced where it is sent. */
	streamPartBytes: 256 * 1024,
	/** files: longest media type that a program may give a handle, characters. */
	mediaTypeChars: 128,
	/** state: longest prefix of a grant, characters. */
	statePrefixChars: 64,
	/** state: longest life of an entry with an end, milliseconds (a year). */
	stateTtlMs: 366 * 24 * 60 * 60 * 1000,
	/** state: entries of one page, default and ceiling, and about how many bytes of encoded values it has: what they unfold to must fit an answer. Enforced in verbs/state. */
	statePage: { default: 100, max: 200 },
	statePageBytes: 128 * 1024,
	/** Longest frame of a stream to an isolate, bytes of its text. */
	streamFrameBytes: 1024 * 1024,

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
	/** Most bytes of a run's files together, those whose content lies in its agent's object; `contentTotalBytes` bounds the others. */
	fileTotalBytes: 16 * 1024 * 1024,
	/** Largest file whose content lies in its agent's object, and most of any file that is read at once, bytes. Its base64 must fit an answer. */
	fileBytes: 2 * 1024 * 1024,
	/** Longest path, characters. */
	pathChars: 512,
	/** Longest segment of a path, UTF-8 bytes (what common file systems hold). Enforced in verbs/files/check-path. */
	pathSegmentBytes: 255,
	/** Most mounts of one files grant. */
	mountsPerGrant: 16,

	/** Conditions of approval rules and scoped approvals: how deep they nest, how many one has, values of a list, characters of a text, parts of a path. Enforced in contract/conditions. */
	conditionDepth: 8,
	conditionNodes: 64,
	conditionValues: 64,
	conditionTextChars: 512,
	conditionPathParts: 16,
	/** human.ask: longest answer, characters of text, or of an object's JSON. Enforced in verbs/human-ask/answer-fault. */
	questionAnswerChars: 64 * 1024,
	/** Longest sentence that says to an approver why a person is asked, characters. Enforced in policy/needs-approval. */
	conditionShownChars: 300,
} as const;
