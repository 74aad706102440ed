import { z } from "zod";
import type { Limits } from "../../../contract/budgets.ts";
import { findShortage, Hold, type Shortage } from "../../budgets/budget-state.ts";
import { addVectors, type PartialVector, toVector, type Vector } from "../../budgets/vector.ts";
import type { ObjectState } from "./object-state.ts";
import { jsonColumn, readRows } from "./rows.ts";
import type { RunRow } from "./run-rows.ts";

const HoldRow = z.object({ hold: jsonColumn(Hold) });

/** What keeps a call's worst cost from fitting under the budget's limits on one run; null when it fits. CPU and wall time are bounded by the run's limits instead. */
export const spentShortage = (state: ObjectState, row: RunRow, limits: Limits, worst: PartialVector): Shortage | null => {
	if (Object.keys(limits).length === 0) return null;
	const { usage } = row.state;
	const settled = toVector({ ...usage, runs: 0, cpuMs: 0, wallMs: 0 });
	const held = readRows(state.sql, HoldRow, "SELECT hold FROM holds WHERE run_id = ? AND id <> ?", row.id, row.id).reduce<Vector>(
		(sum, { hold }) => addVectors(sum, hold.amount),
		toVector({}),
	);
	const shortage = findShortage(
		{ ...limits, runs: undefined, cpuMs: undefined, wallMs: undefined },
		addVectors(settled, held),
		toVector(worst),
	);
	return shortage === null ? null : { window: "run", ...shortage, resetsAtMs: null };
};
