import type { SeededRandom } from "./fault-random.ts";

/** One sending of a storm: the delivery's number, and the sender that it belongs to. A repeat has the number of an earlier one. */
export interface PlannedSending {
	readonly delivery: number;
	readonly sender: number;
	readonly isRepeat: boolean;
}

/** Repeats that follow closely on the first sending, so that both are under way at once. */
const CLOSE = 5;

/** So many sendings of so many senders, in their order. Every third repeats an earlier one: every other time one of the last few, else any. */
export const planStorm = (random: SeededRandom, webhooks: number, senders: number): readonly PlannedSending[] => {
	const plan: PlannedSending[] = [];
	let deliveries = 0;
	for (let index = 0; index < webhooks; index += 1) {
		const isRepeat = index % 3 === 2;
		const back = random.below(2) === 0 ? random.below(Math.min(CLOSE, deliveries)) : random.below(Math.max(1, deliveries));
		const delivery = isRepeat ? deliveries - 1 - back : deliveries++;
		plan.push({ delivery, sender: delivery % senders, isRepeat });
	}
	return plan;
};
