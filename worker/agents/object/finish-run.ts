import type { Run, RunError, RunLog, RunStatus } from "../../../contract/runs.ts";
import { runError } from "../../../contract/runs.ts";
import { noteChoices, unpackChoices } from "./call-place.ts";
import { cancelApprovals } from "./cancel-approvals.ts";
import { tellIfOver } from "./child-ended.ts";
import { describe } from "./describe-run.ts";
import { callInWords } from "./diverge.ts";
import { chargeRun } from "./charge-run.ts";
import { closeCalls } from "./end-call.ts";
import { hasHandles } from "./handle-rows.ts";
import { leavePlace } from "./live-place.ts";
import { loseAttempt } from "./lose-attempt.ts";
import type { ObjectState } from "./object-state.ts";
import { keepPlan, leftOfPlan } from "./plan-rows.ts";
import { isLive, type RunRow } from "./run-rows.ts";
import { settleAttempt } from "./settle-attempt.ts";
import { tellRunEnded } from "./tell-run.ts";

type EndStatus = Exclude<RunStatus, "queued" | "running" | "waiting_approval">;

/** How an attempt ended, worked out by who executed it. `cpuMs` and `wallMs` are measured on the host. */
export interface FinishCommand {
	readonly runId: string;
	readonly attempt: number;
	/**
	 * `parked`: the isolate was given up while the run waits. `lost`: what executed it died; `cut`: its isolate says that a call got no answer; `status` and
	 * `error` are for a run that cannot be executed again.
	 */
	readonly ending: "ended" | "parked" | "lost" | "cut";
	readonly status: EndStatus;
	readonly result: Run["result"];
	readonly error: RunError | null;
	readonly logs: readonly RunLog[];
	readonly logsTruncated: boolean;
	/** `<from> <choices>` (docs/design/replay.md); null: nobody told. */
	readonly choices: string | null;
	/** How many calls the program made, by the isolate's word; null: nobody told. */
	readonly places: number | null;
	/** How many of them could be sent, likewise. */
	readonly sent: number | null;
	/** Of a parked run: when its program's next timer is due, epoch milliseconds; null: none. */
	readonly timerAtMs: number | null;
	readonly cpuMs: number;
	readonly wallMs: number;
	readonly startedAtMs: number | null;
}

/** The run as it is now, whether the caller should execute it again at once, and whether a person was asked about a call of it. */
export interface FinishAnswer {
	readonly run: Run;
	readonly again: boolean;
	readonly asked: boolean;
}

/**
 * Ends an attempt. A run that waits for a person stays; one whose attempt was lost goes back to the queue; any other ends here, with its hold and those of
 * its open calls settled. A run that has ended already keeps its end; only what it used and printed is still taken. Null: no such run.
 */
export const finishRun = (state: ObjectState, command: FinishCommand, nowMs: number): FinishAnswer | null => {
	const configuration = state.facts.configuration();
	const row = state.runs.get(command.runId);
	if (configuration === null || row === null) return null;
	let again = false;
	if (row.attempt === command.attempt && row.claimed === 1 && row.settled === 0) again = finishAttempt(state, row, command, nowMs);
	const now = state.runs.get(command.runId);
	return now === null ? null : { run: describe(state, configuration.agentId, now), again, asked: state.approvals.hasAsked(now.id) };
};

const finishAttempt = (state: ObjectState, found: RunRow, command: FinishCommand, nowMs: number): boolean => {
	if (found.state.mode === "replay") {
		endReplay(state, found, command, nowMs);
		return false;
	}
	if (command.choices !== null) noteLastChoices(state, found, command.choices);
	const row = state.runs.get(found.id) ?? found;
	const isWaiting = isLive(row) && row.status === "waiting_approval";
	if (isLive(row) && command.ending !== "ended") state.liveLogs.append(row.id, command.logs);
	// An executor that was told that the run is not its any more stopped an isolate that was about to be given up.
	const isGivenUp = command.ending !== "ended" || command.status === "cancelled";
	if (isWaiting && isGivenUp) return settleAttempt(state, row, command, nowMs) === "again";
	if (isLive(row) && (command.ending === "lost" || command.ending === "cut")) {
		return loseAttempt(state, row, command, nowMs, command.ending) === "again";
	}
	endAttempt(state, row, command.ending === "parked" ? { ...command, ...UNASKED } : command, nowMs);
	return false;
};

/** A replay ends as its program did; whether that is as the recorded run did is for whoever asked. */
const endReplay = (state: ObjectState, row: RunRow, command: FinishCommand, nowMs: number): void =>
	endWith(state, row, command.ending === "parked" ? { ...command, ...HELD } : command, command, nowMs);

const HELD = {
	status: "failed" as const,
	result: null,
	error: runError("interrupted", "Replaying the run: the program waits for an answer that the recorded run did not get"),
};

/** Only the host parks a run: an isolate that says so unasked has ended without an answer. */
const UNASKED = {
	status: "failed" as const,
	result: null,
	error: runError("never_settled", "Running the program: it ended without an answer"),
};

const endAttempt = (state: ObjectState, row: RunRow, command: FinishCommand, nowMs: number): void => {
	const closed = closeCalls(state, row, nowMs);
	endWith(state, closed, { ...command, ...judgePath(state, closed, command) }, command, nowMs);
};

/** Ends a run if nobody has, with what its program left behind. */
const endWith = (
	state: ObjectState,
	row: RunRow,
	end: Pick<FinishCommand, "status" | "error" | "result">,
	command: FinishCommand,
	nowMs: number,
): void => {
	const ended = isLive(row) ? endRow(row, end.status, end.error, nowMs) : row;
	const startedAtMs = ended.state.startedAtMs ?? command.startedAtMs;
	const outcome = {
		...ended,
		result: ended.status === "succeeded" ? end.result : null,
		logs: [...command.logs],
		state: { ...ended.state, startedAtMs, logsTruncated: command.logsTruncated, places: command.places, sent: command.sent },
	};
	settleRun(state, outcome, command, nowMs);
};

const noteLastChoices = (state: ObjectState, row: RunRow, text: string): void => {
	const [from = "", packed = ""] = text.split(" ", 2);
	const items = packed === "!" ? null : unpackChoices(packed);
	const start = Number(from);
	noteChoices(state, row, items === null || !Number.isSafeInteger(start) || start < 0 ? null : { from: start, items });
};

/** A run that was executed again must have asked for everything that its journal has, and one with a plan have done all of it. */
const judgePath = (
	state: ObjectState,
	row: RunRow,
	{ status, error, places }: Pick<FinishCommand, "status" | "error" | "places">,
): { status: EndStatus; error: RunError | null } => {
	if (!isLive(row) || (status !== "succeeded" && status !== "failed")) return { status, error };
	const missed =
		places !== null && (row.attempt > 1 || row.state.source !== null) ? state.calls.unseenAfter(row.id, row.attempt, places) : null;
	if (missed !== null) {
		const { record } = missed;
		const was = `call ${record.seq} was ${callInWords(record.grant, record.method, record.args)}`;
		return { status: "failed", error: runError("replay_diverged", `Executing the run again: ${was}, the program now ended without it`) };
	}
	const left = status === "succeeded" ? leftOfPlan(state, row) : 0;
	if (left === 0) return { status, error };
	return {
		status: "failed",
		error: runError("replay_diverged", `Executing a plan: the program ended with ${left} of the plan's effects not made`),
	};
};

/** The row of a run that ends now. */
export const endRow = (row: RunRow, status: RunStatus, error: RunError | null, nowMs: number): RunRow => ({
	...row,
	status,
	ended_at_ms: nowMs,
	state: { ...row.state, error },
});

/** Settles a run's hold with what it used, writes the row with its outcome, and forgets what only a live run needs. */
export const settleRun = (state: ObjectState, row: RunRow, used: { cpuMs: number; wallMs: number }, nowMs: number): void => {
	const settled = leavePlace(state, chargeRun(state, row, used, nowMs), nowMs);
	const ended = state.runs.updateWithOutcome({
		...settled,
		// Of a run that ends without an attempt to tell, the lines that were seen while it went.
		logs: row.logs.length > 0 ? row.logs : state.liveLogs.of(row.id),
		settled: 1,
		lease_expires_at_ms: null,
	});
	state.liveLogs.forget(row.id);
	state.awaited.drop(row.id);
	cancelApprovals(state, row.id, nowMs);
	if (row.state.mode === "replay") return;
	state.kin.wantEnd({ runId: row.id }, nowMs);
	tellIfOver(state, row.id, nowMs);
	const files = state.files(row.id, "output");
	files.dropPassing();
	if (files.stored().length > 0 || hasHandles(state, row.id)) state.outbox.mark("contents", row.id);
	state.outbox.mark("journal", row.id);
	state.outbox.mark("run", row.id);
	tellRunEnded(state, ended, nowMs);
	if (row.state.mode === "dry") keepPlan(state, row);
};
