import { shortageDetails } from "../../budgets/describe-budget.ts";
import type { PartialVector } from "../../budgets/vector.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import { type HoldRefusal, refusalOf } from "./budget-book.ts";
import type { ObjectState } from "./object-state.ts";
import { priceFor } from "./price-for.ts";
import type { RunRow } from "./run-rows.ts";
import { spentShortage } from "./run-spending.ts";

/** Sets aside what an attempt of a run may use, and its price. */
export const holdRun = (state: ObjectState, row: RunRow, amount: PartialVector, nowMs: number): HoldRefusal | null => {
	const worst = { ...amount, usdMicros: priceFor(state, row, amount) };
	const shortage = spentShortage(state, row, worst);
	if (shortage !== null) return refusalOf(shortage);
	return state.book.hold(
		{
			id: row.id,
			runId: row.id,
			limits: state.facts.configuration()?.budget.limits ?? {},
			amount: worst,
			covered: isCovered(state, row),
			expiresAtMs: holdExpiry(row.state.limits.wallMs, nowMs),
		},
		nowMs,
	);
};

/** Whether what the run may use is set aside in its agent's budget already: an ancestor of the same agent has lent it. */
export const isCovered = (state: ObjectState, row: RunRow): boolean =>
	row.state.parent?.ancestors.includes(state.facts.configuration()?.agentId ?? "") ?? false;

/** The refusal of a run for which nothing could be set aside. */
export const refuseHold = ({ code, message, shortage }: HoldRefusal): RefusedAnswer =>
	refuse(code, message, {
		...(shortage === null ? {} : { shortage: shortageDetails(shortage) }),
		...(code === "budget_exceeded" ? {} : { retryAfterSeconds: 1 }),
	});

/** A run's hold outlives its wall time, its waiting and a lost lease; the alarm settles what is left then. */
export const holdExpiry = (wallMs: number, nowMs: number): number => nowMs + wallMs + 24 * 60 * 60 * 1000;
