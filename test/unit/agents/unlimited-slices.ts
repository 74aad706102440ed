import { NO_SLICES } from "../../../worker/budgets/agent-slices.ts";
import { beBorn } from "../../../worker/agents/object/configure.ts";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";

/** Slices of a tenant's budget that has no limits, good for all time: what a lease would have given to an object whose steps are made by hand. */
export const giveUnlimitedSlices = (state: ObjectState): void => {
	const open = { n: 1, amount: {}, limited: [], settled: {}, held: {}, scarce: false, closed: false, revision: 0, acked: -1 };
	const slices = { ...NO_SLICES, next: 2, open: { ...open, fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER, seenMs: 0 } };
	state.facts.putSlices("slices", slices);
	state.facts.putSlices("slices-now", slices);
};

/** The birth of an agent whose tenant's budget has no limits. */
export const bearUnlimited = (...[state, identity, birth]: Parameters<typeof beBorn>): void => {
	beBorn(state, identity, birth);
	giveUnlimitedSlices(state);
};
