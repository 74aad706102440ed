import { DurableObject } from "cloudflare:workers";
import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { DeliveryRows } from "./delivery-rows.ts";
import { EndpointFacts } from "./endpoint-facts.ts";
import { prepareEndpointTables } from "./endpoint-tables.ts";
import { sendCopies } from "./send-copies.ts";

/**
 * What every step of an endpoint's object rests on: its storage, its alarm, and the way of its changes to D1. Each step is one transaction; nothing outside
 * is awaited in between.
 */
export abstract class EndpointHost extends DurableObject<Env> {
	protected readonly rows: DeliveryRows;
	protected readonly facts: EndpointFacts;
	#alarmAtMs: number | null = null;
	#flush: Promise<void> | null = null;

	constructor(context: DurableObjectState, env: Env) {
		super(context, env);
		prepareEndpointTables(context.storage);
		this.rows = new DeliveryRows(context.storage.sql, () => this.objectBytes());
		this.facts = new EndpointFacts(context.storage.sql);
		// Attempts die with the memory of the object that made them.
		this.rows.takeUp();
		context.blockConcurrencyWhile(async () => {
			this.#alarmAtMs = await context.storage.getAlarm();
			this.arm();
		});
	}

	override async alarm(): Promise<void> {
		this.#alarmAtMs = null;
		this.step(() => this.rows.forget(this.now() - LIMITS.deliveryKeptMs));
		await this.finishDisabling();
		await this.sendAll();
		this.arm();
	}

	/** What the object takes for the time, epoch milliseconds. */
	protected now(): number {
		return Date.now();
	}

	/** How large the object is, bytes. */
	protected objectBytes(): number {
		return this.ctx.storage.sql.databaseSize;
	}

	protected async setAlarm(atMs: number): Promise<void> {
		await this.ctx.storage.setAlarm(atMs);
	}

	/** Begins the attempts that are due, as many as there may be at once. */
	protected abstract begin(): void;

	/** Tells the registry what an attempt decided of the endpoint; what does not succeed is tried again by the alarm. */
	protected abstract finishDisabling(): Promise<void>;

	/** One step on storage, then whatever it left to do is on its way. */
	protected step<Answer>(work: () => Answer): Answer {
		const answer = this.ctx.storage.transactionSync(work);
		this.begin();
		this.arm();
		if (this.rows.hasMarks()) this.#flush ??= this.#gather();
		return answer;
	}

	/** Keeps the alarm at the earliest moment that anything waits for; written in the same turn as what it guards. */
	protected arm(): void {
		const due = this.#nextAlarm();
		if (due === null || (this.#alarmAtMs !== null && this.#alarmAtMs <= due)) return;
		this.#alarmAtMs = due;
		this.setAlarm(due).catch(() => {
			this.#alarmAtMs = null;
		});
	}

	#nextAlarm(): number | null {
		const nowMs = this.now();
		const soonMs = nowMs + LIMITS.deliveriesRetryMs;
		const [dueMs, endMs] = [this.rows.earliestDue(), this.rows.earliestEnd()];
		const hasMore = this.rows.hasMarks() || this.rows.isOverfull() || (this.facts.read()?.disabling ?? null) !== null;
		const moments = [
			// What is due and has not begun waits for an attempt that is under way; the alarm is for an object that dies before.
			...(dueMs === null ? [] : [dueMs > nowMs ? dueMs : soonMs]),
			...(endMs === null ? [] : [Math.max(endMs + LIMITS.deliveryKeptMs, soonMs)]),
			...(hasMore ? [soonMs] : []),
		];
		return moments.length === 0 ? null : Math.min(...moments);
	}

	async #gather(): Promise<void> {
		await new Promise((resolve) => setTimeout(resolve, LIMITS.deliveriesGatherMs));
		await this.sendAll();
	}

	/** Sends D1 everything that it does not have; what fails stays for the alarm. */
	protected async sendAll(): Promise<void> {
		try {
			const identity = this.facts.read()?.identity;
			while (identity !== undefined && (await sendCopies(this.rows, this.env.DB, identity)));
		} catch (error) {
			console.error("Archiving deliveries: they were not taken; the alarm tries again.", error instanceof Error ? error.name : "");
		} finally {
			this.#flush = null;
		}
	}
}
