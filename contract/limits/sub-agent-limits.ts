/** Sub-agents: runs that programs start with `agent.run`. */
export const SUB_AGENT_LIMITS = {
	/** How deep runs start runs; one that no program started has depth 0. Enforced in agents/object/open-child. */
	runDepth: 4,
	/** Runs that one run starts in its life, and at once. Enforced in agents/object/open-child. */
	childrenPerRun: 64,
	childrenAtOnce: 8,
	/** Pairs of an agent and who starts its runs whose grants are remembered as compared, all agents of an isolate together. Enforced in agents/object/beyond-lender. */
	lendersKnown: 16,
	/** How long a call of a child run waits with its isolate alive, milliseconds: its parent has waited as long by then, and holds a place too. */
	childInlineMs: 1_000,
	/** Messages between a run and those that it started: the pause before one that was not taken is sent again, milliseconds, doubled each time up to the ceiling; and how many go out at once. */
	kinRetryMs: { first: 1_000, max: 600_000 },
	kinAtOnce: 32,
	/** How often the end of a run is told in vain before it is given up: some days. */
	kinTries: 500,
	/** How long after a run's end what its children used is waited for, milliseconds (24 hours); then all that was lent is charged. */
	childSettleMs: 24 * 60 * 60 * 1000,
	/** How long the hold of a call that waits for a child is renewed for, milliseconds. */
	childHoldMs: 60 * 60 * 1000,
	/** How long an agent's object remembers a run that was cancelled before it was admitted, milliseconds (48 hours): longer than anybody tries to admit it. */
	cancelledAheadMs: 48 * 60 * 60 * 1000,
	/** Most runs of a tree that one answer shows. Enforced in runs/run-tree. */
	treeRuns: 1_000,
} as const;
