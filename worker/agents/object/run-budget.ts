import type { Limits } from "../../../contract/budgets.ts";
import { DIMENSIONS } from "../../budgets/vector.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** The most that one run may use with all that it starts: the agent's limits on a run and what its parent has lent it, whichever is less. */
export const runBudget = (state: ObjectState, row: RunRow): Limits => {
	const ofAgent = state.facts.configuration()?.budget.limits.run ?? {};
	const slice = row.state.parent?.slice;
	if (slice === undefined) return ofAgent;
	const limits: Limits = {};
	for (const dimension of DIMENSIONS) {
		const least = Math.min(ofAgent[dimension] ?? Number.POSITIVE_INFINITY, slice[dimension] ?? Number.POSITIVE_INFINITY);
		if (Number.isFinite(least)) limits[dimension] = least;
	}
	return limits;
};
