import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { CompiledProgram } from "../../executor/protocol.ts";
import { type Attempt, attemptOf, holdExpiry } from "./admit-run.ts";
import { abandonCall } from "./end-call.ts";
import type { ObjectState } from "./object-state.ts";
import { jsonColumn, readRow } from "./rows.ts";
import { isLive, type RunRow } from "./run-rows.ts";
import { interruptRun } from "./stop-runs.ts";

const Work = z.object({ program: jsonColumn(CompiledProgram), input: z.string() });
/** Ended runs stay in the object this long after they have ended, so that reading one that has just ended does not depend on D1. */
const KEEP_ENDED_MS = 10 * 60 * 1000;
const PRUNE_AT_ONCE = 500;
/** How soon a run that no executor took is tried again. */
const RELEASED_MS = 2_000;
/** How long a run may wait for an executor before it fails. */
const QUEUED_MS = 60 * 60 * 1000;

/** Gives a waiting run to whoever executes it; null when it is not waiting (taken, ended, unknown): a queue may deliver twice. */
export const claimRun = (state: ObjectState, runId: string, nowMs: number): Attempt | null => {
	const row = state.runs.get(runId);
	if (row === null || !isLive(row) || row.claimed === 1 || row.status !== "queued") return null;
	const work = readRow(state.sql, Work, "SELECT program, input FROM work WHERE run_id = ?", runId);
	if (work === null) return null;
	const claimed: RunRow = { ...row, claimed: 1, attempt: row.attempt + 1, lease_expires_at_ms: nowMs + LIMITS.leaseMs };
	return attemptOf(state, state.runs.update(claimed), work.program, work.input);
};

/** Renews the lease of the attempt that is executed; `started` says that it has left the executor's queue. False: somebody ended the run or took it. */
export const renewLease = (state: ObjectState, runId: string, attempt: number, startedAtMs: number | null, nowMs: number): boolean => {
	const row = state.runs.get(runId);
	if (row === null || !isLive(row) || row.attempt !== attempt || row.claimed !== 1) return false;
	if (startedAtMs !== null && row.status === "queued") {
		state.runs.update({ ...row, status: "running", lease_expires_at_ms: nowMs + LIMITS.leaseMs, state: { ...row.state, startedAtMs } });
		state.outbox.mark("run", runId);
	} else {
		state.runs.renewLease(row, nowMs + LIMITS.leaseMs);
	}
	return true;
};

/** Gives an attempt back that no executor took: the run waits again, and is sent to the queue soon. One that has been seen to start is not started again. */
export const releaseRun = (state: ObjectState, runId: string, attempt: number, nowMs: number): void => {
	const row = state.runs.get(runId);
	if (row === null || row.attempt !== attempt || row.claimed !== 1) return;
	if (isLive(row) && row.status === "queued") state.runs.update({ ...row, claimed: 0, lease_expires_at_ms: nowMs + RELEASED_MS });
	else interruptRun(state, row, nowMs);
};

/**
 * Takes up what nobody holds any more: a run whose lease is over goes back to the queue when its program has not been seen to start, and ends
 * `interrupted` when it has; a call whose hold's time is over is charged in full and `unknown`. A live run
 * keeps its hold: its lease decides.
 * @returns the runs to send to the queue.
 */
export const takeUp = (state: ObjectState, nowMs: number): string[] => {
	const queue: string[] = [];
	for (const row of state.runs.leaseOver(nowMs)) {
		if (!isLive(row) || row.status !== "queued" || row.created_at_ms + QUEUED_MS < nowMs) {
			interruptRun(state, row, nowMs);
		} else {
			state.runs.update({ ...row, claimed: 0, lease_expires_at_ms: nowMs + LIMITS.leaseMs });
			queue.push(row.id);
		}
	}
	for (const { id, hold } of state.book.expired(nowMs)) {
		if (state.calls.get(id)?.record.status === "started") {
			abandonCall(state, id, "Ending a call: what performed it died; nobody can say whether it happened", nowMs);
			continue;
		}
		const row = state.runs.get(id);
		if (row === null || row.settled === 1) state.book.settle(id, hold.amount, nowMs);
		else if (isLive(row)) state.book.extend(id, holdExpiry(row.state.limits.wallMs, nowMs));
		else interruptRun(state, row, nowMs);
	}
	state.runs.prune(nowMs - KEEP_ENDED_MS, PRUNE_AT_ONCE);
	return queue;
};

/** When the alarm must ring next; null when nothing waits. `outboxRetryMs`: how long from now the outbox is to be tried again, if it holds anything. */
export const nextAlarm = (state: ObjectState, nowMs: number, outboxRetryMs: number): number | null => {
	const due = [state.runs.earliestLease(), state.book.earliestExpiry(), state.outbox.isEmpty() ? null : nowMs + outboxRetryMs];
	const ended = state.sql.exec("SELECT min(ended_at_ms) AS earliest FROM runs WHERE ended_at_ms IS NOT NULL").one()["earliest"];
	due.push(typeof ended === "number" ? Math.max(ended + KEEP_ENDED_MS, nowMs + 1_000) : null);
	const times = due.flatMap((at) => (at === null ? [] : [at]));
	return times.length === 0 ? null : Math.min(...times);
};
