import { z } from "zod";
import { findShortage, Hold, type Shortage } from "../../budgets/budget-state.ts";
import { addVectors, type PartialVector, toVector, type Vector } from "../../budgets/vector.ts";
import type { ObjectState } from "./object-state.ts";
import { jsonColumn, readRows } from "../../db/rows.ts";
import { runBudget } from "./run-budget.ts";
import type { RunRow } from "./run-rows.ts";

const HoldRow = z.object({ hold: jsonColumn(Hold) });

/**
 * What keeps an amount from fitting under what one run may use, with all that its calls start; null when it fits. CPU and wall time of attempts are bounded by
 * the run's own limits as well.
 */
export const spentShortage = (state: ObjectState, row: RunRow, worst: PartialVector): Shortage | null => {
	const limits = runBudget(state, row);
	if (Object.keys(limits).length === 0) return null;
	const { usage, lent, charged } = row.state;
	const own = { ...usage, runs: charged ? 1 : 0 };
	const shortage = findShortage(limits, addVectors(addVectors(own, lent), heldOf(state, row.id, null)), toVector(worst));
	return shortage === null ? null : { level: "run", window: "run", ...shortage, resetsAtMs: null };
};

/** All that is held for a run and its calls, with what is lent to others. @param except a hold that is left out; null: none */
export const heldOf = (state: ObjectState, runId: string, except: string | null): Vector =>
	readRows(state.sql, HoldRow, "SELECT hold FROM holds WHERE run_id = ? AND id IS NOT ?", runId, except).reduce<Vector>(
		(sum, { hold }) => addVectors(sum, hold.amount),
		toVector({}),
	);
