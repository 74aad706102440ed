import type { Limits, TenantBudget } from "../../contract/budgets.ts";
import type { Ledger } from "./ledger-rows.ts";
import { pickShare } from "./share.ts";
import { DIMENSIONS, toVector } from "./vector.ts";
import type { WindowKind } from "./windows.ts";

/** A tenant's budget as the API shows it. */
export const describeLedger = ({ limits, own, ceiling, timeZone, windows }: Ledger): TenantBudget => {
	const show = (kind: WindowKind) => {
		const { settled, leased, resetsAtMs } = windows[kind];
		const bounds: Limits = limits[kind] ?? {};
		const left: Limits = {};
		for (const dimension of DIMENSIONS) {
			const limit = bounds[dimension];
			if (limit !== undefined) left[dimension] = Math.max(0, limit - (settled[dimension] ?? 0) - (leased[dimension] ?? 0));
		}
		return {
			limits: bounds,
			settled: toVector(pickShare(settled, DIMENSIONS)),
			leased: toVector(pickShare(leased, DIMENSIONS)),
			left,
			resetsAtMs,
		};
	};
	const live = windows.now.leased.liveRuns ?? 0;
	const most = limits.liveRuns ?? null;
	return {
		...{ limits: own, ceiling, timeZone },
		windows: { minute: show("minute"), hour: show("hour"), day: show("day"), month: show("month"), lifetime: show("lifetime") },
		liveRuns: { limit: most, leased: live, left: most === null ? null : Math.max(0, most - live) },
	};
};
