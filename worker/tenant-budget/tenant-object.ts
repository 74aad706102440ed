import { DurableObject } from "cloudflare:workers";
import type { TenantBudget, TenantLimits } from "../../contract/budgets.ts";
import type { ToldEvent } from "../../contract/events.ts";
import { LIMITS } from "../../contract/limits.ts";
import { describeLedger } from "../budgets/describe-ledger.ts";
import type { LeaseAnswer, LeaseAsk, SliceAck, SliceReport } from "../budgets/lease-messages.ts";
import type { SliceRow } from "../budgets/ledger-rows.ts";
import { TenantLedger } from "../budgets/tenant-ledger.ts";
import { isTimeZone } from "../budgets/zone-clock.ts";
import { tellEndpoints } from "../endpoints/tell-endpoints.ts";
import type { AgentPort, Env } from "../env.ts";
import { eventStatements } from "../ledger/tenant-events.ts";
import { TenantEvents } from "./tenant-events.ts";
import { TenantRows } from "./tenant-rows.ts";
import { prepareTenantTables } from "./tenant-tables.ts";

/** How often an ask that is short is tried again with what came back meanwhile. */
const ROUNDS = 2;

/**
 * One tenant: the serial point of its budget, which its agents' objects hold in slices. It is asked for slices, not for calls. Each step is one transaction.
 * Callers are agents' objects of the tenant, and the Worker's own rooms.
 */
export class TenantObject extends DurableObject<Env> {
	readonly #rows: TenantRows;
	readonly #ledger: TenantLedger;
	readonly #events: TenantEvents;
	/** Whether a step has left something to tell that no alarm is set for. */
	#hasToTell = false;
	#alarmAtMs: number | null = null;

	constructor(context: DurableObjectState, env: Env) {
		super(context, env);
		prepareTenantTables(context.storage);
		this.#rows = new TenantRows(context.storage.sql);
		this.#events = new TenantEvents(context.storage.sql);
		this.#ledger = new TenantLedger(this.#rows, (threshold, holder) => {
			this.#events.add(threshold, holder, this.now());
			this.#hasToTell = true;
		});
		// An alarm of before the object slept must not be put off.
		context.blockConcurrencyWhile(async () => {
			this.#alarmAtMs = await context.storage.getAlarm();
		});
	}

	/** Gives a slice; where it is short, what others have and do not use is asked back first. The same ask again is free. */
	async lease(ask: LeaseAsk): Promise<LeaseAnswer> {
		for (let round = 0; ; round += 1) {
			const { answer, back } = this.#step(() => {
				const given = this.#ledger.lease(ask, this.now());
				return { answer: given, back: this.#ledger.toAskBack(ask, given, this.now()) };
			});
			if (answer.kind === "leased") this.#arm(this.now() + answer.slice.validForMs + 2 * LIMITS.sliceReportMs);
			if (answer.kind !== "short") {
				if (back.length > 0) this.ctx.waitUntil(this.#takeBack(back));
				return answer;
			}
			if (back.length === 0 || round === ROUNDS) {
				this.#step(() => this.#ledger.refuse(ask));
				return answer;
			}
			await this.#takeBack(back);
		}
	}

	/** Takes what a holder tells of its slices; a closed one's rest is given back by it. */
	async report(holder: string, reports: readonly SliceReport[]): Promise<SliceAck[]> {
		return this.#step(() => this.#ledger.report(holder, reports, this.now()));
	}

	async read(): Promise<TenantBudget> {
		return describeLedger(this.#ledger.read(this.now()));
	}

	/**
	 * Sets the tenant's own limits, or the operator's; every open slice is asked back, so that they hold for its agent from then.
	 * @param timeZone null: it stays as it is
	 * @returns null: the runtime knows no such zone, and nothing was set
	 */
	async setLimits(limits: TenantLimits, timeZone: string | null, whose: "own" | "ceiling" = "own"): Promise<TenantBudget | null> {
		if (timeZone !== null && !isTimeZone(timeZone)) return null;
		const budget = this.#step(() => {
			this.#ledger.setLimits(limits, timeZone ?? this.#ledger.read(this.now()).timeZone, this.now(), whose);
			return describeLedger(this.#ledger.read(this.now()));
		});
		this.#arm(this.now());
		return budget;
	}

	/** Asks back slices whose holders' time with them is over and who have not said so, and tells D1 what is to be told. */
	override async alarm(): Promise<void> {
		this.#alarmAtMs = null;
		const overdue = this.#step(() => this.#ledger.overdue(this.now()));
		await this.#takeBack(overdue);
		await this.#tellAll();
		const due = this.#rows.earliestDue(2 * LIMITS.sliceReportMs, LIMITS.sliceReportMs);
		if (due !== null) this.#arm(Math.max(due, this.now() + (overdue.length === LIMITS.slicesPerAlarm ? 0 : LIMITS.sliceMs.min)));
	}

	/** What the object takes for the time, epoch milliseconds. */
	protected now(): number {
		return Date.now();
	}

	/** Asks the holder of a slice to give it back. @returns its reports; null: it did not answer, or has no such line */
	protected async askBack(holder: string, n: number): Promise<readonly SliceReport[] | null> {
		return await this.#agent(holder).giveBackSlice(holder, n);
	}

	/** Tells a holder which reports are known. */
	protected async tellAcks(holder: string, acks: readonly SliceAck[]): Promise<void> {
		await this.#agent(holder).takeSliceAcks(holder, acks);
	}

	/** Puts events where their tenant reads them, and tells its endpoints; the same ones again change nothing. */
	protected async record(tenantId: string, told: readonly ToldEvent[]): Promise<void> {
		const events = told.map(({ event }) => event);
		await this.env.DB.batch(eventStatements(this.env.DB, tenantId, events));
		await tellEndpoints(this.env, tenantId, told);
	}

	/** Sends everything that is to be told; what D1 does not take waits for the next alarm. */
	async #tellAll(): Promise<void> {
		try {
			for (let next = this.#events.next(); next !== null; next = this.#events.next()) {
				const { tenantId, events } = next;
				await this.record(tenantId, events);
				this.#step(() => this.#events.drop(events));
			}
		} catch (error) {
			console.error("Telling a tenant's events: they were not taken; the alarm tries again.", error instanceof Error ? error.name : "");
			this.#arm(this.now() + LIMITS.eventsRetryMs);
		}
	}

	/** A holder's name begins with that of its agent's object, `<tenant>/<locator>`. */
	#agent(holder: string): AgentPort {
		return this.env.AGENTS.get(this.env.AGENTS.idFromName(holder.split("/", 2).join("/")));
	}

	async #takeBack(rows: readonly SliceRow[]): Promise<void> {
		await Promise.all(
			rows.map(async ({ holder, n }) => {
				const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), LIMITS.sliceAskBackMs));
				const reports = await Promise.race([this.askBack(holder, n).catch(() => null), late]);
				if (reports === null) return;
				const acks = this.#step(() => this.#ledger.report(holder, reports, this.now()));
				this.ctx.waitUntil(this.tellAcks(holder, acks).catch(() => {}));
			}),
		);
	}

	/** Keeps the alarm at the earliest moment that a slice may be overdue. */
	#arm(atMs: number): void {
		if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
		this.#alarmAtMs = atMs;
		this.ctx.storage.setAlarm(atMs).catch(() => {
			this.#alarmAtMs = null;
		});
	}

	#step<Answer>(work: () => Answer): Answer {
		try {
			const answer = this.ctx.storage.transactionSync(work);
			if (this.#hasToTell) this.#arm(this.now() + LIMITS.eventsGatherMs);
			this.#hasToTell = false;
			return answer;
		} catch (error) {
			this.#rows.forget();
			this.#hasToTell = false;
			throw error;
		}
	}
}
