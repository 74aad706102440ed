/** Journals, approvals and replays. */
export const JOURNAL_LIMITS = {
	/** Largest answer kept in the agent's object, bytes of text; a larger one lies in the store of blobs. Enforced in gate/keep-answer. */
	journalAnswerBytes: 256 * 1024,
	/** Largest journal of one run, bytes of arguments and answers together; past it the run goes on and cannot be executed again. */
	journalBytes: 16 * 1024 * 1024,
	/** How long a recording waits for calls of its run that somebody still performs, milliseconds. */
	recordingWaitMs: 3_000,
	/** How often a run whose executor died is executed again. */
	crashesPerRun: 4,
	/** The same for a run whose isolate says that a call got no answer: a program can make it say so each time. Counted apart. Enforced in agents/object/lose-attempt. */
	cutsPerRun: 3,
	/** How often a run may be woken: each decision executes its program again. */
	attemptsPerRun: 1_000,
	/** Longest that a run waits for a person with its isolate alive, milliseconds; never longer than its caller waits. */
	approvalInlineMs: 3_000,
	/** How long after its last call a run that waits for a person is parked at the earliest, milliseconds: calls made together are asked together. */
	approvalGatherMs: 60,
	/** The same when it was woken: longer than its overdue timers leave to answers that the journal has (harness/timeline). */
	approvalAgainMs: 300,
	/** How long an isolate may take to end when its run is parked, milliseconds; past it its process is stopped. */
	parkingMs: 3_000,
	/** When a parked run is looked at again whose isolate had to be stopped: nobody knows of its timers. */
	unknownTimerMs: 60_000,
	/** How long an approval may be decided, milliseconds: default (24 hours) and ceiling (30 days). */
	approvalMs: { default: 24 * 60 * 60 * 1000, max: 30 * 24 * 60 * 60 * 1000 },
	/** Runs of one agent that wait for a person at once. Enforced in the agent's object. */
	parkedRunsPerAgent: 20_000,
	/** Runs of one agent that are executed at once when they have been woken: further ones stand in line, as rows. Enforced in agents/object/line-up. */
	wokenRunsAtOnce: 64,
	/** Calls of one run that wait for a person at once. */
	waitingCallsPerRun: 32,
	/** Longest life of a scoped approval, milliseconds (30 days), and its most calls. */
	scopedApprovalMs: 30 * 24 * 60 * 60 * 1000,
	scopedApprovalTimes: 10_000,
	/** Scoped approvals of one agent at once. */
	scopedApprovalsPerAgent: 200,
	/** Scoped approvals of one agent that are remembered, those that are over included. */
	scopedApprovalsKept: 1_000,
	/** Longest reason of a decision, characters. */
	reasonChars: 2_000,
	/** Largest answer of a person, or result that a person gives in a call's stead, bytes of JSON: it lies in the agent's object beside the call. */
	givenAnswerBytes: 256 * 1024,
	/** Arguments of an approval that a list shows, characters; GET by id shows them whole. */
	listedArgsChars: 8_192,
	/** Most runs of one agent's replay, and how long it may take, milliseconds. */
	replayRuns: 100,
	replayAgentMs: 60_000,
	/** How long a call of a run that is executed again may come before recorded ones that its program made earlier, milliseconds: calls made together overtake each other. */
	earlyCallMs: 500,
	/** Longest wall time of one replay, milliseconds: every answer is there at once, however long the recorded run took. */
	replayWallMs: 60_000,
	/** Calls past a run's limit of calls that a replay keeps to be compared; further ones are counted. */
	replayRefusedCalls: 100,
	/** Characters of either side of a divergence that are shown. Enforced in runs/replay. */
	divergenceChars: 4_096,
	/** Plans of one agent that may still be approved, or be told to have been; older ones are forgotten. */
	plansPerAgent: 10_000,
	/** Largest input files that the recording of a run holds, bytes together; a run with more can be replayed and not forked. */
	recordedInputBytes: 2 * 1024 * 1024,
	/** Server-Sent Events: time between heartbeats, and how long one look at a run waits for a change, milliseconds. */
	eventsHeartbeatMs: 15_000,
	eventsLookMs: 10_000,
	/** Events: shortest time between two looks of one reader that were told something, and between two such looks of all readers of an agent together, milliseconds: however many read, they take a small part of the agent's object. Enforced in agents/object/look-pace. */
	eventsRestMs: 100,
	eventsLookEveryMs: 10,
	/** Events: calls of one look at a run. Its console lines come whole: they are bounded by `logChars`. */
	eventsPage: 100,
	/** Events: longest life of one stream, milliseconds, and most looks of it (a Worker's request may make 1,000 requests on Cloudflare); then it ends and its reader resumes. Enforced in runs/run-events. */
	eventsLifeMs: 15 * 60 * 1000,
	eventsLooks: 900,
	/** Events: how long a reader waits before it resumes, milliseconds. */
	eventsRetryMs: 500,
	/** Events: longest id, characters, and most unfinished calls that one names. Enforced in runs/events/event-id. */
	eventIdChars: 4_096,
	eventIdCalls: 256,
	/** How long console lines gather before they are sent on while the run goes, milliseconds: a run that ends sooner sends none. Enforced in supervisor/live-lines. */
	liveLogsMs: 100,
	/** How long a cancellation waits for the calls in flight to be told, milliseconds. */
	cancelTellMs: 250,
} as const;
