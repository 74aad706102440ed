import { LIMITS } from "../../contract/limits.ts";

/**
 * Deliveries that this isolate has taken, so that one which comes again is taken for a repeat first. It is no more than a guess: whether it is one, and of which
 * run, only the agent's object says.
 */
export class TakenDeliveries {
	readonly #most: number;
	/** Trigger and key of each; the oldest first. */
	readonly #keys = new Set<string>();

	/** @param most keys that are kept */
	constructor(most: number = LIMITS.hookKeysRemembered) {
		this.#most = most;
	}

	/** Whether a delivery to the trigger with any of these keys has been taken here. */
	has(triggerId: string, keys: readonly string[]): boolean {
		return keys.some((key) => this.#keys.has(`${triggerId} ${key}`));
	}

	add(triggerId: string, keys: readonly string[]): void {
		for (const key of keys) this.#keys.add(`${triggerId} ${key}`);
		for (const oldest of this.#keys) {
			if (this.#keys.size <= this.#most) return;
			this.#keys.delete(oldest);
		}
	}
}
