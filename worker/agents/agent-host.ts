import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import type { RefusedAnswer } from "./object/admit-run.ts";
import { refuse } from "./object/admit-run.ts";
import { beBorn } from "./object/configure.ts";
import { endDeadLeases } from "./object/end-dead-leases.ts";
import { isOver } from "./object/follow-run.ts";
import { ObjectState } from "./object/object-state.ts";
import { sendBatch } from "./object/outbox.ts";
import { storeRecordings } from "./object/record-run.ts";
import { RunBell } from "./object/run-bell.ts";
import { storeContents } from "./object/store-contents.ts";
import { prepareTables } from "./object/tables.ts";
import { nextAlarm, takeUp } from "./object/take-up.ts";
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

/**
 * What every step of an agent's object rests on: its storage, its alarm, and the way of its changes to D1 and to the store. Each step is one transaction;
 * nothing outside is awaited in between.
 */
export abstract class AgentHost extends DurableObject<Env> {
	protected readonly state: ObjectState;
	/** Rings when something may have changed of a run. */
	protected readonly bell = new RunBell((runId) => isOver(this.state, runId));
	#alarmAtMs: number | null = null;
	#flush: Promise<void> | null = null;

	constructor(context: DurableObjectState, env: Env) {
		super(context, env);
		prepareTables(context.storage);
		this.state = new ObjectState(context.storage);
		if (env.EXECUTOR !== "remote") return;
		this.state.step(() => endDeadLeases(this.state, Date.now()));
		this.#arm();
	}

	override async alarm(): Promise<void> {
		this.#alarmAtMs = null;
		const queue = this.step(null, () => takeUp(this.state, Date.now()));
		await this.sendToQueue(queue);
		await this.sendAll();
		this.#arm();
	}

	/** One step on storage, then whatever it left to do is on its way. @param runId whose followers are to look; null: everybody's */
	protected step<Answer>(runId: string | null, work: () => Answer): Answer {
		const answer = this.state.step(work);
		this.#arm();
		this.bell.ring(runId);
		if (!this.state.outbox.isEmpty()) this.#flush ??= this.#gather();
		return answer;
	}

	/** The same where followers are to look only at some answers: those who only look again must not wake each other. */
	protected stepIf<Answer>(runId: string, work: () => Answer, changed: (answer: Answer) => boolean): Answer {
		const answer = this.state.step(work);
		if (!changed(answer)) return answer;
		return this.step(runId, () => answer);
	}

	protected async sendToQueue(runIds: readonly string[]): Promise<void> {
		const configuration = this.state.facts.configuration();
		if (configuration === null) return;
		const { tenantId, agentId } = configuration;
		for (const runId of runIds) await this.env.RUNS.send({ tenantId, agentId, runId });
	}

	/** Sends everything to D1 and to the store; what fails stays in the outbox for the alarm. */
	protected async sendAll(): Promise<void> {
		try {
			while (await sendBatch(this.state, this.env.DB));
			if (this.state.outbox.contents().length > 0) {
				await storeContents(this.state, this.env.BLOBS);
				while (await sendBatch(this.state, this.env.DB));
			}
			while (await storeRecordings(this.state, this.env.BLOBS));
		} catch (error) {
			console.error("Archiving an agent's changes: they were not taken; the alarm tries again.", error instanceof Error ? error.name : "");
		} finally {
			this.#flush = null;
		}
	}

	/** Whether there is such an agent; on the first use its configuration comes from the registry. */
	protected async isBorn(identity: Identity): Promise<boolean> {
		if (this.state.facts.configuration() !== null) return true;
		const born = await readBirth(this.env.DB, identity);
		if (born === null) return false;
		this.state.step(() => beBorn(this.state, { ...identity, createdAtMs: born.createdAtMs }, born.birth));
		return true;
	}

	protected async refuseArchived(identity: Identity): Promise<RefusedAnswer | null> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Changing an agent: there is no such agent");
		return this.state.facts.configuration()?.status === "archived"
			? refuse("conflict", "Changing an agent: it is archived, for good")
			: null;
	}

	/** Keeps the alarm at the earliest moment that anything waits for; written in the same step as what it guards. */
	#arm(): void {
		if (this.#alarmAtMs !== null && this.#alarmAtMs <= Date.now() + RETRY_MS) return;
		const due = nextAlarm(this.state, Date.now(), RETRY_MS);
		if (due === null || (this.#alarmAtMs !== null && this.#alarmAtMs <= due)) return;
		this.#alarmAtMs = due;
		this.ctx.storage.setAlarm(due).catch(() => {
			this.#alarmAtMs = null;
		});
	}

	async #gather(): Promise<void> {
		await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
		await this.sendAll();
	}
}
