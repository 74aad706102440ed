import type { BudgetLimits, Limits } from "../../../contract/budgets.ts";
import type { BudgetState } from "../../budgets/budget-state.ts";
import { describeBudget } from "../../budgets/describe-budget.ts";
import { addVectors, DIMENSIONS } from "../../budgets/vector.ts";
import { WINDOW_KINDS, type WindowKind } from "../../budgets/windows.ts";
import type { BudgetLeft, BudgetView, WindowsLeft } from "../../verbs/verb.ts";
import { isCovered } from "./hold-run.ts";
import type { ObjectState } from "./object-state.ts";
import { priceFor } from "./price-for.ts";
import { runBudget } from "./run-budget.ts";
import type { RunRow } from "./run-rows.ts";
import { heldOf } from "./run-spending.ts";

/** What is left of the budgets that bind a run, as far as its agent's object knows them: the tenant's is known to the tenant's object alone. */
export class RunBudgetView implements BudgetView {
	readonly #state: ObjectState;
	readonly #runId: string;
	readonly #nowMs: number;

	constructor(state: ObjectState, runId: string, nowMs: number) {
		this.#state = state;
		this.#runId = runId;
		this.#nowMs = nowMs;
	}

	read(): BudgetLeft {
		const { facts, slices } = this.#state;
		const row = this.#state.runs.get(this.#runId);
		if (row === null) throw new Error("Reading a budget: the run is not there");
		const zone = slices.timeZone;
		const limits = facts.configuration()?.budget.limits ?? {};
		const grants = row.state.grants.map((name) => {
			const left = this.#windows(facts.grantLimits(name), facts.grantBudget(name, this.#nowMs, zone), zone);
			return [name, left] as const;
		});
		return {
			run: leftInRun(this.#state, row),
			agent: isCovered(this.#state, row) ? {} : this.#windows(limits, facts.budget(this.#nowMs, zone), zone),
			grants: Object.fromEntries(grants.filter(([, left]) => Object.keys(left).length > 0)),
		};
	}

	#windows(limits: BudgetLimits, state: BudgetState, zone: string): WindowsLeft {
		const { windows } = describeBudget(limits, state, this.#nowMs, zone);
		const left: { [window in WindowKind]?: { left: Limits; resetsAtMs: number | null } } = {};
		for (const kind of WINDOW_KINDS) {
			const { left: amounts, resetsAtMs } = windows[kind];
			if (Object.keys(amounts).length > 0) left[kind] = { left: amounts, resetsAtMs };
		}
		return left;
	}
}

/** The call that asks is in no count of the run's yet; in the windows it is held already. */
const leftInRun = (state: ObjectState, row: RunRow): Limits => {
	const { usage, lent, charged, callCount } = row.state;
	const asking = { calls: 1, usdMicros: priceFor(state, row, { calls: 1 }, "budget.read") };
	const own = { ...usage, runs: charged ? 1 : 0 };
	const used = addVectors(addVectors(own, lent), addVectors(heldOf(state, row.id, null), asking));
	const limits = runBudget(state, row);
	const left: Limits = {};
	for (const dimension of DIMENSIONS) {
		const limit = limits[dimension];
		if (limit !== undefined) left[dimension] = Math.max(0, limit - used[dimension]);
	}
	// Denied calls count there too.
	const calls = Math.max(0, row.state.limits.calls - callCount - 1);
	return { ...left, calls: Math.min(left.calls ?? calls, calls) };
};
