import { DurableObject } from "cloudflare:workers";
import type { Agent, UpdateAgent } from "../../contract/agents.ts";
import type { Budget, BudgetLimits } from "../../contract/budgets.ts";
import type { Call, Run } from "../../contract/runs.ts";
import { describeBudget } from "../budgets/describe-budget.ts";
import type { Env } from "../env.ts";
import { loadResources } from "../resources/load-resources.ts";
import { NO_RESOURCES } from "../verbs/verb.ts";
import {
	type AdmitAnswer,
	type AdmitCommand,
	type Attempt,
	admitRun,
	describe,
	type RefusedAnswer,
	refuse,
	requestFault,
} from "./object/admit-run.ts";
import { type BeginCallAnswer, type BeginCallCommand, beginCall } from "./object/begin-call.ts";
import { beBorn, changeAgent, currentAgent } from "./object/configure.ts";
import { type EndCallCommand, endCall } from "./object/end-call.ts";
import { resourcesOfGrant } from "./object/decide-call.ts";
import { type FinishCommand, finishRun } from "./object/finish-run.ts";
import { findHandle, keepAsFile, takeHandle } from "./object/handle-rows.ts";
import { ObjectState } from "./object/object-state.ts";
import { sendBatch } from "./object/outbox.ts";
import { cancelAll, cancelRun } from "./object/stop-runs.ts";
import { isLive } from "./object/run-rows.ts";
import { storeContents } from "./object/store-contents.ts";
import { prepareTables } from "./object/tables.ts";
import { claimRun, nextAlarm, releaseRun, renewLease, takeUp } from "./object/take-up.ts";
import { Waiters } from "./object/waiters.ts";
import { readBirth } from "./read-birth.ts";

/** How long changes gather before they go to D1, milliseconds: lists are to be right within a second. */
const GATHER_MS = 150;
/** How long after a failed batch the alarm tries again, milliseconds. */
const RETRY_MS = 2_000;

/** Whose object it is: the same words every caller has. */
export interface Identity {
	readonly tenantId: string;
	readonly agentId: string;
}

/** A file of a run: its bytes, or its key in the store of blobs. */
export type FoundFile = { kind: "bytes"; bytes: Uint8Array } | { kind: "blob"; key: string; type: string };

/**
 * One agent: the serial point of its configuration, budget, live runs, calls and outbox. Each method is one step on storage; nothing outside is
 * awaited in between. Callers are the Worker's own rooms; the tenant in `Identity` comes from the caller's key, never from an id.
 */
export class AgentObject extends DurableObject<Env> {
	readonly #state: ObjectState;
	readonly #waiters = new Waiters();
	#alarmAtMs: number | null = null;
	#flush: Promise<void> | null = null;

	constructor(context: DurableObjectState, env: Env) {
		super(context, env);
		prepareTables(context.storage);
		this.#state = new ObjectState(context.storage);
	}

	async admit(identity: Identity, command: AdmitCommand): Promise<AdmitAnswer> {
		if (!(await this.#isBorn(identity))) return refuse("not_found", "Starting a run: there is no such agent");
		return this.#step(() => admitRun(this.#state, command, Date.now()));
	}

	/** What is wrong with a request for a run, told without admitting anything; null: nothing. */
	async checkRequest(identity: Identity, request: Pick<AdmitCommand, "grants" | "limits">): Promise<RefusedAnswer | null> {
		if (!(await this.#isBorn(identity))) return refuse("not_found", "Starting a run: there is no such agent");
		return requestFault(this.#state, request);
	}

	async claim(identity: Identity, runId: string): Promise<Attempt | null> {
		if (!(await this.#isBorn(identity))) return null;
		return this.#step(() => claimRun(this.#state, runId, Date.now()));
	}

	async renew(runId: string, attempt: number, startedAtMs: number | null): Promise<boolean> {
		return this.#step(() => renewLease(this.#state, runId, attempt, startedAtMs, Date.now()));
	}

	async release(runId: string, attempt: number): Promise<void> {
		this.#step(() => releaseRun(this.#state, runId, attempt, Date.now()));
	}

	async beginCall(command: BeginCallCommand): Promise<BeginCallAnswer> {
		const refs = resourcesOfGrant(this.#state, command.runId, command.grant);
		const tenantId = this.#state.facts.configuration()?.tenantId ?? "";
		const resources = refs.length === 0 ? NO_RESOURCES : await loadResources(this.env, tenantId, refs);
		return this.#step(() => beginCall(this.#state, command, { resources, nowMs: Date.now() }));
	}

	async takeHandle(command: Parameters<typeof takeHandle>[1]): Promise<ReturnType<typeof takeHandle>> {
		return this.#step(() => takeHandle(this.#state, command));
	}

	async findHandle(command: Parameters<typeof findHandle>[1]): Promise<ReturnType<typeof findHandle>> {
		return findHandle(this.#state, command);
	}

	async keepAsFile(command: Parameters<typeof keepAsFile>[1]): Promise<ReturnType<typeof keepAsFile>> {
		return this.#step(() => keepAsFile(this.#state, command));
	}

	async endCall(command: EndCallCommand): Promise<void> {
		this.#step(() => endCall(this.#state, command, Date.now()));
	}

	async finish(command: FinishCommand): Promise<Run | null> {
		const run = this.#step(() => finishRun(this.#state, command, Date.now()));
		if (run !== null) this.#waiters.tell(run);
		return run;
	}

	async cancel(runId: string, why: string): Promise<Run | null> {
		const run = this.#step(() => cancelRun(this.#state, runId, why, Date.now()));
		if (run !== null) this.#waiters.tell(run);
		return run;
	}

	/** The run, or null when the object does not have it (any more). */
	async run(runId: string): Promise<Run | null> {
		const configuration = this.#state.facts.configuration();
		const row = this.#state.runs.get(runId);
		return configuration === null || row === null ? null : describe(this.#state, configuration.agentId, row);
	}

	/** Whether an attempt is still the run's, and the run has not ended. */
	async isLive(runId: string, attempt: number): Promise<boolean> {
		const row = this.#state.runs.get(runId);
		return row !== null && isLive(row) && row.attempt === attempt;
	}

	/** Resolves with the run when it has ended or the time is over; null when there is no such run here. */
	async waitEnd(runId: string, timeoutMs: number): Promise<Run | null> {
		const run = await this.run(runId);
		if (run === null || run.endedAtMs !== null) return run;
		return (await this.#waiters.wait(runId, timeoutMs)) ?? (await this.run(runId));
	}

	/** Calls of a run after a place; null when the object does not have the run (any more). */
	async calls(runId: string, afterSeq: number, most: number): Promise<Call[] | null> {
		return this.#state.runs.get(runId) === null ? null : this.#state.calls.ofRun(runId, afterSeq, most);
	}

	/** A file's bytes, or where the store has them; null when the run has none at the path. */
	async findFile(runId: string, path: string): Promise<FoundFile | null> {
		const files = this.#state.files(runId, "output");
		const key = files.blobOf(path);
		if (key !== null) return { kind: "blob", key, type: "application/octet-stream" };
		const file = files.read(path);
		return file === null ? null : { kind: "bytes", bytes: file.bytes };
	}

	async agent(identity: Identity): Promise<Agent | null> {
		return (await this.#isBorn(identity)) ? currentAgent(this.#state) : null;
	}

	async change(identity: Identity, patch: UpdateAgent): Promise<Agent | RefusedAnswer> {
		const refused = await this.#refuseArchived(identity);
		if (refused !== null) return refused;
		const agent = this.#step(() => changeAgent(this.#state, patch, Date.now()));
		await this.#sendAll();
		return agent ?? refuse("not_found", "Changing an agent: there is no such agent");
	}

	/** Ends what runs and takes nothing new; `archived` is for good. */
	async stop(
		identity: Identity,
		status: "disabled" | "archived",
	): Promise<{ agent: Agent; cancelledRuns: string[]; callsInFlight: string[] } | RefusedAnswer> {
		const refused = await this.#refuseArchived(identity);
		if (refused !== null) return refused;
		const stopped = this.#step(() => {
			const agent = changeAgent(this.#state, { status }, Date.now());
			return agent === null ? null : { agent, ...cancelAll(this.#state, `The agent was ${status}`, Date.now()) };
		});
		if (stopped === null) return refuse("not_found", "Stopping an agent: there is no such agent");
		for (const runId of stopped.cancelledRuns) {
			const run = await this.run(runId);
			if (run !== null) this.#waiters.tell(run);
		}
		await this.#sendAll();
		return stopped;
	}

	async enable(identity: Identity): Promise<Agent | RefusedAnswer> {
		const refused = await this.#refuseArchived(identity);
		if (refused !== null) return refused;
		const agent = this.#step(() => changeAgent(this.#state, { status: "active" }, Date.now()));
		await this.#sendAll();
		return agent ?? refuse("not_found", "Enabling an agent: there is no such agent");
	}

	async budget(identity: Identity): Promise<Budget | null> {
		if (!(await this.#isBorn(identity))) return null;
		const limits: BudgetLimits = this.#state.facts.configuration()?.budget.limits ?? {};
		return describeBudget(limits, this.#state.facts.budget(Date.now()), Date.now());
	}

	override async alarm(): Promise<void> {
		this.#alarmAtMs = null;
		const queue = this.#step(() => takeUp(this.#state, Date.now()));
		const configuration = this.#state.facts.configuration();
		if (configuration !== null) {
			for (const runId of queue) await this.env.RUNS.send({ tenantId: configuration.tenantId, agentId: configuration.agentId, runId });
		}
		await this.#sendAll();
		this.#arm();
	}

	/** One step on storage, then whatever it left to do is on its way. */
	#step<Answer>(work: () => Answer): Answer {
		const answer = this.#state.step(work);
		this.#arm();
		if (!this.#state.outbox.isEmpty()) this.#flush ??= this.#gather();
		return answer;
	}

	/** Keeps the alarm at the earliest moment that anything waits for; written in the same step as what it guards. */
	#arm(): void {
		if (this.#alarmAtMs !== null && this.#alarmAtMs <= Date.now() + RETRY_MS) return;
		const due = nextAlarm(this.#state, Date.now(), RETRY_MS);
		if (due === null || (this.#alarmAtMs !== null && this.#alarmAtMs <= due)) return;
		this.#alarmAtMs = due;
		this.ctx.storage.setAlarm(due).catch(() => {
			this.#alarmAtMs = null;
		});
	}

	async #gather(): Promise<void> {
		await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
		await this.#sendAll();
	}

	/** Sends everything to D1; what fails stays in the outbox for the alarm. */
	async #sendAll(): Promise<void> {
		try {
			while (await sendBatch(this.#state, this.env.DB));
			if (this.#state.outbox.contents().length > 0) {
				await storeContents(this.#state, this.env.BLOBS);
				while (await sendBatch(this.#state, this.env.DB));
			}
		} catch (error) {
			console.error("Archiving an agent's changes: they were not taken; the alarm tries again.", error instanceof Error ? error.name : "");
		} finally {
			this.#flush = null;
		}
	}

	/** Whether there is such an agent; on the first use its configuration comes from the registry. */
	async #isBorn(identity: Identity): Promise<boolean> {
		if (this.#state.facts.configuration() !== null) return true;
		const born = await readBirth(this.env.DB, identity);
		if (born === null) return false;
		this.#state.step(() => beBorn(this.#state, { ...identity, createdAtMs: born.createdAtMs }, born.birth));
		return true;
	}

	async #refuseArchived(identity: Identity): Promise<RefusedAnswer | null> {
		if (!(await this.#isBorn(identity))) return refuse("not_found", "Changing an agent: there is no such agent");
		return this.#state.facts.configuration()?.status === "archived"
			? refuse("conflict", "Changing an agent: it is archived, for good")
			: null;
	}
}
