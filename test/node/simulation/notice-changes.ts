import { LIMITS } from "../../../contract/limits.ts";
import type { Changes } from "./rules.ts";
import type { Sometimes } from "./sometimes.ts";

/** Notes which rare states a step came to, by what it has changed. @param name of the step */
export const noticeChanges = (name: string, { runs, calls, approvals }: Changes, reached: Set<Sometimes>): void => {
	const isAlarm = name === "alarm";
	for (const [before, after] of runs) {
		if (before === undefined) continue;
		if (before.ended_at_ms === null && after.status === "failed" && after.state.crashes >= LIMITS.crashesPerRun)
			reached.add("a run died as often as it may and ended as interrupted");
		const isParked = before.status === "waiting_approval" && before.claimed === 0;
		if (isAlarm && after.state.crashes > before.state.crashes) reached.add("a lease ended under a run that was executed");
		if (isAlarm && isParked && before.leaseExpiresAtMs !== null && after.status === "queued")
			reached.add("a parked run was woken by its timer");
	}
	for (const [before, { record }] of calls) {
		if (record.status === "unknown" && before?.record.status === "started") {
			reached.add("nobody could say whether a call happened");
			if (isAlarm && runs.every(([was, is]) => was?.claimed === is.claimed)) reached.add("a call's hold ran out and was charged");
		}
		if (before === undefined && record.error?.code === "budget_exceeded") reached.add("a call was denied for a budget");
	}
	for (const [before, after] of approvals) {
		if (before !== "pending") continue;
		if (after === "expired") reached.add("an approval expired");
		if (after === "cancelled") reached.add("an approval was cancelled with its run");
	}
};
