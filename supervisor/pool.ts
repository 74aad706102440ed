import { LIMITS } from "../contract/limits.ts";
import type { ExecutorProcess } from "./executor-process.ts";
import { FairQueue } from "./fair-queue.ts";
import type { Acquired, PoolClaim, PoolLease } from "./pool-claim.ts";
import { PoolMember } from "./pool-member.ts";
import { PoolMembers } from "./pool-members.ts";

export interface PoolOptions {
	/** Jobs of one tenant that run at once. One place more is there for other tenants, and one process more, so that a new tenant finds one warm. */
	readonly size: number;
	readonly start: () => Promise<ExecutorProcess>;
	/** Told about each start that failed. */
	readonly onStartFailure: (error: Error) => void;
}

interface Waiting {
	readonly cpuMs: number;
	readonly warm: PoolClaim["warm"];
	readonly answer: (acquired: Acquired) => void;
}

/** Starts under way at once: a start is nearly all CPU, and runs want it too. */
const STARTS_AT_ONCE = 2;

/**
 * The executor processes of one machine: who may have which, and who is next. One job in each process, no process for two tenants, and never all
 * places for one tenant: however long its runs last, another's first run finds a place that they do not hold. All room is filled with new processes ahead of need; idle ones make way when no new one would be left.
 */
export class Pool {
	readonly #options: PoolOptions;
	readonly #members = new PoolMembers();
	readonly #queue = new FairQueue<Waiting>();
	readonly #starting = new Set<Promise<void>>();
	#failures = 0;
	#backoff: NodeJS.Timeout | undefined;
	/** Looks again when a wait for the word of a warm isolate is over. */
	#wordLate: NodeJS.Timeout | undefined;
	#closed: string | null = null;
	#whenEmpty: (() => void) | null = null;
	#lastReleaseMs = Number.NEGATIVE_INFINITY;

	constructor(options: PoolOptions) {
		this.#options = options;
		this.#fill();
	}

	/** False once it drains or stops: nothing is taken any more. */
	get accepting(): boolean {
		return this.#closed === null;
	}

	/** Jobs that could begin now, if not all of one tenant, and jobs that run. */
	status(): { idle: number; busy: number } {
		const busy = this.#members.busy;
		return { idle: this.#closed === null ? Math.max(0, Math.min(this.#members.size, this.#places) - busy) : 0, busy };
	}

	/** When a job last ended, by performance.now(); minus infinity when none has. */
	get lastReleaseMs(): number {
		return this.#lastReleaseMs;
	}

	/** Every process there is: its pid as seen from outside, whose it is (null: nobody's yet), whether it runs something. For diagnosis and tests. */
	processes(): readonly { pid: number; tenantId: string | null; busy: boolean }[] {
		return [...this.#members].map((member) => ({ pid: member.process.pid, tenantId: member.tenantId, busy: member.busy }));
	}

	/** Waits for a process that has never served another tenant. @param signal gives the wait up. */
	acquire({ tenantId, cpuMs, kind, warm }: PoolClaim, signal: AbortSignal): Promise<Acquired> {
		if (this.#closed !== null) return Promise.resolve({ kind: "refused", why: this.#closed });
		if (this.#broken()) return Promise.resolve({ kind: "refused", why: "executor processes do not start" });
		if (this.#queue.size >= LIMITS.executorQueue || this.#queue.sizeOf(tenantId) >= LIMITS.executorQueueOfTenant)
			return Promise.resolve({ kind: "refused", why: "too many runs are waiting" });
		if (signal.aborted) return Promise.resolve({ kind: "cancelled" });
		return new Promise((resolve) => {
			const leave = (acquired: Acquired) => () => {
				if (!this.#queue.remove(tenantId, waiting)) return;
				waiting.answer(acquired);
				// What it waited for may suit the run behind it, or make way.
				this.#serve();
			};
			const cancel = leave({ kind: "cancelled" });
			const timer = setTimeout(leave({ kind: "refused", why: "no executor process became free in time" }), LIMITS.executorQueueWaitMs);
			const answer = (acquired: Acquired) => {
				clearTimeout(timer);
				signal.removeEventListener("abort", cancel);
				resolve(acquired);
			};
			const waiting: Waiting = { cpuMs, warm, answer };
			signal.addEventListener("abort", cancel);
			this.#queue.push(tenantId, waiting, kind === "compile" ? "urgent" : "usual");
			this.#serve();
		});
	}

	/** The warm isolate of a run that has ended may be used again; nothing for a run that had none, or whose process is gone. */
	keep(runId: string): void {
		for (const member of this.#members) member.keepIsolate(runId);
		// It may be what the next run waits for.
		this.#serve();
	}

	/** Refuses what waits and what comes; what runs goes on. Resolves when nothing runs any more. */
	drain(why: string): Promise<void> {
		this.#closed ??= why;
		this.#refuseWaiting(why);
		if (this.#members.busy === 0) return Promise.resolve();
		return new Promise((resolve) => {
			this.#whenEmpty = resolve;
		});
	}

	/** Ends every process, also those that run something. Resolves when they are gone. */
	async stop(): Promise<void> {
		void this.drain("the supervisor stops");
		clearTimeout(this.#backoff);
		clearTimeout(this.#wordLate);
		const members = [...this.#members];
		for (const member of members) this.#end(member);
		await Promise.all(this.#starting);
		await Promise.all(members.map((member) => member.process.ended));
	}

	/** Jobs that run at once, of all tenants together. */
	get #places(): number {
		return this.#options.size + 1;
	}

	#broken(): boolean {
		return this.#failures >= LIMITS.executorStartFailures && this.#members.size === 0;
	}

	#refuseWaiting(why: string): void {
		for (const waiting of this.#queue.drain()) waiting.answer({ kind: "refused", why });
	}

	/** Gives processes to whoever is next, as long as there is room and a process that fits. A tenant without one, or with all it may have, keeps its turn. */
	#serve(): void {
		while (this.#members.busy < this.#places && this.#serveNext());
		this.#fill();
	}

	#serveNext(): boolean {
		for (const tenantId of this.#queue.tenants()) {
			if (this.#members.busyOf(tenantId) >= this.#options.size) continue;
			const next = this.#queue.peek(tenantId);
			const member = next === undefined ? null : this.#choose(tenantId, next);
			if (next === undefined || member === null) continue;
			member.occupy(tenantId);
			this.#failures = 0;
			this.#queue.take(tenantId)?.answer({ kind: "acquired", lease: this.#lease(member, next) });
			return true;
		}
		return false;
	}

	#lease(member: PoolMember, { warm }: Waiting): PoolLease {
		let held = true;
		return {
			process: member.process,
			isolate: warm == null ? null : member.takeIsolate(warm.name, warm.runId),
			release: (clean, engineMb = 0) => {
				if (!held) return;
				held = false;
				this.#lastReleaseMs = performance.now();
				if (!member.giveBack(engineMb) || !clean || this.#closed !== null) this.#end(member);
				if (this.#members.busy === 0) this.#whenEmpty?.();
				this.#serve();
			},
		};
	}

	/**
	 * The tenant's own idle process, most recently used first; else one that nobody has used. For a run that may have a warm isolate those that have it go before
	 * those that can make one, whoever's they are; null also while word of one is about to come. Those that do not fit are ended on the way.
	 */
	#choose(tenantId: string, { cpuMs, warm }: Waiting): PoolMember | null {
		const idle = [...this.#members.idleOf(tenantId).reverse(), ...this.#members.idleOf(null)];
		const ordered = warm == null ? idle : idle.toSorted((one, other) => one.warmRank(warm.name) - other.warmRank(warm.name));
		for (const member of ordered) {
			if (!member.fits(cpuMs)) this.#end(member);
			else if (warm != null && this.#awaitsWord(member, warm.name)) return null;
			else return member;
		}
		return null;
	}

	/** Whether its tenant's next run has, or is about to have, a warm isolate in the process, and waits for no other run of the tenant to end. */
	#isWaitedFor(member: PoolMember): boolean {
		if (member.tenantId === null || this.#members.busyOf(member.tenantId) >= this.#options.size) return false;
		const name = this.#queue.peek(member.tenantId)?.warm?.name;
		return name !== undefined && (member.warmRank(name) === 0 || member.awaitsWordMs(name) > 0);
	}

	#awaitsWord(member: PoolMember, name: string): boolean {
		const waitMs = member.awaitsWordMs(name);
		if (waitMs === 0) return false;
		this.#wordLate ??= setTimeout(() => {
			this.#wordLate = undefined;
			this.#serve();
		}, waitMs);
		return true;
	}

	#end(member: PoolMember): void {
		this.#members.delete(member);
		member.process.kill();
	}

	/**
	 * Ends an idle process: the least recently used of a tenant that has most, so that as many as can be keep one, with what is warm in it. One that is waited for
	 * goes when there is no other, and then only to a tenant that has none, or has fewer even when it has one more: equals would take them from each other in turn.
	 */
	#makeRoom(): void {
		const fewest = this.#fewestInNeed();
		const [first] = [...this.#members]
			.filter((member) => !member.busy)
			.map((member) => ({ member, number: this.#members.of(member.tenantId).length, waitedFor: this.#isWaitedFor(member) }))
			.filter(({ number, waitedFor }) => !waitedFor || fewest === 0 || number > fewest + 1)
			.sort(
				(one, other) =>
					Number(one.waitedFor) - Number(other.waitedFor) || other.number - one.number || one.member.idleSinceMs - other.member.idleSinceMs,
			);
		if (first !== undefined) this.#end(first.member);
	}

	/** Of the tenants whose next run can have none but a new process: the fewest processes that one of them has. Infinity: there is no such tenant. */
	#fewestInNeed(): number {
		const waiting = this.#queue.tenants().map((tenantId) => this.#members.of(tenantId));
		return Math.min(
			...waiting.filter((own) => own.length < this.#options.size && own.every((member) => member.busy)).map((own) => own.length),
		);
	}

	/** Starts processes into all free room, and makes room when there is no new process left and none on its way. */
	#fill(): void {
		if (this.#closed !== null || this.#backoff !== undefined) return;
		const room = this.#places + 1;
		if (this.#starting.size === 0 && this.#members.size >= room && this.#members.idleOf(null).length === 0) this.#makeRoom();
		const starts = Math.min(STARTS_AT_ONCE - this.#starting.size, room - this.#members.size - this.#starting.size);
		for (let index = 0; index < starts; index += 1) {
			const start: Promise<void> = this.#options.start().then(
				(process) => {
					this.#starting.delete(start);
					return this.#join(new PoolMember(process));
				},
				(error: unknown) => {
					this.#starting.delete(start);
					this.#backOff(error instanceof Error ? error : new Error(String(error)));
				},
			);
			this.#starting.add(start);
		}
	}

	/** @returns when the pool has closed meanwhile, a promise that resolves when the process is gone again. */
	#join(member: PoolMember): Promise<void> | undefined {
		if (this.#closed !== null) {
			member.process.kill();
			return member.process.ended;
		}
		this.#members.add(member);
		member.process.ended.then(() => {
			if (!this.#members.has(member) || member.busy) return;
			this.#members.delete(member);
			// It died before anybody used it: no better than one that did not start.
			if (member.tenantId === null) this.#backOff(new Error("An executor process ended before its first run."));
			else this.#serve();
		});
		this.#serve();
		return undefined;
	}

	/** Waits longer after each failed start; past a few in a row, with no process left, nobody is kept waiting. */
	#backOff(error: Error): void {
		if (this.#closed !== null) return;
		this.#failures += 1;
		this.#options.onStartFailure(error);
		if (this.#broken()) this.#refuseWaiting("executor processes do not start");
		const { first, max } = LIMITS.executorBackoffMs;
		const waitMs = Math.min(max, first * 2 ** Math.min(this.#failures - 1, 16));
		clearTimeout(this.#backoff);
		this.#backoff = setTimeout(() => {
			this.#backoff = undefined;
			this.#serve();
		}, waitMs);
	}
}
