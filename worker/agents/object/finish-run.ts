import type { Run, RunError, RunLog, RunStatus } from "../../../contract/runs.ts";
import { priceOf } from "../../budgets/prices.ts";
import { describe } from "./admit-run.ts";
import { abandonCalls } from "./end-call.ts";
import { hasHandles } from "./handle-rows.ts";
import type { ObjectState } from "./object-state.ts";
import { isLive, type RunRow } from "./run-rows.ts";

/** How an attempt ended, worked out by who executed it. `cpuMs` and `wallMs` are measured on the host. */
export interface FinishCommand {
	readonly runId: string;
	readonly attempt: number;
	readonly status: Exclude<RunStatus, "queued" | "running" | "waiting_approval">;
	readonly result: Run["result"];
	readonly error: RunError | null;
	readonly logs: readonly RunLog[];
	readonly logsTruncated: boolean;
	readonly cpuMs: number;
	readonly wallMs: number;
	readonly startedAtMs: number | null;
}

/** Ends a run and settles its hold and those of its open calls. A run that has ended already keeps its end; only what it used and printed is still taken. Null: no such run. */
export const finishRun = (state: ObjectState, command: FinishCommand, nowMs: number): Run | null => {
	const configuration = state.facts.configuration();
	const row = state.runs.get(command.runId);
	if (configuration === null || row === null) return null;
	if (row.attempt === command.attempt && row.settled === 0) {
		const closed = abandonCalls(state, row, nowMs);
		const ended = isLive(closed) ? endRow(closed, command.status, command.error, nowMs) : closed;
		const startedAtMs = command.startedAtMs ?? ended.state.startedAtMs;
		const outcome = {
			...ended,
			result: ended.status === "succeeded" ? command.result : null,
			logs: [...command.logs],
			state: { ...ended.state, startedAtMs, logsTruncated: command.logsTruncated },
		};
		settleRun(state, outcome, command, nowMs);
	}
	const now = state.runs.get(command.runId);
	return now === null ? null : describe(state, configuration.agentId, now);
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
	const amount = { runs: 1, cpuMs: Math.ceil(used.cpuMs), wallMs: Math.ceil(used.wallMs) };
	const charged = state.book.settle(row.id, { ...amount, usdMicros: priceOf(amount) }, nowMs);
	const { usage } = row.state;
	state.runs.updateWithOutcome({
		...row,
		settled: 1,
		lease_expires_at_ms: null,
		state: {
			...row.state,
			usage: {
				...usage,
				cpuMs: charged?.cpuMs ?? 0,
				wallMs: charged?.wallMs ?? 0,
				usdMicros: usage.usdMicros + (charged?.usdMicros ?? 0),
			},
		},
	});
	state.sql.exec("DELETE FROM work WHERE run_id = ?", row.id);
	const files = state.files(row.id, "output");
	files.dropPassing();
	if (files.stored().length > 0 || hasHandles(state, row.id)) state.outbox.mark("contents", row.id);
	state.outbox.mark("run", row.id);
};
