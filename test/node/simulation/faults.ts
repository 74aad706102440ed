import type { Chance } from "./chance.ts";

/** How often what goes wrong, each as a part of one. */
export interface Faults {
	readonly stepsDie: number;
	readonly archiveUnheard: number;
	readonly archiveUnanswered: number;
	readonly endpointsUnheard: number;
	readonly endpointsUnanswered: number;
	readonly storeFails: number;
	readonly tenantFails: number;
	/** Answers to commands that never come: who asked asks again, or is dead. */
	readonly answersLost: number;
	/** Messages of the queue that are lost, or come twice. */
	readonly queueLoses: number;
	readonly queueRepeats: number;
	/** Whether something else happens while a message is under way. */
	readonly overtakes: number;
}

export const NO_FAULTS: Faults = {
	...{
		stepsDie: 0,
		archiveUnheard: 0,
		archiveUnanswered: 0,
		endpointsUnheard: 0,
		endpointsUnanswered: 0,
		storeFails: 0,
		tenantFails: 0,
		answersLost: 0,
		queueLoses: 0,
		queueRepeats: 0,
	},
	overtakes: 0,
};

/** Each world has some of the faults, and some of them often: those that have them all at once hide what one of them alone would show. */
export const someFaults = (chance: Chance): Faults => {
	const often = (part: number): number => (chance.isIn(0.5) ? 0 : part * chance.pick([0.3, 1, 3]));
	return {
		stepsDie: often(0.03),
		archiveUnheard: often(0.2),
		archiveUnanswered: often(0.15),
		endpointsUnheard: often(0.2),
		endpointsUnanswered: often(0.15),
		storeFails: often(0.15),
		tenantFails: often(0.15),
		answersLost: often(0.06),
		queueLoses: often(0.15),
		queueRepeats: often(0.15),
		overtakes: often(0.4),
	};
};
