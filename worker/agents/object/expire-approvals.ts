import { answerWaitingCall } from "./answer-call.ts";
import type { ObjectState } from "./object-state.ts";
import { wakeRun } from "./wake-run.ts";

/**
 * Ends approvals whose time is over: their calls throw `approval_expired`, and their programs may go on. As many as one step takes; the alarm rings again
 * for the others.
 * @returns runs to execute
 */
export const expireApprovals = (state: ObjectState, nowMs: number): string[] => {
	const woken = new Set<string>();
	for (const approval of state.approvals.expired(nowMs)) {
		state.approvals.update({ ...approval, status: "expired", decidedAtMs: nowMs });
		state.outbox.mark("approval", approval.id);
		const message = `Calling env.${approval.grant}.${approval.method}: it waited for a person until ${new Date(approval.expiresAtMs).toISOString()}, and nobody decided`;
		answerWaitingCall(state, approval.call, { kind: "failed", code: "approval_expired", message }, nowMs);
		if (wakeRun(state, approval.run, nowMs)) woken.add(approval.run);
	}
	return [...woken];
};
