import type { Agent, UpdateAgent } from "../../contract/agents.ts";
import type { ScopedApproval } from "../../contract/approvals.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Run, RunLog } from "../../contract/runs.ts";
import { stopExecutions } from "../executor/choose-executor.ts";
import { loadResources } from "../resources/load-resources.ts";
import { NO_RESOURCES, type Resources } from "../verbs/verb.ts";
import type { Identity } from "./agent-host.ts";
import { AgentTriggers } from "./agent-triggers.ts";
import { cutLines, cutOutcome, cutterOf } from "./cut-outcome.ts";
import { LeakLook } from "./leak-look.ts";
import {
	type AdmitAnswer,
	type AdmitCommand,
	type Attempt,
	admitRun,
	type RefusedAnswer,
	refuse,
	requestFault,
} from "./object/admit-run.ts";
import { type BeginCallAnswer, type BeginCallCommand, beginCall } from "./object/begin-call.ts";
import { cutFileNames } from "./object/cut-file-names.ts";
import { type DecideAnswer, type DecideCommand, decideApproval } from "./object/decide-approval.ts";
import { resourcesOfGrant } from "./object/decide-call.ts";
import { type Leak, NO_LEAK } from "./object/deny-leak.ts";
import { type EndCallAnswer, type EndCallCommand, endCall } from "./object/end-call.ts";
import { type FinishAnswer, type FinishCommand, finishRun } from "./object/finish-run.ts";
import { keepAsFile, takeHandle } from "./object/handle-rows.ts";
import { type LeftCall, type LeftCallFate, leaveCall } from "./object/leave-call.ts";
import { appendLogs } from "./object/live-logs.ts";
import { waitedCall } from "./object/recorded-call.ts";
import { noteAwaited, parkableInMs } from "./object/park-run.ts";
import { forgetReplay, type ReplayTrace } from "./object/replay-call.ts";
import { type ResolveAnswer, type ResolveCommand, resolveCall } from "./object/resolve-call.ts";
import { cancelRun } from "./object/stop-runs.ts";
import { claimRun, releaseRun, renewLease } from "./object/take-up.ts";
import { updateAgent } from "./object/update-agent.ts";

/**
 * One agent: the serial point of its configuration, budget, live runs, calls, approvals and outbox. Callers are the Worker's own rooms; the tenant in
 * `Identity` comes from the caller's key, never from an id.
 */
export class AgentObject extends AgentTriggers {
	protected readonly leaks = new LeakLook(this.env, this.state);

	async admit(identity: Identity, command: AdmitCommand): Promise<AdmitAnswer> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Starting a run: there is no such agent");
		return this.withSlices(() => this.step(command.runId, () => admitRun(this.state, command, Date.now())));
	}

	/** What is wrong with a request for a run, told without admitting anything; null: nothing. */
	async checkRequest(identity: Identity, request: Pick<AdmitCommand, "grants" | "limits">): Promise<RefusedAnswer | null> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Starting a run: there is no such agent");
		return requestFault(this.state, request);
	}

	async claim(identity: Identity, runId: string): Promise<Attempt | null> {
		if (!(await this.isBorn(identity))) return null;
		return this.withSlices(() => this.step(runId, () => claimRun(this.state, runId, Date.now())));
	}

	async renew(runId: string, attempt: number, startedAtMs: number | null): Promise<boolean> {
		return this.step(runId, () => renewLease(this.state, runId, attempt, startedAtMs, Date.now()));
	}

	async release(runId: string, attempt: number): Promise<void> {
		this.step(runId, () => releaseRun(this.state, runId, attempt, Date.now()));
	}

	async beginCall(command: BeginCallCommand): Promise<BeginCallAnswer> {
		const [resources, leak] = await Promise.all([this.#resources(command.runId, command.grant), this.leaks.in(command)]);
		const begun = await this.withSlices(() =>
			this.step(command.runId, () => beginCall(this.state, command, { resources, leak, nowMs: Date.now() })),
		);
		if (leak !== NO_LEAK && this.#isQuarantined(command.runId)) this.ctx.waitUntil(stopExecutions(this.env, [command.runId]));
		if (begun.kind === "wait") noteAwaited(this.state, command.runId, begun.callId, true);
		return await this.#withSeek(command.runId, begun);
	}

	/** Waits a while for what a call waits for, then says how it stands: the caller asks again as long as it waits. */
	async waitCall(command: { runId: string; attempt: number; callId: string }): Promise<BeginCallAnswer> {
		const before = this.state.calls.line(command.callId)?.record;
		const row = this.state.runs.get(command.runId);
		const waitMs = row === null ? 0 : parkableInMs(row, Date.now());
		await this.bell.wait(command.runId, Math.max(LIMITS.approvalGatherMs, waitMs));
		const resources = before === undefined ? NO_RESOURCES : await this.#resources(command.runId, before.grant);
		const leak = await this.#leakOfApproved(command);
		const look = () => waitedCall(this.state, command, { resources, leak, nowMs: Date.now() });
		const answer = await this.withSlices(() => this.stepIf(command.runId, look, ({ kind }) => kind !== "wait"));
		if (leak !== NO_LEAK && this.#isQuarantined(command.runId)) this.ctx.waitUntil(stopExecutions(this.env, [command.runId]));
		noteAwaited(this.state, command.runId, command.callId, answer.kind === "wait");
		return await this.#withSeek(command.runId, answer);
	}

	async #withSeek(runId: string, begun: BeginCallAnswer): Promise<BeginCallAnswer> {
		const seek = begun.kind === "act" ? await this.leaks.inContents(runId, begun) : null;
		return begun.kind === "act" && seek !== null ? { ...begun, seek } : begun;
	}

	/** What a call would send that a person has approved: a secret may have been sealed since it was asked for. */
	async #leakOfApproved({ runId, callId }: { runId: string; callId: string }): Promise<Leak> {
		if (this.state.approvals.statusOf(callId) !== "approved") return NO_LEAK;
		const entry = this.state.calls.get(callId);
		if (entry === null || entry.args === null || entry.record.status !== "waiting") return NO_LEAK;
		return await this.leaks.in({ runId, grant: entry.record.grant, method: entry.record.method, args: entry.args, at: null });
	}

	#isQuarantined(runId: string): boolean {
		return this.state.runs.get(runId)?.state.error?.code === "quarantined";
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
		this.state.underWay.delete(command.callId);
		const runId = this.state.calls.line(command.callId)?.record.run ?? null;
		const ended = this.step(runId, () => endCall(this.state, command, Date.now()));
		if (ended !== null && ended.resume !== null) await this.sendToQueue([ended.resume]);
		if (runId !== null && this.#isQuarantined(runId)) this.ctx.waitUntil(stopExecutions(this.env, [runId]));
		return ended;
	}

	async takeHandle(command: Parameters<typeof takeHandle>[1]): Promise<ReturnType<typeof takeHandle>> {
		return this.step(command.runId, () => takeHandle(this.state, command));
	}

	async keepAsFile(command: Parameters<typeof keepAsFile>[1]): Promise<ReturnType<typeof keepAsFile>> {
		return this.step(command.runId, () => keepAsFile(this.state, command));
	}

	async appendLogs(runId: string, attempt: number, lines: readonly RunLog[]): Promise<void> {
		const clean = cutLines(lines, cutterOf(await this.leaks.secretsOf(runId)));
		this.step(runId, () => appendLogs(this.state, runId, attempt, clean));
	}

	async finish(command: FinishCommand): Promise<FinishAnswer | null> {
		const cutter = cutterOf(await this.leaks.secretsOf(command.runId));
		const clean = cutOutcome(command, cutter);
		return this.stepAndCallUp(command.runId, () => {
			const finished = finishRun(this.state, clean, Date.now());
			const run = finished === null ? null : cutFileNames(this.state, finished.run, cutter);
			return finished === null || run === null ? null : { ...finished, run };
		});
	}

	async cancel(runId: string, why: string): Promise<Run | null> {
		const run = this.step(runId, () => cancelRun(this.state, runId, why, Date.now()));
		await this.tellKinSoon();
		if (run === null || run.files.length === 0) return run;
		// Once it is stopped: that waits for nobody.
		const cutter = cutterOf(await this.leaks.secretsOf(runId, true));
		return this.step(runId, () => cutFileNames(this.state, run, cutter));
	}

	/** Forgets a replay, whatever became of it, and says what it asked for; null: there is none of that id (any more). */
	async forgetReplay(runId: string): Promise<ReplayTrace | null> {
		return this.step(runId, () => forgetReplay(this.state, runId, Date.now()));
	}

	/** What becomes of a streamed call that nobody reads any more. */
	async leaveCall(left: LeftCall): Promise<LeftCallFate> {
		const fate = this.step(left.runId, () => leaveCall(this.state, left));
		if (fate === "again") this.state.underWay.delete(left.callId);
		return fate;
	}

	async decideApproval(identity: Identity, command: DecideCommand): Promise<DecideAnswer> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Deciding an approval: there is no such agent");
		return this.step(this.state.approvals.runOf(command.approvalId), () => decideApproval(this.state, command, Date.now()));
	}

	async resolveCall(identity: Identity, command: ResolveCommand): Promise<ResolveAnswer> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Settling a call: there is no such agent");
		return this.step(this.state.calls.line(command.callId)?.record.run ?? null, () => resolveCall(this.state, command, Date.now()));
	}

	/** After this step no call goes through by it; null: there is none of that id. */
	async revokeScoped(identity: Identity, id: string, by: string): Promise<ScopedApproval | null> {
		if (!(await this.isBorn(identity))) return null;
		return this.step(null, () => {
			this.state.scopes.revoke(id, by, Date.now());
			return this.state.scopes.get(id);
		});
	}

	async change(identity: Identity, patch: UpdateAgent): Promise<Agent | RefusedAnswer> {
		const refused = await this.refuseArchived(identity);
		if (refused !== null) return refused;
		const agent = this.step(null, () => updateAgent(this.state, patch, Date.now()));
		await this.sendAll();
		return agent ?? refuse("not_found", "Changing an agent: there is no such agent");
	}
}
