import type { BudgetLimits } from "../../contract/budgets.ts";
import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { RunLimits } from "../../contract/runs.ts";

/** What a run may use, every field settled. */
export interface EffectiveLimits {
	readonly wallMs: number;
	readonly cpuMs: number;
	readonly memoryMb: number;
	readonly calls: number;
}

const FIELDS = ["wallMs", "cpuMs", "memoryMb", "calls"] as const;

/**
 * A run's limits: the agent's, narrowed by the request's and by the budget's limits on one run.
 * @param action how the refusal begins
 * @throws Refusal `invalid_request` when the request asks for more than the agent has.
 */
export const effectiveLimits = (
	agent: RunLimits | undefined,
	budget: BudgetLimits,
	requested: RunLimits | undefined,
	action = "Starting a run",
): EffectiveLimits => {
	const perRun = budget.run ?? {};
	const ceiling = (field: (typeof FIELDS)[number]): number => agent?.[field] ?? LIMITS[field].default;
	for (const field of FIELDS) {
		const wanted = requested?.[field];
		if (wanted !== undefined && wanted > ceiling(field)) {
			throw new Refusal(
				"invalid_request",
				`${action}: limits.${field}: found ${wanted}, wanted at most ${ceiling(field)}, the agent's limit (its policy's limits.${field})`,
			);
		}
	}
	const settle = (field: (typeof FIELDS)[number], most: number | undefined): number =>
		Math.min(requested?.[field] ?? ceiling(field), most ?? Number.POSITIVE_INFINITY);
	return {
		wallMs: settle("wallMs", perRun.wallMs),
		cpuMs: settle("cpuMs", perRun.cpuMs),
		memoryMb: settle("memoryMb", undefined),
		calls: settle("calls", perRun.calls),
	};
};
