import { LIMITS } from "../../contract/limits.ts";
import { answerKey } from "../blobs/blob-keys.ts";
import { stopExecutions } from "../executor/choose-executor.ts";
import { AgentHost, type Identity } from "./agent-host.ts";
import { agentObject } from "./agent-registry.ts";
import { answerOf, type ChildReport, childEnded, childNotStarted, reportOf } from "./object/child-ended.ts";
import { type EndChildAnswer, endChild } from "./object/end-child.ts";
import type { ChildRow } from "./object/kin-rows.ts";
import { type OpenChildAnswer, type OpenChildCommand, openChild } from "./object/open-child.ts";
import { recordChange } from "./object/record-call.ts";

/**
 * What agents' objects tell each other of runs that started each other: that one must end, because the one that started it has; and how one ended, with all below it. Each
 * message stands in storage, in the step that makes it necessary, until the other object has taken it.
 */
export abstract class AgentKin extends AgentHost {
	/** Before a call of a run here starts a run. */
	async openChild(command: OpenChildCommand): Promise<OpenChildAnswer> {
		return this.step(this.#runOf(command.callId), () => openChild(this.state, command, Date.now()));
	}

	/** The run was admitted: from now on its call waits for it, with the isolate or without. */
	async awaitChild(callId: string): Promise<void> {
		this.step(this.#runOf(callId), () => {
			const record = this.state.calls.line(callId)?.record;
			this.state.performing.delete(callId);
			if (record?.status !== "started" || !this.state.kin.isOpen(callId)) return;
			this.state.kin.admitted(callId);
			recordChange(this.state, { ...record, status: "waiting" });
			// What it has started may want its place: it is not kept as long as for a person who looks on.
			const row = this.state.runs.get(record.run);
			const inlineMs = Math.min(row?.state.inlineMs ?? 0, LIMITS.childInlineMs);
			if (row !== null) this.state.runs.update({ ...row, state: { ...row.state, inlineMs } });
		});
	}

	/** No run was admitted, and whoever wanted to will not try again. */
	async dropChild(callId: string): Promise<void> {
		this.step(this.#runOf(callId), () => this.state.kin.drop(callId));
	}

	/** A run that a call here started is over with all below it. */
	async childEnded(report: ChildReport): Promise<void> {
		const answer = await this.#keep(report);
		const resume = this.step(this.#runOf(report.callId), () => childEnded(this.state, report, answer, Date.now()));
		if (resume !== null) await this.sendToQueue([resume]);
	}

	/** How a run here ended that another one has started; null: it is not over with all below it. */
	async childReport(runId: string): Promise<ChildReport | null> {
		return reportOf(this.state, runId);
	}

	/** The run that started a run here has ended. */
	async endChild(identity: Identity, runId: string): Promise<EndChildAnswer> {
		if (!(await this.isBorn(identity))) return { kind: "none" };
		const answer = this.step(runId, () => endChild(this.state, runId, Date.now()));
		if (answer.kind === "ending" && answer.isStopped) await stopExecutions(this.env, [runId]);
		await this.tellKinSoon();
		return answer;
	}

	/** Sends what is due, and waits for it a moment. */
	protected async tellKinSoon(): Promise<void> {
		if ((this.state.kin.dueAtMs() ?? Number.POSITIVE_INFINITY) > Date.now()) return;
		let timer: ReturnType<typeof setTimeout> | undefined;
		const timeUp = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, LIMITS.cancelTellMs);
		});
		await Promise.race([this.tellKin(), timeUp]);
		clearTimeout(timer);
	}

	/** Sends what is due; what was not taken is due again later. */
	protected override async tellKin(): Promise<void> {
		const configuration = this.state.facts.configuration();
		while (configuration !== null && (this.state.kin.dueAtMs() ?? Number.POSITIVE_INFINITY) <= Date.now()) {
			const { endings, tellings } = this.step(NOBODY, () => this.state.kin.take(Date.now()));
			await Promise.all([
				...endings.map((child) => this.#end(configuration.tenantId, child).catch(notTaken)),
				...tellings.map((runId) => this.#tell(configuration.tenantId, runId).catch(notTaken)),
			]);
		}
	}

	async #end(tenantId: string, child: ChildRow): Promise<void> {
		const identity = { tenantId, agentId: child.child_agent_id };
		const answer = await agentObject(this.env, identity).endChild(identity, child.child_run_id);
		if (answer.kind === "over") await this.childEnded(answer.report);
		if (answer.kind !== "none") return;
		const resume = this.step(child.run_id, () => childNotStarted(this.state, child.call_id, Date.now()));
		if (resume !== null) await this.sendToQueue([resume]);
	}

	async #tell(tenantId: string, runId: string): Promise<void> {
		const report = reportOf(this.state, runId);
		const parent = this.state.runs.get(runId)?.state.parent;
		if (report !== null && parent) await agentObject(this.env, { tenantId, agentId: parent.agentId }).childEnded(report);
		this.step(NOBODY, () => this.state.kin.told(runId));
	}

	/** The answer of a call whose run has ended, a long one in the store before its call has it. @throws when the store does not take it: it is told again */
	async #keep(report: ChildReport): Promise<{ text: string | null; key: string | null }> {
		const text = answerOf(report);
		const tenantId = this.state.facts.configuration()?.tenantId;
		const child = this.state.kin.child(report.callId);
		if (text.length <= LIMITS.journalAnswerBytes || child === null || child.status === "ended" || tenantId === undefined)
			return { text, key: null };
		const key = answerKey(tenantId, child.run_id, report.callId);
		await this.env.BLOBS.put(key, text, { httpMetadata: { contentType: "application/json" } });
		return { text: null, key };
	}

	#runOf(callId: string): string {
		return this.state.calls.line(callId)?.record.run ?? NOBODY;
	}
}

/** No run: nobody's followers are to look. */
export const NOBODY = "";

const notTaken = (error: unknown): void =>
	console.error("Telling another agent's object of a run: it was not taken; it is told again.", error instanceof Error ? error.name : "");
