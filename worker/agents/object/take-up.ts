import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { CompiledProgram } from "../../executor/protocol.ts";
import { runError } from "../../../contract/runs.ts";
import type { PartialVector } from "../../budgets/vector.ts";
import { type Attempt, attemptOf, firstAmount } from "./admit-run.ts";
import { attemptLimits, attemptShortage } from "./attempt-limits.ts";
import { type HoldRefusal, refusalOf } from "./budget-book.ts";
import { giveUpChild } from "./child-ended.ts";
import { abandonCall, closeCalls } from "./end-call.ts";
import { expireApprovals } from "./expire-approvals.ts";
import { endRow, settleRun } from "./finish-run.ts";
import { endParked, isHalted, runsLeftToEnd } from "./halt-agent.ts";
import { holdExpiry, holdRun } from "./hold-run.ts";
import { callUp } from "./line-up.ts";
import { takePlace } from "./live-place.ts";
import type { ObjectState } from "./object-state.ts";
import { jsonColumn, readRow } from "../../db/rows.ts";
import { isLive, isParked, type RunRow } from "./run-rows.ts";
import { forgetReplay } from "./replay-call.ts";
import { interruptRun } from "./stop-runs.ts";
import { wakeRun } from "./wake-run.ts";

const Work = z.object({ program: jsonColumn(CompiledProgram), input: z.string() });
/** Ended runs stay in the object this long after they have ended, so that reading one that has just ended does not depend on D1. */
const KEEP_ENDED_MS = 10 * 60 * 1000;
const PRUNE_AT_ONCE = 500;
/** How soon a run that no executor took is tried again. */
const RELEASED_MS = 2_000;
/** How long a run may wait for an executor before it fails. */
const QUEUED_MS = 60 * 60 * 1000;
/** How soon the next parked runs of a halted agent are ended. */
const HALTED_MS = 200;
/** A lease that was over for longer than this shows that the alarm did not ring. */
const LOOKED_MS = 60_000;

/**
 * Gives a waiting run to whoever executes it; null when it is not waiting (taken, ended, unknown): a queue may deliver twice. An attempt after the first makes
 * its own hold; one that the budget does not have ends the run.
 */
export const claimRun = (state: ObjectState, runId: string, nowMs: number): Attempt | null => {
	const found = state.runs.get(runId);
	if (found === null || !isLive(found) || found.claimed === 1 || found.status !== "queued" || isHalted(state)) return null;
	const work = readRow(state.sql, Work, "SELECT program, input FROM work WHERE run_id = ?", runId);
	if (work === null) return null;
	const row = takePlace(state, found, nowMs);
	if (row === null) return null;
	// An answer that came while the run was parked, or its last choices, may not have fitted.
	const isWhole = row.attempt === 0 || row.state.repeatable;
	const shortage = holdForAttempt(state, row, isWhole, nowMs);
	// Its lease ends, and it is tried again.
	if (shortage?.code === "budget_unavailable" || shortage?.code === "concurrency_exceeded") return null;
	if (shortage !== null || !isWhole || row.attempt >= LIMITS.attemptsPerRun) {
		const why = isWhole
			? `it was executed ${row.attempt} times, the most`
			: "its journal is not whole, since it grew larger than what is kept";
		const message = shortage === null ? `Executing the run again: ${why}` : shortage.message;
		const [status, code] = shortage === null ? (["failed", "interrupted"] as const) : (["budget_exceeded", "budget_exceeded"] as const);
		settleRun(state, endRow(closeCalls(state, row, nowMs), status, runError(code, message), nowMs), { cpuMs: 0, wallMs: 0 }, nowMs);
		return null;
	}
	const claimed: RunRow = { ...row, claimed: 1, attempt: row.attempt + 1, lease_expires_at_ms: nowMs + LIMITS.leaseMs };
	const updated = state.runs.update({ ...claimed, state: { ...row.state, ...clockOf(row, nowMs), unheld: false } });
	return attemptOf(state, updated, work.program, work.input, nowMs);
};

/** The program's clock at its start: a run out of the line begins now, whenever it was admitted. */
const clockOf = ({ state }: RunRow, nowMs: number): Partial<RunRow["state"]> => {
	if (state.unheld) return { clockMs: nowMs, liveMs: nowMs, calledUpAtMs: nowMs };
	return { clockMs: state.clockMs === 0 ? nowMs : state.clockMs };
};

const holdForAttempt = (state: ObjectState, row: RunRow, isWhole: boolean, nowMs: number): HoldRefusal | null => {
	if (row.state.unheld) return holdRun(state, row, firstAmount(row), nowMs);
	return row.state.charged && isWhole ? holdAgain(state, row, nowMs) : null;
};

const holdAgain = (state: ObjectState, row: RunRow, nowMs: number): HoldRefusal | null => {
	const spent = attemptShortage(state, row);
	if (spent !== null) return refusalOf(spent);
	const { cpuMs, wallMs } = attemptLimits(state, row);
	return holdRun(state, row, { cpuMs, wallMs }, nowMs);
};

/** Renews the lease of the attempt that is executed; `started` says that it has left the executor's queue. False: somebody ended the run or took it, or it waits for a person and its isolate should be gone. */
export const renewLease = (state: ObjectState, runId: string, attempt: number, startedAtMs: number | null, nowMs: number): boolean => {
	const row = state.runs.get(runId);
	if (row === null || !isLive(row) || row.attempt !== attempt || row.claimed !== 1) return false;
	// Its lease was given when it was parked, and is not renewed: an isolate that has not ended by then is stopped.
	if (row.status === "waiting_approval") return nowMs < (row.lease_expires_at_ms ?? 0) - LIMITS.leaseMs + LIMITS.parkingMs;
	if (startedAtMs !== null && row.status === "queued") {
		state.runs.update({ ...row, status: "running", lease_expires_at_ms: nowMs + LIMITS.leaseMs, state: { ...row.state, startedAtMs } });
		state.outbox.mark("run", runId);
	} else {
		state.runs.renewLease(row, nowMs + LIMITS.leaseMs);
	}
	return true;
};

/** Gives an attempt back that no executor took: the run waits again, and is sent to the queue soon. One that has been seen to start is taken up from its journal. */
export const releaseRun = (state: ObjectState, runId: string, attempt: number, nowMs: number): void => {
	const row = state.runs.get(runId);
	if (row === null || row.attempt !== attempt || row.claimed !== 1) return;
	if (isLive(row) && row.status === "queued") state.runs.update({ ...row, claimed: 0, lease_expires_at_ms: nowMs + RELEASED_MS });
	else interruptRun(state, row, nowMs);
};

/**
 * Takes up what nobody holds any more: a run whose lease is over goes back to the queue, from its journal when its program has been seen to start; a call whose
 * hold's time is over is charged in full and `unknown`, or may be performed again; an approval that nobody decided expires. A live run keeps its hold: its lease decides.
 * @returns the runs to send to the queue.
 */
export const takeUp = (state: ObjectState, nowMs: number): string[] => {
	// What a kill switch has left to be ended.
	endParked(state, nowMs);
	const queue = expireApprovals(state, nowMs);
	for (const row of state.runs.leaseOver(nowMs)) {
		// Who asked for a replay is gone, or has given it up.
		if (forgetReplay(state, row.id, nowMs) !== null) continue;
		if (isParked(row)) {
			// A timer of its program is due.
			if (wakeRun(state, row.id, nowMs)) queue.push(row.id);
			const left = state.runs.get(row.id);
			if (left !== null && isParked(left)) state.runs.update({ ...left, lease_expires_at_ms: null });
			continue;
		}
		if (isLive(row) && row.status === "queued") {
			// Where nobody has looked for long, because all was off or the clock was put on, its time has not run.
			const isLooked = nowMs - (row.lease_expires_at_ms ?? 0) < LOOKED_MS;
			if (isLooked && row.claimed === 0 && Math.max(row.state.queuedAtMs, row.created_at_ms) + QUEUED_MS < nowMs) {
				const error = runError("interrupted", "Starting the run: no executor took it in time");
				settleRun(state, endRow(closeCalls(state, row, nowMs), "failed", error, nowMs), { cpuMs: 0, wallMs: 0 }, nowMs);
				continue;
			}
			const queuedAtMs = isLooked ? row.state.queuedAtMs : nowMs;
			state.runs.update({ ...row, claimed: 0, lease_expires_at_ms: nowMs + LIMITS.leaseMs, state: { ...row.state, queuedAtMs } });
			queue.push(row.id);
		} else if (interruptRun(state, row, nowMs) === "again") queue.push(row.id);
	}
	for (const { id, hold } of state.book.expired(nowMs)) takeUpHold(state, id, hold.amount, nowMs);
	state.runs.prune(nowMs - KEEP_ENDED_MS, PRUNE_AT_ONCE);
	state.received.forgetOld(nowMs);
	queue.push(...callUp(state, nowMs));
	return queue;
};

const takeUpHold = (state: ObjectState, id: string, amount: PartialVector, nowMs: number): void => {
	const child = state.kin.child(id);
	if (child !== null && child.status !== "ended") {
		// Its end will be told: the hold is for what it uses until then.
		const owner = state.runs.get(child.run_id);
		const isAwaited = owner !== null && (isLive(owner) || nowMs < (owner.ended_at_ms ?? 0) + LIMITS.childSettleMs);
		// Who was to have it admitted may be dead; doing it twice makes one run.
		if (isAwaited && child.status === "opening") state.performing.delete(id);
		if (isAwaited) state.book.extend(id, nowMs + LIMITS.childHoldMs);
		else giveUpChild(state, child, nowMs);
		return;
	}
	const call = state.calls.line(id);
	if (call !== null && call.record.status === "started") {
		state.performing.delete(id);
		const owner = state.runs.get(call.record.run);
		if (call.idempotent && owner !== null && isLive(owner)) state.book.extend(id, nowMs + LIMITS.upstreamMs.max);
		else abandonCall(state, id, "Ending a call: what performed it died; nobody can say whether it happened", nowMs);
		return;
	}
	const row = state.runs.get(id);
	if (row === null || row.settled === 1) state.book.settle(id, amount, nowMs, state.book.lentOf(id));
	else if (isLive(row)) state.book.extend(id, holdExpiry(row.state.limits.wallMs, nowMs));
	else interruptRun(state, row, nowMs);
};

/** When the alarm must ring next; null when nothing waits. `outboxRetryMs`: how long from now the outbox is to be tried again, if it holds anything. */
export const nextAlarm = (state: ObjectState, nowMs: number, outboxRetryMs: number): number | null => {
	const due = [
		state.runs.earliestLease(),
		state.book.earliestExpiry(),
		state.approvals.earliestExpiry(),
		state.slices.dueAtMs(),
		state.kin.dueAtMs(),
		state.schedules.dueAtMs(),
		state.received.dueAtMs(),
		runsLeftToEnd(state) > 0 ? nowMs + HALTED_MS : null,
		state.outbox.isEmpty() && !state.runs.isAnyInLine() ? null : nowMs + outboxRetryMs,
	];
	const ended = state.sql.exec("SELECT min(ended_at_ms) AS earliest FROM runs WHERE ended_at_ms IS NOT NULL").one()["earliest"];
	due.push(typeof ended === "number" ? Math.max(ended + KEEP_ENDED_MS, nowMs + 1_000) : null);
	const times = due.flatMap((at) => (at === null ? [] : [at]));
	return times.length === 0 ? null : Math.min(...times);
};
