import type { Budget, BudgetLimits, BudgetShortage, Limits } from "../../contract/budgets.ts";
import { type BudgetState, rollOver, type Shortage } from "./budget-state.ts";
import { addVectors, DIMENSIONS, type Vector } from "./vector.ts";
import { type WindowKind, windowReset } from "./windows.ts";

const leftOf = (limits: Limits, used: Vector): Limits => {
	const left: Limits = {};
	for (const dimension of DIMENSIONS) {
		const limit = limits[dimension];
		if (limit !== undefined) left[dimension] = Math.max(0, limit - used[dimension]);
	}
	return left;
};

/** What of an agent's budget its windows show, and the runs that are live beside them. */
type Windows = Omit<Budget, "liveRuns">;

/** The windows of a budget as the API shows them at a moment. */
export const describeBudget = (limits: BudgetLimits, before: BudgetState, atMs: number, zone = "UTC"): Windows => {
	const state = rollOver(before, atMs, zone);
	const show = (kind: WindowKind) => ({
		limits: limits[kind] ?? {},
		settled: state[kind].settled,
		held: state[kind].held,
		left: leftOf(limits[kind] ?? {}, addVectors(state[kind].settled, state[kind].held)),
		resetsAtMs: state[kind].resetsAtMs === undefined ? windowReset(kind, state[kind].startMs) : state[kind].resetsAtMs,
	});
	return {
		limits,
		windows: { minute: show("minute"), hour: show("hour"), day: show("day"), month: show("month"), lifetime: show("lifetime") },
	};
};

/** A shortage as clients and programs get it, as data. */
export const shortageDetails = ({ level, grant, window, dimension, limit, left, wanted, resetsAtMs }: Shortage): BudgetShortage => ({
	level: level ?? (window === "run" ? "run" : "agent"),
	...(grant === undefined ? {} : { grant }),
	...{ window, dimension, limit, left, wanted, resetsAtMs },
});

/** A refusal's sentence: whose limit and which, what is left, what was wanted, when it resets. */
export const describeShortage = (shortage: Shortage): string => {
	const { dimension, limit, left, wanted, resetsAtMs } = shortage;
	if (shortage.window === "now")
		return `Setting budget aside: ${left} of the ${ownerOf(shortage)}${limit} runs at once are left, wanted ${wanted}`;
	const reset = resetsAtMs === null ? "it does not reset" : `it resets at ${new Date(resetsAtMs).toISOString()}`;
	return `Setting budget aside: ${left} ${dimension} left of the ${ownerOf(shortage)}${shortage.window} limit of ${limit}, wanted ${wanted}; ${reset}`;
};

const ownerOf = ({ level, grant }: Shortage): string => {
	switch (level) {
		case "grant":
			return `grant ${grant ?? ""}'s `;
		case "agent":
			return "agent's ";
		case "tenant":
			return "tenant's ";
		default:
			return "";
	}
};
