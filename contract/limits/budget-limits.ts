/** Budgets: windows, slices of a tenant's budget, prices. */
export const BUDGET_LIMITS = {
	/** Longest name of a time zone, characters (the longest of IANA's has 32). */
	timeZoneChars: 64,
	/** Parts of a limit, percent, at which a window tells that it is being used up. Enforced in budgets/thresholds. */
	thresholdPercents: [50, 80, 100],
	/** Events that an agent's or a tenant's object keeps until D1 has them and they are dealt out to endpoints; past it the oldest tenth is given up and counted. Enforced in agents/object/event-rows. */
	eventsUnsent: 1_000,
	/** How long a tenant's object gathers events before it sends them, and waits after D1 did not take them, milliseconds. */
	eventsGatherMs: 150,
	eventsRetryMs: 5_000,

	/** How long an agent may hold from a slice of its tenant's budget, milliseconds: at most, at least (an answer must be of use), and when money is scarce. Enforced in budgets/tenant-ledger and by the agent in budgets/slice. */
	sliceMs: { max: 24 * 60 * 60 * 1000, min: 1_000, scarce: 5_000 },
	/** How long before the end of a window an agent stops holding from a slice that counts in it, milliseconds: what clocks of two machines may differ by. */
	sliceMarginMs: 2_000,
	/** How far a clock may run backwards between two uses of a slice before the slice is given back, milliseconds. */
	sliceBackwardsMs: 1_000,
	/** How many times what is wanted a slice is to have at least, of what is charged as held (runs, calls), and of what mostly comes back (all else). */
	sliceTimes: { counted: 16, measured: 4 },
	/** The part of what is not spent (one in so many) that may be lent beyond what is wanted, all agents together; the part of that room which one agent gets, or the part of all that is free if that is more; and the part below which what is free is scarce. */
	sliceLentPart: 2,
	sliceRoomPart: 64,
	sliceFreePart: 1_024,
	sliceScarcePart: 8,
	/** How long an agent gathers reports of its ended slices, milliseconds, before it sends them by themselves. */
	sliceReportMs: 15 * 60_000,
	/** Slices of one agent that are not reported to the end. Past it, no new one: nothing is held without bound. */
	slicesPerAgent: 512,
	/** Slices asked back at once when an agent's want does not fit, how long the answers are waited for, and how often one is asked back at most, milliseconds. */
	slicesAskedBack: 16,
	sliceAskBackMs: 1_000,
	sliceAskAgainMs: 5_000,
	/** Slices whose time is over that one alarm asks back. */
	slicesPerAlarm: 64,
	/** When a slice that nobody reported is written off, milliseconds after its end: what it could have spent is charged for good. */
	sliceWriteOffMs: 30 * 24 * 60 * 60 * 1000,

	/** Most verbs with a price of their own in a tenant's table, and the highest of any price, billionths of a US dollar. */
	pricedVerbs: 64,
	priceNanos: 1_000_000_000_000,

	/** Longest range that usage is added up over, milliseconds (366 days), and most rows of one answer. Enforced in usage/usage-handlers and usage/add-up-usage. */
	usageRangeMs: 366 * 24 * 60 * 60 * 1000,
	usageRows: 10_000,
} as const;
