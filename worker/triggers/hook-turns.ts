import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";

/** How many webhooks are worked on at once, how many may wait for it, in all and of one tenant, and for how long, milliseconds. */
export interface TurnBounds {
	readonly atOnce: number;
	readonly waiting: number;
	readonly waitingOfTenant: number;
	readonly waitMs: number;
	/** A turn that is not given back in so long is taken for lost with its request. */
	readonly heldMs: number;
}

/** Given its turn, with what gives it back; null: the wait was too long. */
type Waiter = (giveBack: (() => void) | null) => void;

/**
 * Turns of the webhooks that come to this isolate in a burst. All of them at once would each take as long as all together, senders would give up and send again,
 * and none would ever be answered: so few are worked on at a time, the others stand in line, tenants taking turns, and what the line does not hold is sent away
 * before anything of it was taken.
 */
export class HookTurns {
	readonly #bounds: TurnBounds;
	/** When each turn under way began, oldest first. */
	readonly #held = new Map<symbol, number>();
	/** Insertion order is the order of turns. */
	readonly #lines = new Map<string, Waiter[]>();
	#waiting = 0;

	constructor(bounds: TurnBounds = LIMITS.hookTurns) {
		this.#bounds = bounds;
	}

	/** Resolves with what gives the turn back, when it is there. @throws Refusal `queue_full`, at once or after the longest wait */
	async enter(tenantId: string): Promise<() => void> {
		this.#callUp();
		if (this.#waiting === 0 && this.#held.size < this.#bounds.atOnce) return this.#take();
		const line = this.#lines.get(tenantId) ?? [];
		if (this.#waiting >= this.#bounds.waiting || line.length >= this.#bounds.waitingOfTenant) throw fullLine();
		const turn = Promise.withResolvers<(() => void) | null>();
		this.#lines.set(tenantId, [...line, turn.resolve]);
		this.#waiting += 1;
		const timer = setTimeout(() => this.#leave(tenantId, turn.resolve), this.#bounds.waitMs);
		const giveBack = await turn.promise;
		clearTimeout(timer);
		if (giveBack === null) throw fullLine();
		return giveBack;
	}

	#take(): () => void {
		const turn = Symbol("turn");
		this.#held.set(turn, Date.now());
		return () => {
			this.#held.delete(turn);
			this.#callUp();
		};
	}

	/** Gives turns to those that stand in line, as many as there are; first those that were lost are taken back. */
	#callUp(): void {
		const lostBeforeMs = Date.now() - this.#bounds.heldMs;
		for (const [turn, beganMs] of this.#held) {
			if (beganMs >= lostBeforeMs) break;
			this.#held.delete(turn);
		}
		for (const [tenantId, [next, ...rest]] of this.#lines) {
			if (this.#held.size >= this.#bounds.atOnce) return;
			// Whoever is left of the tenant comes after everybody else.
			this.#lines.delete(tenantId);
			if (next === undefined) continue;
			if (rest.length > 0) this.#lines.set(tenantId, rest);
			this.#waiting -= 1;
			next(this.#take());
		}
	}

	#leave(tenantId: string, waiter: Waiter): void {
		const line = this.#lines.get(tenantId) ?? [];
		const rest = line.filter((other) => other !== waiter);
		if (rest.length === line.length) return;
		this.#waiting -= 1;
		if (rest.length > 0) this.#lines.set(tenantId, rest);
		else this.#lines.delete(tenantId);
		waiter(null);
	}
}

const fullLine = (): Refusal =>
	new Refusal("queue_full", "Receiving a webhook: more of them came at once than are taken, wanted fewer", {
		details: { retryAfterSeconds: LIMITS.hookRetrySeconds },
	});
