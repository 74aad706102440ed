import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { RunApprovalEvent } from "../../../contract/run-events.ts";
import { CALL_STATUSES, type Run, type RunLog, type RunStatus } from "../../../contract/runs.ts";
import { describe } from "./describe-run.ts";
import type { ObjectState } from "./object-state.ts";
import { jsonColumn, readRow, readRows } from "../../db/rows.ts";
import { isLive, type RunRow } from "./run-rows.ts";
import { shownStatus } from "./shown-status.ts";

/** How far a reader has followed a run: everything up to here has been told. */
export interface RunCursor {
	/** Null: nothing has been told. */
	readonly status: RunStatus | null;
	readonly attempt: number;
	/** Every call up to the place `seen` was told as it was at this change. */
	readonly change: number;
	readonly seen: number;
	/** The last console line told. */
	readonly line: number;
	/** Calls told that may still change, and those whose approval was not told as it ends; by place. */
	readonly unfinished: readonly UnfinishedCall[];
	/** The end was told. */
	readonly isEnded: boolean;
}

/** `approval`: how far it was told; `untold` also when there is none. */
export interface UnfinishedCall {
	readonly seq: number;
	readonly isOpen: boolean;
	readonly approval: "untold" | "pending" | "settled";
}

/** What there is of a run after a cursor, as plain data. */
export interface RunView {
	readonly status: RunStatus;
	readonly attempt: number;
	/** When it came to the status, as far as is known. */
	readonly atMs: number;
	/** Calls told before that have changed, in the order of their changes. */
	readonly changed: readonly CallView[];
	/** Calls after the place seen, in order. */
	readonly fresh: readonly CallView[];
	/** The run's last change: where a reader stands who has been told all of `changed`. */
	readonly change: number;
	readonly lines: readonly RunLog[];
	/** Of fresh and of unfinished calls, with their calls' places. */
	readonly approvals: readonly { readonly seq: number; readonly approval: RunApprovalEvent }[];
	/** Nothing of the run will change any more. */
	readonly isOver: boolean;
	/** The run, when it is over and this view tells all the rest; null before. */
	readonly end: Run | null;
}

/** A call as its events tell of it. It is told to many readers, so its record stays the text that it is stored as. */
const CallView = z.object({
	seq: z.int(),
	change: z.int(),
	status: z.enum(CALL_STATUSES),
	/** When it ended, or else began. */
	atMs: z.int(),
	/** JSON of a Call, on one line. */
	text: z.string(),
});
export type CallView = z.infer<typeof CallView>;

const CALL_VIEW =
	"seq, change, status, coalesce(json_extract(record, '$.endedAtMs'), json_extract(record, '$.startedAtMs')) AS atMs, record AS text";
const ChangeRow = z.object({ change: z.int().nullable() });
const ApprovalRow = z.object({ seq: z.int(), record: jsonColumn(RunApprovalEvent.strip()) });

/** What is new of a run to a reader; null when the object does not have the run (any more). Reads at most a page of calls. */
export const viewRun = (state: ObjectState, runId: string, cursor: RunCursor, nowMs: number): RunView | null => {
	const configuration = state.facts.configuration();
	const row = state.runs.get(runId);
	if (configuration === null || row === null) return null;
	const isOver = !isLive(row) && row.settled === 1;
	const changed = changedCalls(state, runId, cursor);
	const isBehind = changed.length === LIMITS.eventsPage;
	const room = LIMITS.eventsPage - changed.length;
	const fresh = isBehind ? [] : freshCalls(state, runId, cursor, room);
	const isWhole = !isBehind && fresh.length < room;
	return {
		status: shownStatus(state, row),
		attempt: row.attempt,
		atMs: sinceMs(row, nowMs),
		changed,
		fresh,
		change: lastChange(state, runId),
		lines: isOver ? row.logs.filter((line) => line.seq > cursor.line) : state.liveLogs.of(runId, cursor.line),
		approvals: approvalsOf(state, runId, [...cursor.unfinished.map((call) => call.seq), ...fresh.map((call) => call.seq)]),
		isOver,
		end: isOver && isWhole && !cursor.isEnded ? describe(state, configuration.agentId, row) : null,
	};
};

/** Whether a view tells a reader anything. */
export const hasNews = (view: RunView, cursor: RunCursor): boolean =>
	view.status !== cursor.status ||
	view.attempt !== cursor.attempt ||
	view.changed.length + view.fresh.length + view.lines.length > 0 ||
	view.end !== null ||
	view.approvals.some(({ seq, approval }) => isUntold(cursor, seq, approval.status));

/** Whether a reader has not been told yet how an approval stands. */
export const isUntold = (cursor: RunCursor, seq: number, status: RunApprovalEvent["status"]): boolean => {
	const known = cursor.unfinished.find((call) => call.seq === seq)?.approval ?? "untold";
	return known === "untold" || (known === "pending" && status !== "pending");
};

const changedCalls = (state: ObjectState, runId: string, { change, seen }: RunCursor): CallView[] =>
	readRows(
		state.sql,
		CallView,
		`SELECT ${CALL_VIEW} FROM calls WHERE run_id = ? AND change > ? AND seq <= ? ORDER BY change LIMIT ?`,
		...[runId, change, seen, LIMITS.eventsPage],
	);

const freshCalls = (state: ObjectState, runId: string, { seen }: RunCursor, most: number): CallView[] =>
	readRows(state.sql, CallView, `SELECT ${CALL_VIEW} FROM calls WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?`, runId, seen, most);

const lastChange = (state: ObjectState, runId: string): number =>
	readRow(state.sql, ChangeRow, "SELECT max(change) AS change FROM calls WHERE run_id = ?", runId)?.change ?? 0;

const approvalsOf = (state: ObjectState, runId: string, places: readonly number[]): RunView["approvals"] => {
	if (places.length === 0) return [];
	return readRows(
		state.sql,
		ApprovalRow,
		`SELECT calls.seq AS seq, approvals.record AS record FROM json_each(?) AS place
		JOIN calls ON calls.run_id = ? AND calls.seq = place.value JOIN approvals ON approvals.call_id = calls.id ORDER BY calls.seq`,
		JSON.stringify(places),
		runId,
	).map(({ seq, record }) => ({ seq, approval: record }));
};

const sinceMs = (row: RunRow, nowMs: number): number => {
	if (row.ended_at_ms !== null) return row.ended_at_ms;
	if (row.status === "waiting_approval") return row.state.lastCallAtMs || nowMs;
	if (row.attempt > 1) return nowMs;
	return row.status === "running" ? (row.state.startedAtMs ?? nowMs) : row.created_at_ms;
};
