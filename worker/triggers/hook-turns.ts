import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";

/** How many webhooks are worked on at once, how many may wait for it, and for how long, milliseconds. */
export interface TurnBounds {
	readonly atOnce: number;
	readonly waiting: number;
	readonly waitMs: number;
	/** A turn that is not given back in so long is taken for lost with its request. */
	readonly heldMs: number;
}

interface Turn {
	readonly tenantId: string;
	readonly beganMs: number;
}

interface Waiter {
	/** When its wait is over; one that still stands in line then is gone with its request. */
	readonly untilMs: number;
	/** Given its turn, with what gives it back; null: the wait was too long. */
	readonly call: (giveBack: (() => void) | null) => void;
}

/**
 * Turns of the webhooks that come to this isolate in a burst. All of them at once would each take as long as all together, senders would give up and send again,
 * and none would ever be answered: so few are worked on at a time, the others stand in line, tenants taking turns, and what the line does not hold is sent away
 * before anything of it was taken. A turn may last as long as its tenant's own executors take, so none has all turns: see `hasShare`.
 */
export class HookTurns {
	readonly #bounds: TurnBounds;
	/** The turns under way, oldest first. */
	readonly #held = new Map<symbol, Turn>();
	/** Insertion order is the order of turns. */
	readonly #lines = new Map<string, Waiter[]>();
	#waiting = 0;

	constructor(bounds: TurnBounds = LIMITS.hookTurns) {
		this.#bounds = bounds;
	}

	/** Resolves with what gives the turn back, when it is there. @throws Refusal `queue_full`, at once or after the longest wait */
	async enter(tenantId: string): Promise<() => void> {
		this.#callUp();
		// Whoever is in line now has no share of what is free, so that nobody is overtaken who could go.
		if (this.#mayTake(tenantId)) return this.#take(tenantId);
		const line = this.#lines.get(tenantId) ?? [];
		if (!hasShare(line.length, this.#waiting, this.#bounds.waiting)) throw fullLine();
		const turn = Promise.withResolvers<(() => void) | null>();
		const waiter = { untilMs: Date.now() + this.#bounds.waitMs, call: turn.resolve };
		line.push(waiter);
		this.#lines.set(tenantId, line);
		this.#waiting += 1;
		let timer: ReturnType<typeof setTimeout> | undefined;
		// A turn that was lost calls nobody up: those who wait look when the oldest would be one.
		const lookLater = (): void => {
			timer = setTimeout(
				() => {
					this.#callUp();
					lookLater();
				},
				Math.max(1, this.#nextMs(waiter) - Date.now()),
			);
		};
		lookLater();
		const giveBack = await turn.promise;
		clearTimeout(timer);
		if (giveBack === null) throw fullLine();
		return giveBack;
	}

	#mayTake(tenantId: string): boolean {
		const own = [...this.#held.values()].filter((turn) => turn.tenantId === tenantId).length;
		return hasShare(own, this.#held.size, this.#bounds.atOnce);
	}

	#take(tenantId: string): () => void {
		const turn = Symbol("turn");
		this.#held.set(turn, { tenantId, beganMs: Date.now() });
		return () => {
			this.#held.delete(turn);
			this.#callUp();
		};
	}

	/** When there may be something new for a waiter that nobody tells it: its wait is over, or a turn is lost. */
	#nextMs({ untilMs }: Waiter): number {
		const [oldest] = this.#held.values();
		return oldest === undefined ? untilMs : Math.min(untilMs, oldest.beganMs + this.#bounds.heldMs);
	}

	/** Gives turns to those that stand in line, as many as there are; first those that were lost are taken back, and whose wait is over is sent away. */
	#callUp(): void {
		const nowMs = Date.now();
		for (const [turn, { beganMs }] of this.#held) {
			if (beganMs + this.#bounds.heldMs > nowMs) break;
			this.#held.delete(turn);
		}
		for (const [tenantId, line] of this.#lines) {
			while (line[0] !== undefined && line[0].untilMs <= nowMs) this.#next(line)?.call(null);
			const next = this.#mayTake(tenantId) ? this.#next(line) : undefined;
			if (next === undefined && line.length > 0) continue;
			// Whoever is left of the tenant comes after everybody else.
			this.#lines.delete(tenantId);
			if (line.length > 0) this.#lines.set(tenantId, line);
			next?.call(this.#take(tenantId));
		}
	}

	/** Takes the first out of a line. */
	#next(line: Waiter[]): Waiter | undefined {
		if (line.length > 0) this.#waiting -= 1;
		return line.shift();
	}
}

/**
 * Whether a tenant that has some of what all share may have one more: it has fewer than are left. So one alone gets half, a second half of what is left, and so on:
 * whatever a tenant does, another finds something.
 */
const hasShare = (own: number, used: number, all: number): boolean => own < all - used;

const fullLine = (): Refusal =>
	new Refusal("queue_full", "Receiving a webhook: more of them came at once than are taken, wanted fewer", {
		details: { retryAfterSeconds: LIMITS.hookRetrySeconds },
	});
