import type { RunEventData } from "../../../contract/events.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { RunStatus } from "../../../contract/runs.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** Tells of a run that has ended, in the step that settles it. A replay is no run: nobody is told. */
export const tellRunEnded = (state: ObjectState, row: RunRow, nowMs: number): void => {
	const type = TYPE_OF_END[row.status];
	const agent = state.facts.configuration()?.agentId;
	if (row.state.mode === "replay" || type === null || agent === undefined) return;
	const text = row.status === "succeeded" ? JSON.stringify(row.result) : null;
	const result = text !== null && text.length * 3 <= LIMITS.eventResultBytes ? text : shortEnough(text);
	state.events.add({ type, agent, run: row.id, data: dataOf(row, row.state.mode, null) }, nowMs, {
		result,
		hops: row.state.hops,
		kept: true,
	});
};

/** Tells that a call of a run waits for a person, in the step that asks. */
export const tellRunWaits = (state: ObjectState, row: RunRow, approval: string, nowMs: number): void => {
	const agent = state.facts.configuration()?.agentId;
	if (row.state.mode === "replay" || agent === undefined) return;
	const data = { ...dataOf(row, row.state.mode, approval), status: "waiting_approval" as const };
	state.events.add({ type: "run.waiting_approval", agent, run: row.id, data }, nowMs, { hops: row.state.hops, kept: true });
};

const TYPE_OF_END = {
	queued: null,
	running: null,
	waiting_approval: null,
	succeeded: "run.succeeded",
	failed: "run.failed",
	timed_out: "run.timed_out",
	cancelled: "run.cancelled",
	budget_exceeded: "run.budget_exceeded",
} as const satisfies Record<RunStatus, string | null>;

const shortEnough = (text: string | null): string | null =>
	text !== null && new TextEncoder().encode(text).length <= LIMITS.eventResultBytes ? text : null;

const dataOf = (
	{ status, created_at_ms, ended_at_ms, revision, state }: RunRow,
	mode: "live" | "dry",
	approval: string | null,
): RunEventData => ({
	status,
	errorCode: state.error?.code ?? null,
	usage: state.usage,
	createdAtMs: created_at_ms,
	startedAtMs: state.startedAtMs,
	endedAtMs: ended_at_ms,
	programDigest: state.programDigest,
	programVersion: state.programVersion,
	trigger: state.cause?.kind === "trigger" ? state.cause.id : null,
	schedule: state.cause?.kind === "schedule" ? state.cause.id : null,
	parent: state.parent?.runId ?? null,
	mode,
	labels: state.labels,
	metadata: state.metadata,
	sequence: revision,
	approval,
});
