import type { TenantLimits } from "../../../contract/budgets.ts";
import {
	type AgentSlices,
	askForSlice,
	giveBackSlice,
	holdInSlices,
	NO_SLICES,
	reportsOf,
	sendReports,
	settleInSlices,
	slicesDueAtMs,
	takeAcks,
	takeAnswer,
} from "../../../worker/budgets/agent-slices.ts";
import type { LeaseAnswer, LeaseAsk, SliceAck, SliceReport } from "../../../worker/budgets/lease-messages.ts";
import type { SliceRow } from "../../../worker/budgets/ledger-rows.ts";
import { boundsOf, LEDGER_WINDOWS } from "../../../worker/budgets/ledger-window.ts";
import { SHARE_DIMENSIONS, type Share, type ShareDimension } from "../../../worker/budgets/share.ts";
import { TenantLedger } from "../../../worker/budgets/tenant-ledger.ts";
import type { EventQueue } from "./event-queue.ts";
import { MapRows } from "./map-rows.ts";

/** What goes wrong, each as a part of one. */
export interface Faults {
	/** Of messages, each way. */
	readonly lost: number;
	/** Of messages that are delivered a second time, up to ten minutes late. */
	readonly repeated: number;
	/** Of messages, that come seconds late. */
	readonly late: number;
}

interface AgentInWorld {
	readonly holder: string;
	slices: AgentSlices;
	/** What its clock is ahead. */
	skewMs: number;
	isDead: boolean;
	asking: ((isShort: boolean, atMs: number) => void)[] | null;
	refusedUntilMs: number;
	wakesAtMs: number;
}

/** A limit that a slice counts under, and what is spent and held under it in truth, which nobody in the simulation sees. */
interface Bound {
	readonly dimension: ShareDimension;
	readonly limit: number;
	readonly used: { count: number };
}

/** How long an agent waits for an answer before it asks the same again. */
const ANSWER_WAIT_MS = 1_000;
/** How long an agent that was refused asks no more. */
const REFUSED_MS = 1_000;

/** One tenant's object, its agents and the network between, with faults. After each step of anybody it checks what must always be so. */
export class TenantWorld {
	readonly rows = new MapRows();
	readonly ledger = new TenantLedger(this.rows);
	readonly agents: AgentInWorld[];
	/** What came to the tenant's object, and what it asked back. */
	requests = 0;
	askedBack = 0;
	readonly #events: EventQueue;
	readonly #random: () => number;
	readonly #faults: Faults;
	readonly #slices = new Map<string, readonly Bound[]>();
	readonly #used = new Map<string, { count: number }>();

	constructor(events: EventQueue, random: () => number, faults: Faults, agents: number, limits: TenantLimits, atMs: number) {
		this.#events = events;
		this.#random = random;
		this.#faults = faults;
		this.ledger.setLimits(limits, "Europe/Berlin", atMs);
		this.agents = Array.from({ length: agents }, (_, index) => ({
			...{ holder: `agt_${index}`, slices: NO_SLICES, skewMs: 0, isDead: false, asking: null },
			...{ refusedUntilMs: 0, wakesAtMs: Number.POSITIVE_INFINITY },
		}));
	}

	/** Holds an amount for an agent, with a lease if it needs one. @param then what the hold's slice is; null: refused, or the agent is dead */
	hold(agent: AgentInWorld, amount: Share, atMs: number, then: (n: number | null, atMs: number) => void, tries = 16): void {
		const held = agent.isDead ? null : holdInSlices(agent.slices, amount, atMs + agent.skewMs);
		if (held !== null) {
			agent.slices = held.slices;
			this.#count(agent.holder, held.n, amount, 1);
		}
		if (held !== null || agent.isDead || tries === 0 || atMs < agent.refusedUntilMs) {
			then(held?.n ?? null, atMs);
			return;
		}
		const wake = (isShort: boolean, laterMs: number): void =>
			isShort ? then(null, laterMs) : this.hold(agent, amount, laterMs, then, tries - 1);
		if (agent.asking !== null) {
			agent.asking.push(wake);
			return;
		}
		agent.asking = [wake];
		this.#ask(agent, amount, atMs, (isShort, laterMs) => {
			const waiting = agent.asking ?? [];
			agent.asking = null;
			if (isShort) agent.refusedUntilMs = laterMs + REFUSED_MS;
			for (const each of waiting) each(isShort, laterMs);
		});
	}

	settle(agent: AgentInWorld, n: number, amount: Share, charged: Share, atMs: number): void {
		agent.slices = settleInSlices(agent.slices, n, amount, charged, atMs + agent.skewMs);
		const rest: { [dimension in ShareDimension]?: number } = {};
		for (const dimension of SHARE_DIMENSIONS) rest[dimension] = (amount[dimension] ?? 0) - (charged[dimension] ?? 0);
		this.#count(agent.holder, n, rest, -1);
		this.#wake(agent, atMs);
	}

	die(agent: AgentInWorld): void {
		agent.isDead = true;
	}

	revive(agent: AgentInWorld, atMs: number): void {
		agent.isDead = false;
		this.#wake(agent, atMs);
	}

	/** The part of the tightest limit on runs that is left in truth: nobody has spent or holds it. */
	leftPart(atMs: number): number {
		const ledger = this.ledger.read(atMs);
		const parts = boundsOf(ledger, ["runs"]).map(({ window, dimension, limit }) => {
			return 1 - this.#usedIn(window, ledger.windows[window].startMs, dimension).count / limit;
		});
		return Math.min(1, ...parts);
	}

	/** What the ledger must be: within every limit, and never less than the truth. */
	check(atMs: number): void {
		const ledger = this.ledger.read(atMs);
		for (const { window, dimension, limit, left, lent } of boundsOf(ledger, SHARE_DIMENSIONS)) {
			const used = this.#usedIn(window, ledger.windows[window].startMs, dimension).count;
			if (left < 0 || lent < 0 || used > limit - left)
				throw new Error(`${window} ${dimension}: limit ${limit}, left ${left}, lent ${lent}, used ${used}`);
		}
	}

	/** The sum of what the slices' rows say is lent must be what the windows say. */
	checkSums(atMs: number): void {
		const { windows } = this.ledger.read(atMs);
		for (const kind of LEDGER_WINDOWS)
			for (const dimension of SHARE_DIMENSIONS) {
				let sum = 0;
				for (const row of this.rows.slices.values()) {
					if (row.windows[kind] !== windows[kind].startMs) continue;
					if (row.closed) sum += row.held[dimension] ?? 0;
					else if (row.limited.includes(dimension)) sum += (row.amount[dimension] ?? 0) - (row.settled[dimension] ?? 0);
				}
				if (sum !== (windows[kind].leased[dimension] ?? 0)) throw new Error(`${kind} ${dimension}: rows say ${sum}`);
			}
	}

	/** The tenant's alarm. */
	ring(atMs: number): void {
		for (const row of this.ledger.overdue(atMs)) this.#askBack(row.holder, row.n, atMs);
		this.check(atMs);
	}

	#count(holder: string, n: number, amount: Share, sign: 1 | -1): void {
		const truth = this.#slices.get(`${holder} ${n}`);
		if (truth === undefined) throw new Error(`${holder} holds from ${n}, which was never lent`);
		for (const bound of truth) {
			bound.used.count += sign * (amount[bound.dimension] ?? 0);
			if (bound.used.count > bound.limit) throw new Error(`${bound.dimension}: ${bound.used.count} of ${bound.limit} are used`);
		}
	}

	#usedIn(window: string, startMs: number, dimension: string): { count: number } {
		const key = `${window} ${startMs} ${dimension}`;
		const used = this.#used.get(key) ?? { count: 0 };
		this.#used.set(key, used);
		return used;
	}

	#ask(agent: AgentInWorld, amount: Share, atMs: number, then: (isShort: boolean, atMs: number) => void): void {
		const asked = askForSlice(agent.slices, agent.holder, amount, atMs + agent.skewMs);
		if (asked === null) {
			then(true, atMs);
			return;
		}
		agent.slices = asked.slices;
		let isOver = false;
		const end = (isShort: boolean, endMs: number) => {
			if (isOver) return;
			isOver = true;
			then(isShort, endMs);
		};
		this.#send(atMs, (hereMs) => {
			const answer = this.#lease(asked.ask, hereMs);
			this.#send(hereMs, (backMs) => {
				if (agent.isDead) return;
				const taken = takeAnswer(agent.slices, answer, atMs + agent.skewMs, backMs + agent.skewMs);
				agent.slices = taken.slices;
				this.#wake(agent, backMs);
				end(taken.shortage !== null, backMs);
			});
		});
		this.#events.at(atMs + ANSWER_WAIT_MS, (lateMs) => end(false, lateMs));
	}

	#lease(ask: LeaseAsk, atMs: number): LeaseAnswer {
		this.requests += 1;
		let answer = this.ledger.lease(ask, atMs);
		for (let round = 0; round < 2; round += 1) {
			const back = this.ledger.toAskBack(ask, answer, atMs);
			for (const { holder, n } of back) this.#askBack(holder, n, atMs);
			if (answer.kind !== "short" || back.length === 0) break;
			answer = this.ledger.lease(ask, atMs);
		}
		if (answer.kind === "short") this.ledger.refuse(ask);
		const row = this.rows.slice(ask.holder, ask.n);
		if (row !== null && answer.kind === "leased") this.#slices.set(`${ask.holder} ${ask.n}`, this.#boundsOf(row));
		this.check(atMs);
		return answer;
	}

	#boundsOf({ windows, limited }: SliceRow): Bound[] {
		return boundsOf(this.ledger.read(0), limited).map(({ window, dimension, limit }) => ({
			dimension,
			limit,
			used: this.#usedIn(window, windows[window], dimension),
		}));
	}

	#askBack(holder: string, n: number, atMs: number): void {
		this.askedBack += 1;
		const agent = this.agents[Number(holder.slice(4))];
		if (agent === undefined || agent.isDead || this.#random() < this.#faults.lost) return;
		agent.slices = giveBackSlice(agent.slices, n, atMs + agent.skewMs);
		const reports = reportsOf(agent.slices);
		const acks = this.ledger.report(holder, reports, atMs);
		this.#wake(agent, atMs);
		this.#send(atMs, (backMs) => this.#acked(agent, acks, backMs));
	}

	#report(agent: AgentInWorld, reports: readonly SliceReport[], atMs: number): void {
		this.#send(atMs, (hereMs) => {
			this.requests += 1;
			const acks = this.ledger.report(agent.holder, reports, hereMs);
			this.check(hereMs);
			this.#send(hereMs, (backMs) => this.#acked(agent, acks, backMs));
		});
	}

	#acked(agent: AgentInWorld, acks: readonly SliceAck[], atMs: number): void {
		if (agent.isDead) return;
		agent.slices = takeAcks(agent.slices, acks, atMs + agent.skewMs);
		this.#wake(agent, atMs);
	}

	/** An agent's alarm: at the moment that its slices say, once. */
	#wake(agent: AgentInWorld, atMs: number): void {
		const due = slicesDueAtMs(agent.slices);
		if (due === null) return;
		const wakesAtMs = Math.max(atMs + 1, due - agent.skewMs);
		if (wakesAtMs >= agent.wakesAtMs && agent.wakesAtMs > atMs) return;
		agent.wakesAtMs = wakesAtMs;
		this.#events.at(wakesAtMs, (nowMs) => {
			if (agent.wakesAtMs !== wakesAtMs) return;
			agent.wakesAtMs = Number.POSITIVE_INFINITY;
			if (agent.isDead) return;
			const sent = sendReports(agent.slices, nowMs + agent.skewMs);
			agent.slices = sent.slices;
			if (sent.reports.length > 0) this.#report(agent, sent.reports, nowMs);
			this.#wake(agent, nowMs);
		});
	}

	#send(atMs: number, arrive: (atMs: number) => void): void {
		const { lost, repeated, late } = this.#faults;
		const delayMs = 1 + Math.floor(this.#random() * 20) + (this.#random() < late ? Math.floor(this.#random() * 10_000) : 0);
		if (this.#random() >= lost) this.#events.at(atMs + delayMs, arrive);
		if (this.#random() < repeated) this.#events.at(atMs + delayMs + Math.floor(this.#random() * 600_000), arrive);
	}
}
