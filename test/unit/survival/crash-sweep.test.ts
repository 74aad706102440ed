import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Death, withMachine } from "./crash-machine.ts";
import { expectWhole, seeThrough } from "./see-through.ts";
import { POLICY, wholeProgram } from "./whole-program.ts";

/**
 * Each step and 60 runs in full; without, every fifth step, from one that the clock chooses, and 12 runs. A failure names its deaths: they are all
 * that there is to it.
 */
const isFull = env.SIMULATION === "full";
const STRIDE = isFull ? 1 : 5;
const RUNS = isFull ? 60 : 12;

/** Runs that are driven side by side. */
const AT_ONCE = 6;

/** One run with deaths. @returns how many steps it took, and who died */
const survive = (deaths: readonly Death[]): Promise<{ steps: number; died: readonly string[] }> =>
	withMachine(POLICY, wholeProgram, deaths, async (machine) => {
		const runId = await machine.admit();
		await seeThrough(machine, runId);
		await expectWhole(machine, runId);
		return { steps: machine.steps, died: machine.died };
	}).catch((error: unknown) => {
		throw new Error(`${JSON.stringify(deaths)}: ${error instanceof Error ? error.message : ""}`, { cause: error });
	});

/** Does work for each item, so many at once. */
const forEach = async <Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> => {
	const left = [...items];
	const worker = async (): Promise<void> => {
		for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_each, index) => index + 1);

/** Deaths of a run with several: who and when are drawn from a seed. */
const manyDeaths = (seed: number): Death[] => {
	let state = seed;
	const below = (most: number): number => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		return Math.floor((state / 2 ** 32) * most);
	};
	const who = ["executor", "machine", "object"] as const;
	return upTo(2 + below(2)).map(() => ({ who: who[below(3)] ?? "machine", atStep: 1 + below(110) }));
};

describe("a run ends right, with every effect at most once and the ledger true", () => {
	it("when nothing dies", async () => {
		const { steps, died } = await survive([]);
		expect(died).toEqual([]);
		expect(steps).toBeGreaterThan(50);
	});

	for (const who of ["executor", "machine", "object"] as const) {
		it(`when the ${who} dies at ${isFull ? "each step" : "every fifth step"} of it in turn`, { timeout: 300_000 }, async () => {
			const { steps } = await survive([]);
			const first = Date.now() % STRIDE;
			const met = upTo(steps).filter((step) => step % STRIDE === first);
			let deaths = 0;
			await forEach(met, async (atStep) => {
				const { died } = await survive([{ who, atStep }]);
				deaths += died.length;
			});
			expect(deaths).toBeGreaterThan(met.length - 10 / STRIDE);
		});
	}

	it(`when several of them die, one after the other, in ${RUNS} runs with deaths at random`, { timeout: 300_000 }, async () => {
		const first = Number(Date.now() % 100_000);
		await forEach(upTo(RUNS), async (index) => {
			await survive(manyDeaths(first + index));
		});
	});
});
