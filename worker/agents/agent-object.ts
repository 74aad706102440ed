import type { Agent, UpdateAgent } from "../../contract/agents.ts";
import type { Approval, ScopedApproval } from "../../contract/approvals.ts";
import type { Budget, BudgetLimits } from "../../contract/budgets.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Call, Run, RunLog } from "../../contract/runs.ts";
import { describeBudget } from "../budgets/describe-budget.ts";
import { loadResources } from "../resources/load-resources.ts";
import { NO_RESOURCES, type Resources } from "../verbs/verb.ts";
import { AgentHost, type Identity } from "./agent-host.ts";
import {
	type AdmitAnswer,
	type AdmitCommand,
	type Attempt,
	admitRun,
	type RefusedAnswer,
	refuse,
	requestFault,
} from "./object/admit-run.ts";
import { type BeginCallAnswer, type BeginCallCommand, beginCall, isCalling } from "./object/begin-call.ts";
import { changeAgent, currentAgent } from "./object/configure.ts";
import { type DecideAnswer, type DecideCommand, decideApproval } from "./object/decide-approval.ts";
import { resourcesOfGrant } from "./object/decide-call.ts";
import { describe } from "./object/describe-run.ts";
import { type EndCallAnswer, type EndCallCommand, endCall } from "./object/end-call.ts";
import { type FinishAnswer, type FinishCommand, finishRun } from "./object/finish-run.ts";
import { followRun, type RunNews, untilQuiet } from "./object/follow-run.ts";
import { findHandle, keepAsFile, takeHandle } from "./object/handle-rows.ts";
import { callUp } from "./object/line-up.ts";
import { type LeftCall, type LeftCallFate, leaveCall } from "./object/leave-call.ts";
import { appendLogs } from "./object/live-logs.ts";
import { waitedCall } from "./object/recorded-call.ts";
import { noteAwaited, parkableInMs } from "./object/park-run.ts";
import { recordingOf } from "./object/record-run.ts";
import { findPlan } from "./object/plan-rows.ts";
import { forgetReplay, type ReplayTrace } from "./object/replay-call.ts";
import { type ResolveAnswer, type ResolveCommand, resolveCall } from "./object/resolve-call.ts";
import type { RunCursor } from "./object/run-changes.ts";
import { isLive } from "./object/run-rows.ts";
import { cancelAll, cancelRun } from "./object/stop-runs.ts";
import { claimRun, releaseRun, renewLease } from "./object/take-up.ts";
import type { Recording } from "./recording.ts";

/** A file of a run: its bytes, or its key in the store of blobs. */
export type FoundFile = { kind: "bytes"; bytes: Uint8Array } | { kind: "blob"; key: string; type: string };

/**
 * One agent: the serial point of its configuration, budget, live runs, calls, approvals and outbox. Callers are the Worker's own rooms; the tenant in
 * `Identity` comes from the caller's key, never from an id.
 */
export class AgentObject extends AgentHost {
	async admit(identity: Identity, command: AdmitCommand): Promise<AdmitAnswer> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Starting a run: there is no such agent");
		return this.step(command.runId, () => admitRun(this.state, command, Date.now()));
	}

	/** What is wrong with a request for a run, told without admitting anything; null: nothing. */
	async checkRequest(identity: Identity, request: Pick<AdmitCommand, "grants" | "limits">): Promise<RefusedAnswer | null> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Starting a run: there is no such agent");
		return requestFault(this.state, request);
	}

	async claim(identity: Identity, runId: string): Promise<Attempt | null> {
		if (!(await this.isBorn(identity))) return null;
		return this.step(runId, () => claimRun(this.state, runId, Date.now()));
	}

	async renew(runId: string, attempt: number, startedAtMs: number | null): Promise<boolean> {
		return this.step(runId, () => renewLease(this.state, runId, attempt, startedAtMs, Date.now()));
	}

	async release(runId: string, attempt: number): Promise<void> {
		this.step(runId, () => releaseRun(this.state, runId, attempt, Date.now()));
	}

	async beginCall(command: BeginCallCommand): Promise<BeginCallAnswer> {
		const resources = await this.#resources(command.runId, command.grant);
		const begun = this.step(command.runId, () => beginCall(this.state, command, { resources, nowMs: Date.now() }));
		if (begun.kind === "wait") noteAwaited(this.state, command.runId, begun.callId, true);
		return begun;
	}

	/** Waits a while for what a call waits for, then says how it stands: the caller asks again as long as it waits. */
	async waitCall(command: { runId: string; attempt: number; callId: string }): Promise<BeginCallAnswer> {
		const before = this.state.calls.line(command.callId)?.record;
		const row = this.state.runs.get(command.runId);
		const waitMs = row === null ? 0 : parkableInMs(row, Date.now());
		await this.bell.wait(command.runId, Math.max(LIMITS.approvalGatherMs, waitMs));
		const resources = before === undefined ? NO_RESOURCES : await this.#resources(command.runId, before.grant);
		const answer = this.stepIf(
			command.runId,
			() => waitedCall(this.state, command, { resources, nowMs: Date.now() }),
			({ kind }) => kind !== "wait",
		);
		noteAwaited(this.state, command.runId, command.callId, answer.kind === "wait");
		return answer;
	}

	async #resources(runId: string, grant: string): Promise<Resources> {
		const refs = resourcesOfGrant(this.state, runId, grant);
		const tenantId = this.state.facts.configuration()?.tenantId ?? "";
		return refs.length === 0 ? NO_RESOURCES : await loadResources(this.env, tenantId, refs);
	}

	/** Where the store has a large answer that the object gave. */
	async keepAnswer(callId: string, key: string, atMs: number): Promise<void> {
		this.step(null, () => this.state.calls.putAnswer(callId, { text: null, key, atMs }));
	}

	async endCall(command: EndCallCommand): Promise<EndCallAnswer> {
		const runId = this.state.calls.line(command.callId)?.record.run ?? null;
		const ended = this.step(runId, () => endCall(this.state, command, Date.now()));
		if (ended !== null && ended.resume !== null) await this.sendToQueue([ended.resume]);
		return ended;
	}

	async takeHandle(command: Parameters<typeof takeHandle>[1]): Promise<ReturnType<typeof takeHandle>> {
		return this.step(command.runId, () => takeHandle(this.state, command));
	}

	async findHandle(command: Parameters<typeof findHandle>[1]): Promise<ReturnType<typeof findHandle>> {
		return findHandle(this.state, command);
	}

	async keepAsFile(command: Parameters<typeof keepAsFile>[1]): Promise<ReturnType<typeof keepAsFile>> {
		return this.step(command.runId, () => keepAsFile(this.state, command));
	}

	async appendLogs(runId: string, attempt: number, lines: readonly RunLog[]): Promise<void> {
		this.step(runId, () => appendLogs(this.state, runId, attempt, lines));
	}

	async finish(command: FinishCommand): Promise<FinishAnswer | null> {
		const { answer, next } = this.step(command.runId, () => ({
			answer: finishRun(this.state, command, Date.now()),
			next: callUp(this.state, Date.now()),
		}));
		this.ctx.waitUntil(this.sendToQueue(next));
		return answer;
	}

	async cancel(runId: string, why: string): Promise<Run | null> {
		return this.step(runId, () => cancelRun(this.state, runId, why, Date.now()));
	}

	/** Forgets a replay, whatever became of it, and says what it asked for; null: there is none of that id (any more). */
	async forgetReplay(runId: string): Promise<ReplayTrace | null> {
		return this.step(runId, () => forgetReplay(this.state, runId, Date.now()));
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

	/** Whether an attempt is the one that executes its run. */
	async isCurrent(runId: string, attempt: number): Promise<boolean> {
		return isCalling(this.state.runs.get(runId), attempt);
	}

	/** What becomes of a streamed call that nobody reads any more. */
	async leaveCall(left: LeftCall): Promise<LeftCallFate> {
		return this.step(left.runId, () => leaveCall(this.state, left));
	}

	/** Whether a run is over, as soon as it is or when the time is. */
	async untilEnded(runId: string, waitMs: number): Promise<boolean> {
		return await this.bell.waitEnd(runId, Math.min(waitMs, LIMITS.runWatchWaitMs));
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
			if (row === null || !isLive(row) || (row.status === "waiting_approval" && row.claimed === 0) || leftMs <= 0) return this.run(runId);
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

	async decideApproval(identity: Identity, command: DecideCommand): Promise<DecideAnswer> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Deciding an approval: there is no such agent");
		return this.step(this.state.approvals.runOf(command.approvalId), () => decideApproval(this.state, command, Date.now()));
	}

	async resolveCall(identity: Identity, command: ResolveCommand): Promise<ResolveAnswer> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Settling a call: there is no such agent");
		return this.step(this.state.calls.line(command.callId)?.record.run ?? null, () => resolveCall(this.state, command, Date.now()));
	}

	/** Newest first, those before an id. */
	async scopedApprovals(identity: Identity, before: string | null, most: number): Promise<ScopedApproval[]> {
		return (await this.isBorn(identity)) ? this.state.scopes.list(before, most) : [];
	}

	/** After this step no call goes through by it; null: there is none of that id. */
	async revokeScoped(identity: Identity, id: string, by: string): Promise<ScopedApproval | null> {
		if (!(await this.isBorn(identity))) return null;
		return this.step(null, () => {
			this.state.scopes.revoke(id, by, Date.now());
			return this.state.scopes.get(id);
		});
	}

	async agent(identity: Identity): Promise<Agent | null> {
		return (await this.isBorn(identity)) ? currentAgent(this.state) : null;
	}

	async change(identity: Identity, patch: UpdateAgent): Promise<Agent | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		const agent = this.step(null, () => changeAgent(this.state, patch, Date.now()));
		await this.sendAll();
		return agent ?? refuse("not_found", "Changing an agent: there is no such agent");
	}

	/** Ends what runs or waits and takes nothing new; `archived` is for good. */
	async stop(
		identity: Identity,
		status: "disabled" | "archived",
	): Promise<{ agent: Agent; cancelledRuns: string[]; callsInFlight: string[] } | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		const stopped = this.step(null, () => {
			const agent = changeAgent(this.state, { status }, Date.now());
			return agent === null ? null : { agent, ...cancelAll(this.state, `The agent was ${status}`, Date.now()) };
		});
		if (stopped === null) return refuse("not_found", "Stopping an agent: there is no such agent");
		const calling = new Set(stopped.callsInFlight.map((callId) => this.state.calls.line(callId)?.record.run ?? ""));
		await Promise.all([this.sendAll(), ...[...calling].map((runId) => this.untilQuiet(runId, LIMITS.cancelTellMs))]);
		return stopped;
	}

	async enable(identity: Identity): Promise<Agent | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		const agent = this.step(null, () => changeAgent(this.state, { status: "active" }, Date.now()));
		await this.sendAll();
		return agent ?? refuse("not_found", "Enabling an agent: there is no such agent");
	}

	async budget(identity: Identity): Promise<Budget | null> {
		if (!(await this.isBorn(identity))) return null;
		const limits: BudgetLimits = this.state.facts.configuration()?.budget.limits ?? {};
		return describeBudget(limits, this.state.facts.budget(Date.now()), Date.now());
	}
}
