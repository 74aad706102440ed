import { Actions } from "./actions.ts";
import { Chance } from "./chance.ts";
import { NO_FAULTS, someFaults } from "./faults.ts";
import { expectQuiet, heal } from "./heal.ts";
import { SimArchive } from "./sim-archive.ts";
import { SimStorage } from "./sim-storage.ts";
import type { Sometimes } from "./sometimes.ts";
import { withSeededGlobals } from "./with-seeded-globals.ts";
import { World } from "./world.ts";

/** What came of one world. `fault`: what did not hold, after how many steps; null: everything did. */
export interface Life {
	readonly seed: number;
	readonly steps: number;
	readonly fault: string | null;
	readonly trace: readonly string[];
}

let storage: SimStorage | null = null;
let archive: SimArchive | null = null;

/** Lives through the world of a seed, then lets it heal, and looks after each step whether everything holds. @param reached gets the rare states that it comes to */
export const simulateSeed = async (seed: number, reached: Set<Sometimes>, isTraced = false): Promise<Life> => {
	storage ??= new SimStorage();
	archive ??= new SimArchive();
	const chance = new Chance(seed);
	const trace: string[] | null = isTraced ? [] : null;
	const before = { storage, archive };
	// Refusals within the policy's own checks are errors that are thrown and caught; what they say of where is dear.
	if (!isTraced) Error.stackTraceLimit = 0;
	let world: World | null = null;
	let steps = 0;
	before.storage.begin();
	before.archive.begin();
	try {
		await withSeededGlobals(
			chance,
			() => world?.nowMs ?? 0,
			async () => {
				world = new World(chance, someFaults(chance), before.storage, before.archive, reached, trace);
				const actions = new Actions(world);
				// Most worlds are short: what goes wrong goes wrong early in some of them, and many of them are lived through in the time of a long one.
				const most = chance.isIn(0.1) ? chance.between(60, 150) : chance.between(12, 48);
				for (; steps < most; steps += 1) await actions.next();
				world.faults = NO_FAULTS;
				await heal(actions);
				await expectQuiet(actions);
			},
		);
		return { seed, steps, fault: null, trace: trace ?? [] };
	} catch (error) {
		return { seed, steps, fault: error instanceof Error ? (error.stack ?? error.message) : String(error), trace: trace ?? [] };
	} finally {
		before.storage.end();
		before.archive.end();
	}
};
