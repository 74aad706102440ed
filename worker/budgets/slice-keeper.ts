import { LIMITS } from "../../contract/limits.ts";
import {
	type AgentSlices,
	askForSlice,
	giveBackSlice,
	holdInSlices,
	reportsOf,
	sendReports,
	settleInSlices,
	slicesDueAtMs,
	takeAcks,
	takeAnswer,
} from "./agent-slices.ts";
import type { Shortage } from "./budget-state.ts";
import type { LeaseAnswer, LeaseAsk, SliceAck, SliceReport } from "./lease-messages.ts";
import type { Share, ShareDimension } from "./share.ts";

/** Where a holder's slices are kept. `step`: one transaction of its storage. */
export interface SliceStore {
	slices(): AgentSlices;
	putSlices(slices: AgentSlices): void;
	step<Answer>(work: () => Answer): Answer;
}

/** The tenant's object, as its agents call it. */
export interface TenantPort {
	lease(ask: LeaseAsk): Promise<LeaseAnswer>;
	report(holder: string, reports: readonly SliceReport[]): Promise<readonly SliceAck[]>;
}

/** `again`: look whether the slice has it now. `unreachable`: the tenant's object did not answer, so nothing may be held. */
export type ObtainAnswer = { kind: "again" } | { kind: "short"; shortage: Shortage } | { kind: "unreachable" };

/** How long a holder that was refused asks for no more of a dimension than there was, milliseconds: refusals cost the tenant's object nothing, whatever a program wants in turn. */
const REFUSED_MS = 1_000;

/**
 * A holder's slices of its tenant's budget: an agent's object has one for what is spent, and one for its live runs. `hold` and `settle` belong into the step
 * that they are part of; `obtain`, `alarm` make steps of their own and are never called within one.
 */
export class SliceKeeper {
	readonly #holder: string;
	readonly #store: SliceStore;
	readonly #port: TenantPort;
	readonly #clock: () => number;
	#asking: Promise<ObtainAnswer> | null = null;
	readonly #refused = new Map<ShareDimension, { readonly shortage: Shortage; readonly atMs: number }>();

	constructor(holder: string, store: SliceStore, port: TenantPort, clock: () => number = () => Date.now()) {
		this.#holder = holder;
		this.#store = store;
		this.#port = port;
		this.#clock = clock;
	}

	/** Holds an amount in the open slice. @returns the slice's number, for the hold to keep; null: `obtain` first */
	hold(amount: Share, nowMs: number): number | null {
		const held = holdInSlices(this.#store.slices(), amount, nowMs);
		if (held === null) return null;
		this.#store.putSlices(held.slices);
		return held.n;
	}

	/** @param charged at most `amount`, which was held in the slice */
	settle(n: number, amount: Share, charged: Share, nowMs: number): void {
		this.#store.putSlices(settleInSlices(this.#store.slices(), n, amount, charged, nowMs));
	}

	/** Asks for a slice that has an amount; one ask is under way at a time, and whoever waits for it looks again. */
	async obtain(amount: Share): Promise<ObtainAnswer> {
		if (this.#asking !== null) {
			await this.#asking;
			return { kind: "again" };
		}
		const known = this.#knownShortage(amount);
		if (known !== null) return { kind: "short", shortage: known };
		this.#asking = this.#ask(amount).finally(() => {
			this.#asking = null;
		});
		return this.#asking;
	}

	/** What an amount was lately refused for, or would have been. */
	#knownShortage(amount: Share): Shortage | null {
		const nowMs = this.#clock();
		for (const [dimension, { shortage, atMs }] of this.#refused) {
			const wanted = amount[dimension] ?? 0;
			if (wanted > shortage.left && atMs <= nowMs && nowMs < atMs + REFUSED_MS) return { ...shortage, wanted };
		}
		return null;
	}

	async #ask(amount: Share): Promise<ObtainAnswer> {
		const sentAtMs = this.#clock();
		const asked = this.#store.step(() => {
			const made = askForSlice(this.#store.slices(), this.#holder, amount, sentAtMs);
			if (made !== null) this.#store.putSlices(made.slices);
			return made;
		});
		if (asked === null) return { kind: "unreachable" };
		const answer = await this.#port.lease(asked.ask).catch(() => null);
		// The same ask goes out with the next try: whether it was heard does not matter.
		if (answer === null) return { kind: "unreachable" };
		const shortage = this.#store.step(() => {
			const taken = takeAnswer(this.#store.slices(), answer, sentAtMs, this.#clock());
			this.#store.putSlices(taken.slices);
			return taken.shortage;
		});
		if (shortage === null) return { kind: "again" };
		this.#refused.set(shortage.dimension, { shortage, atMs: this.#clock() });
		// What was refused may be an ask for more, which was not heard before.
		const known = this.#knownShortage(amount);
		return known === null ? { kind: "again" } : { kind: "short", shortage: known };
	}

	/** Gives back a slice that the tenant's object asks for. @returns what is to be told of all that are over */
	giveBack(n: number): SliceReport[] {
		return this.#store.step(() => {
			const given = giveBackSlice(this.#store.slices(), n, this.#clock());
			this.#store.putSlices(given);
			return reportsOf(given);
		});
	}

	/** Closes a slice whose time is over and sends what is due. */
	async alarm(): Promise<void> {
		const reports = this.#store.step(() => {
			const sent = sendReports(this.#store.slices(), this.#clock());
			this.#store.putSlices(sent.slices);
			return sent.reports;
		});
		for (let from = 0; from < reports.length; from += LIMITS.slicesAskedBack) {
			const acks = await this.#port.report(this.#holder, reports.slice(from, from + LIMITS.slicesAskedBack)).catch(() => []);
			this.takeAcks(acks);
		}
	}

	/** What the tenant's object knows now. */
	takeAcks(acks: readonly SliceAck[]): void {
		this.#store.step(() => this.#store.putSlices(takeAcks(this.#store.slices(), acks, this.#clock())));
	}

	/** When the alarm must ring; null: nothing waits. */
	dueAtMs(): number | null {
		return slicesDueAtMs(this.#store.slices());
	}
}
