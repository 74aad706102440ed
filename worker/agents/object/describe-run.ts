import type { Plan, Run } from "../../../contract/runs.ts";
import type { ObjectState } from "./object-state.ts";
import { planOf } from "./plan-rows.ts";
import { isLive, type RunRow } from "./run-rows.ts";
import { shownStatus } from "./shown-status.ts";

/** The run as the API shows it, with what it waits for. */
export const describe = (state: ObjectState, agentId: string, row: RunRow): Run => {
	const isWaiting = isLive(row) && row.state.callCount > 0;
	const pendingApprovals = isWaiting
		? state.approvals
				.pendingOf(row.id)
				.map(({ id, digest, call, grant, method, expiresAtMs }) => ({ id, digest, call, grant, method, expiresAtMs }))
		: [];
	const { error, usage, logsTruncated, grants, labels, programDigest, policyVersion, startedAtMs, mode, source, metadata, parent, lent } =
		row.state;
	const { programVersion, isolation, cause } = row.state;
	const plan: Plan | null = mode === "dry" && !isLive(row) ? planOf(state, agentId, row) : null;
	return {
		id: row.id,
		agent: agentId,
		status: shownStatus(state, row),
		result: row.result,
		...{ error, usage },
		logs: isLive(row) ? state.liveLogs.of(row.id) : row.logs,
		logsTruncated,
		files: state.files(row.id, "output").outputs(),
		...{ grants, labels, programDigest, policyVersion },
		attempt: row.attempt,
		createdAtMs: row.created_at_ms,
		startedAtMs,
		endedAtMs: row.ended_at_ms,
		pendingApproval: pendingApprovals[0] ?? null,
		pendingApprovals,
		unresolvedCalls: isWaiting ? state.calls.unknownOf(row.id) : [],
		...{ mode, source, plan, metadata, programVersion, isolation },
		trigger: cause?.kind === "trigger" ? cause.id : null,
		schedule: cause?.kind === "schedule" ? cause.id : null,
		parent: parent === null ? null : { agent: parent.agentId, run: parent.runId, call: parent.callId },
		root: parent?.rootRunId ?? null,
		lent,
	};
};
