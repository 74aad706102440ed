import type { Agent } from "../../contract/agents.ts";
import type { Approval, ScopedApproval } from "../../contract/approvals.ts";
import type { Budget, BudgetLimits } from "../../contract/budgets.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Call, Run } from "../../contract/runs.ts";
import { describeBudget } from "../budgets/describe-budget.ts";
import type { Identity } from "./agent-host.ts";
import { AgentKin } from "./agent-kin.ts";
import { isCalling } from "./object/begin-call.ts";
import type { CallInFlight } from "./object/calls-in-flight.ts";
import { currentAgent } from "./object/configure.ts";
import { describe } from "./object/describe-run.ts";
import { followRun, type RunNews, untilQuiet } from "./object/follow-run.ts";
import { findHandle } from "./object/handle-rows.ts";
import { liveRuns } from "./object/live-runs.ts";
import { findPlan } from "./object/plan-rows.ts";
import { recordingOf } from "./object/record-run.ts";
import type { RunCursor } from "./object/run-changes.ts";
import { isLive } from "./object/run-rows.ts";
import { shownStatus } from "./object/shown-status.ts";
import { isSwitchedOff } from "./object/switched-off.ts";
import { type StopReason, untilStopped } from "./object/until-stopped.ts";
import type { Recording } from "./recording.ts";

/** A file of a run: its bytes, or its key in the store of blobs. */
export type FoundFile = { kind: "bytes"; bytes: Uint8Array } | { kind: "blob"; key: string; type: string };

/** What of an agent's object is read, and waited for: nothing here changes anything. */
export abstract class AgentReader extends AgentKin {
	async findHandle(command: Parameters<typeof findHandle>[1]): Promise<ReturnType<typeof findHandle>> {
		return findHandle(this.state, command);
	}

	/** The dry run that a plan is of, and the run that has executed it; null: the agent has no such plan (any more). */
	async findPlan(digest: string): Promise<ReturnType<typeof findPlan>> {
		return findPlan(this.state, digest);
	}

	/** All that an ended run can be executed again from; null when the object does not have it any more: the store has. */
	async recording(runId: string): Promise<Recording | null> {
		// Streams that its program left are about to end, and belong to it.
		await this.untilQuiet(runId, LIMITS.recordingWaitMs);
		return recordingOf(this.state, runId);
	}

	/** The run, or null when the object does not have it (any more). */
	async run(runId: string): Promise<Run | null> {
		const configuration = this.state.facts.configuration();
		const row = this.state.runs.get(runId);
		return configuration === null || row === null ? null : describe(this.state, configuration.agentId, row);
	}

	/** The runs that the object still has, each with the grants that its calls have used; replays are none. */
	async grantsUsed(): Promise<{ run: string; grants: string[] }[]> {
		return this.state.runs.grantsUsed();
	}

	/** Whether what a call has made may still count: its attempt executes its run, and its grant is not switched off. */
	async mayCount({ runId, attempt, callId }: { runId: string; attempt: number; callId: string }): Promise<boolean> {
		const grant = this.state.calls.line(callId)?.record.grant;
		return grant !== undefined && isCalling(this.state.runs.get(runId), attempt) && !isSwitchedOff(this.state, grant);
	}

	/** Why a call that is under way is to stop, as soon as it is; null: it goes on, and the time is over. */
	async untilStopped(call: CallInFlight, waitMs: number): Promise<StopReason | null> {
		return await untilStopped(this.state, this.bell, call, Math.min(waitMs, LIMITS.runWatchWaitMs));
	}

	/** Resolves when nobody performs a call of the run any more, or when the time is over. */
	async untilQuiet(runId: string, waitMs: number): Promise<void> {
		await untilQuiet(this.state, this.bell, runId, waitMs);
	}

	/** What is new of a run after a cursor. */
	async changes(runId: string, cursor: RunCursor, waitMs: number): Promise<RunNews> {
		return followRun(this.state, this.bell, runId, cursor, waitMs);
	}

	/** Resolves with the run when it has ended, waits for a person, or the time is over; null when there is no such run here. */
	async waitEnd(runId: string, timeoutMs: number): Promise<Run | null> {
		const untilMs = Date.now() + timeoutMs;
		for (;;) {
			const row = this.state.runs.get(runId);
			const leftMs = untilMs - Date.now();
			const isParked = row?.claimed === 0 && shownStatus(this.state, row) === "waiting_approval";
			if (row === null || !isLive(row) || isParked || leftMs <= 0) return this.run(runId);
			await this.bell.wait(runId, leftMs);
		}
	}

	/** Calls of a run after a place; null when the object does not have the run (any more). */
	async calls(runId: string, afterSeq: number, most: number): Promise<Call[] | null> {
		return this.state.runs.get(runId) === null ? null : this.state.calls.ofRun(runId, afterSeq, most);
	}

	/** A file's bytes, or where the store has them; null when the run has none at the path. */
	async findFile(runId: string, path: string): Promise<FoundFile | null> {
		const files = this.state.files(runId, "output");
		const row = this.state.runs.get(runId);
		// Inputs of a run that is over are there for its recording alone.
		if (row !== null && !isLive(row) && !files.outputs().some((file) => file.path === path)) return null;
		const key = files.blobOf(path);
		if (key !== null) return { kind: "blob", key, type: "application/octet-stream" };
		const file = files.read(path);
		return file === null ? null : { kind: "bytes", bytes: file.bytes };
	}

	async approval(approvalId: string): Promise<Approval | null> {
		return this.state.approvals.get(approvalId);
	}

	/** Newest first, those before an id. */
	async scopedApprovals(identity: Identity, before: string | null, most: number): Promise<ScopedApproval[]> {
		return (await this.isBorn(identity)) ? this.state.scopes.list(before, most) : [];
	}

	async agent(identity: Identity): Promise<Agent | null> {
		return (await this.isBorn(identity)) ? currentAgent(this.state) : null;
	}

	async budget(identity: Identity): Promise<Budget | null> {
		if (!(await this.isBorn(identity))) return null;
		const limits: BudgetLimits = this.state.facts.configuration()?.budget.limits ?? {};
		const zone = this.state.slices.timeZone;
		const windows = describeBudget(limits, this.state.facts.budget(Date.now(), zone), Date.now(), zone);
		return { ...windows, liveRuns: liveRuns(this.state) };
	}
}
