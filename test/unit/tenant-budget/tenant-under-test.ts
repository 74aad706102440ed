import { runInDurableObject } from "cloudflare:test";
import type { TenantLimits } from "../../../contract/budgets.ts";
import type { TenantEvent, ToldEvent } from "../../../contract/events.ts";
import { type AgentSlices, NO_SLICES } from "../../../worker/budgets/agent-slices.ts";
import type { LeaseAnswer, LeaseAsk, SliceReport } from "../../../worker/budgets/lease-messages.ts";
import { boundsOf, LEDGER_WINDOWS, limitIn } from "../../../worker/budgets/ledger-window.ts";
import { SHARE_DIMENSIONS, type Share, type ShareDimension, shareOf } from "../../../worker/budgets/share.ts";
import { SliceKeeper, type SliceStore } from "../../../worker/budgets/slice-keeper.ts";
import { TenantObject } from "../../../worker/tenant-budget/tenant-object.ts";
import { TenantRows } from "../../../worker/tenant-budget/tenant-rows.ts";
import { makeAgent, stubOf } from "../agents/agent-under-test.ts";

/** Noon of a day in Berlin. */
export const NOON = Date.UTC(2026, 10, 21, 11);

/** An agent's side: its slices in memory, its clock, and whether anybody can reach it. */
class Holder implements SliceStore {
	readonly name: string;
	readonly keeper: SliceKeeper;
	skewMs = 0;
	isDead = false;
	#slices: AgentSlices = NO_SLICES;

	constructor(name: string, world: TenantUnderTest) {
		this.name = name;
		this.keeper = new SliceKeeper(name, this, { lease: (ask) => world.lease(ask), report: (...told) => world.report(...told) }, () =>
			world.agentMs(this),
		);
	}

	slices(): AgentSlices {
		return this.#slices;
	}
	putSlices(slices: AgentSlices): void {
		this.#slices = slices;
	}
	step<Answer>(work: () => Answer): Answer {
		return work();
	}
}

class TenantWithHolders extends TenantObject {
	world: TenantUnderTest | null = null;

	protected override now(): number {
		return this.world?.tenantMs() ?? NOON;
	}
	protected override async record(tenantId: string, told: readonly ToldEvent[]): Promise<void> {
		this.world?.tell(
			tenantId,
			told.map(({ event }) => event),
		);
	}
	protected override async askBack(holder: string, n: number): Promise<readonly SliceReport[] | null> {
		const found = this.world?.holders.find(({ name }) => name === holder);
		return found === undefined || found.isDead ? null : found.keeper.giveBack(n);
	}
}

export interface TestHold {
	readonly holder: Holder;
	readonly n: number;
	readonly amount: Share;
}

/** One tenant's object on real storage, its agents, and a network that loses and repeats what it is told to. */
export class TenantUnderTest {
	nowMs = NOON;
	tenantSkewMs = 0;
	/** What becomes of the next messages, first to last: an ask or report is not heard, or its answer is not. */
	readonly fates: ("ask-lost" | "answer-lost")[] = [];
	readonly heard: (LeaseAsk | { holder: string; reports: readonly SliceReport[] })[] = [];
	readonly holders: Holder[];
	/** What D1 would have, by id. */
	readonly told = new Map<string, TenantEvent>();
	/** How many of the next batches of events D1 does not take, and of how many the answer is lost. */
	refusedBatches = 0;
	lostBatches = 0;
	requests = 0;
	object: TenantObject;
	readonly #context: DurableObjectState;
	readonly #used = new Map<string, number>();
	readonly #windows = new Map<string, Record<string, number>>();

	constructor(context: DurableObjectState, holders: number) {
		this.#context = context;
		this.holders = Array.from({ length: holders }, (_, index) => new Holder(`agt_${index}`, this));
		this.object = this.wake();
	}

	/** The object as it comes back after it was evicted: nothing but its storage. */
	wake(): TenantObject {
		const object = new TenantWithHolders(this.#context, Object.create(null));
		object.world = this;
		this.object = object;
		return object;
	}

	tenantMs(): number {
		return this.nowMs + this.tenantSkewMs;
	}
	agentMs({ skewMs }: Holder): number {
		return this.nowMs + skewMs;
	}

	tell(_tenantId: string, events: readonly TenantEvent[]): void {
		this.refusedBatches -= 1;
		if (this.refusedBatches >= 0) throw new Error("D1_ERROR: it is away");
		for (const event of events) this.told.set(event.id, event);
		this.lostBatches -= 1;
		if (this.lostBatches >= 0) throw new Error("D1_ERROR: the connection broke");
	}

	async lease(ask: LeaseAsk): Promise<LeaseAnswer> {
		const fate = this.fates.shift();
		if (fate === "ask-lost") throw new Error("lost");
		this.requests += 1;
		this.heard.push(ask);
		const answer = await this.object.lease(ask);
		this.#noteWindows(ask);
		if (fate === "answer-lost") throw new Error("lost");
		return answer;
	}

	async report(holder: string, reports: readonly SliceReport[]) {
		const fate = this.fates.shift();
		if (fate === "ask-lost") throw new Error("lost");
		this.requests += 1;
		this.heard.push({ holder, reports });
		const acks = await this.object.report(holder, reports);
		if (fate === "answer-lost") throw new Error("lost");
		return acks;
	}

	/** Delivers a message that was heard before once more. */
	async repeat(which: number): Promise<void> {
		const message = this.heard[which % Math.max(1, this.heard.length)];
		if (message === undefined) return;
		if ("n" in message) {
			await this.object.lease(message);
			this.#noteWindows(message);
		} else await this.object.report(message.holder, message.reports);
	}

	/** Holds an amount as an agent's step does; null: refused. */
	async hold(holder: Holder, amount: Share): Promise<TestHold | null> {
		for (let tries = 0; tries < 16; tries += 1) {
			const n = holder.keeper.hold(amount, this.agentMs(holder));
			if (n !== null) {
				this.#count(holder, n, amount, 1);
				return { holder, n, amount };
			}
			const answer = await holder.keeper.obtain(amount);
			if (answer.kind !== "again") return null;
		}
		return null;
	}

	settle({ holder, n, amount }: TestHold, part: number): void {
		const charged = shareOf((dimension) => (dimension === "liveRuns" ? 0 : Math.floor((amount[dimension] ?? 0) * part)));
		holder.keeper.settle(n, amount, charged, this.agentMs(holder));
		this.#count(
			holder,
			n,
			shareOf((dimension) => (amount[dimension] ?? 0) - (charged[dimension] ?? 0)),
			-1,
		);
	}

	/** What must be after every step. @throws when it is not */
	check(): void {
		const ledger = new TenantRows(this.#context.storage.sql).ledger();
		if (ledger === null) return;
		for (const { window, dimension, limit, left, lent } of boundsOf(ledger, SHARE_DIMENSIONS)) {
			const used = this.#used.get(`${window} ${ledger.windows[window].startMs} ${dimension}`) ?? 0;
			if (left < 0 || lent < 0 || used > limit - left)
				throw new Error(`${window} ${dimension}: limit ${limit}, left ${left}, lent ${lent}, used in truth ${used}`);
		}
		for (const [key, used] of this.#used) {
			const [window, , dimension] = key.split(" ");
			for (const kind of LEDGER_WINDOWS)
				for (const each of SHARE_DIMENSIONS) {
					const limit = kind === window && each === dimension ? limitIn(ledger.limits, kind, each) : undefined;
					if (limit !== undefined && used > limit) throw new Error(`${key}: ${used} of ${limit} are used in truth`);
				}
		}
	}

	/** What is spent and held of a dimension in truth, ever. */
	usedEver(dimension: ShareDimension): number {
		return this.#used.get(`lifetime 0 ${dimension}`) ?? 0;
	}

	/** Lets everybody come back and tell, for some days. */
	async settleDown(): Promise<void> {
		this.fates.length = 0;
		this.tenantSkewMs = 0;
		for (const holder of this.holders) {
			holder.isDead = false;
			holder.skewMs = 0;
		}
		for (let day = 0; day < 5; day += 1) {
			this.nowMs += 26 * 3_600_000;
			await this.object.alarm();
			for (const { keeper } of this.holders) await keeper.alarm();
		}
	}

	#noteWindows({ holder, n }: LeaseAsk): void {
		const row = new TenantRows(this.#context.storage.sql).slice(holder, n);
		if (row !== null) this.#windows.set(`${holder} ${n}`, row.windows);
	}

	#count({ name }: Holder, n: number, amount: Share, sign: 1 | -1): void {
		const windows = this.#windows.get(`${name} ${n}`);
		if (windows === undefined) throw new Error(`${name} holds from ${n}, which was never lent`);
		for (const [kind, startMs] of Object.entries(windows))
			for (const dimension of SHARE_DIMENSIONS) {
				const key = `${kind} ${startMs} ${dimension}`;
				this.#used.set(key, (this.#used.get(key) ?? 0) + sign * (amount[dimension] ?? 0));
			}
	}
}

/** Runs something with a tenant's object on storage of its own. */
export const withTenant = async (
	limits: TenantLimits,
	holders: number,
	work: (world: TenantUnderTest, sql: SqlStorage) => Promise<void>,
): Promise<void> => {
	const agent = await makeAgent();
	await runInDurableObject(stubOf(agent), async (_instance, context) => {
		// The storage is an agent's object's, which has events of its own.
		context.storage.sql.exec("DROP TABLE events");
		const world = new TenantUnderTest(context, holders);
		await world.object.setLimits(limits, "Europe/Berlin");
		await work(world, context.storage.sql);
		await context.storage.deleteAlarm();
	});
};
