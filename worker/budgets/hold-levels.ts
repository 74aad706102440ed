import type { BudgetLimits } from "../../contract/budgets.ts";
import { type BudgetLevel, type BudgetState, type Hold, holdAmount, type Shortage } from "./budget-state.ts";
import type { Vector } from "./vector.ts";

/** A budget that an amount must fit under beside others: an agent's, a grant's. */
export interface LevelOfBudget {
	readonly level: BudgetLevel;
	/** The grant's name, for its level. */
	readonly grant?: string;
	readonly state: BudgetState;
	readonly limits: BudgetLimits;
}

type LevelsAnswer =
	| { kind: "held"; levels: readonly { readonly state: BudgetState; readonly hold: Hold }[] }
	| { kind: "short"; shortage: Shortage };

/** Sets an amount aside on every level, in the order given, or on none: a shortage names the first level that does not have it. */
export const holdLevels = (levels: readonly LevelOfBudget[], amount: Vector, atMs: number, zone = "UTC"): LevelsAnswer => {
	const held: { state: BudgetState; hold: Hold }[] = [];
	for (const { level, grant, state, limits } of levels) {
		const answer = holdAmount(state, limits, amount, atMs, zone);
		if (answer.kind === "short")
			return { kind: "short", shortage: { level, ...(grant === undefined ? {} : { grant }), ...answer.shortage } };
		held.push({ state: answer.state, hold: answer.hold });
	}
	return { kind: "held", levels: held };
};
