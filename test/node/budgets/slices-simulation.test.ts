import { describe, expect, it } from "vitest";
import type { TenantLimits } from "../../../contract/budgets.ts";
import { EventQueue, seededNumbers } from "./event-queue.ts";
import { type Faults, TenantWorld } from "./tenant-world.ts";

/** 10,000 agents in full; without, a fifth of everything, at the same load for each agent. */
const isFull = process.env["CORDON_SIMULATION"] === "full";
const SCALE = isFull ? 1 : 0.2;
const AGENTS = 10_000 * SCALE;
const START = Date.UTC(2026, 2, 28, 23);
const HOUR_MS = 3_600_000;
const RUN = { runs: 1, cpuMs: 1_000, wallMs: 10_000, usdMicros: 21 };
const FAULTS: Faults = { lost: 0.01, repeated: 0.01, late: 0.02 };

interface Day {
	readonly seed: number;
	readonly runs: number;
	readonly hours: number;
	readonly limits: TenantLimits;
	/** Agents that die each hour, as a part of all; one in fifty of them for good. */
	readonly deaths: number;
}

interface Told {
	started: number;
	refused: number;
	/** While more than a hundredth of the limit was left, and the most that was left at any refusal, as a part of the limit. */
	refusedEarly: number;
	mostLeft: number;
	requests: number;
	askedBack: number;
	settledRuns: number;
}

/** Lives through the runs of some hours: few agents make most of them (Zipf, exponent 1.1). */
const live = ({ seed, runs, hours, limits, deaths }: Day): Told => {
	const random = seededNumbers(seed);
	const events = new EventQueue();
	const world = new TenantWorld(events, random, FAULTS, AGENTS, limits, START);
	const shares = world.agents.map((_, index) => (index + 1) ** -1.1);
	const total = shares.reduce((sum, share) => sum + share, 0);
	const told: Told = { started: 0, refused: 0, refusedEarly: 0, mostLeft: 0, requests: 0, askedBack: 0, settledRuns: 0 };
	const endMs = START + hours * HOUR_MS;
	const exponential = (meanMs: number): number => Math.ceil(-Math.log(1 - random()) * meanMs);
	world.agents.forEach((agent, index) => {
		const meanMs = (hours * HOUR_MS) / ((runs * (shares[index] ?? 0)) / total);
		const arrive = (atMs: number): void => {
			if (atMs > endMs) return;
			events.at(atMs + exponential(meanMs), arrive);
			if (agent.isDead) return;
			world.hold(agent, RUN, atMs, (n, heldMs) => {
				if (n === null) {
					if (agent.isDead) return;
					told.refused += 1;
					const left = world.leftPart(heldMs);
					told.mostLeft = Math.max(told.mostLeft, left);
					if (left > 0.01) told.refusedEarly += 1;
					return;
				}
				told.started += 1;
				const cpuMs = 1 + Math.floor(random() * random() * 400);
				const charged = { runs: 1, cpuMs, wallMs: 2 * cpuMs, usdMicros: Math.ceil((300 + 20 * cpuMs) / 1000) };
				events.at(heldMs + 2 * cpuMs, (settledMs) => {
					world.settle(agent, n, RUN, charged, settledMs);
					told.settledRuns += 1;
				});
			});
		};
		events.at(START + exponential(meanMs), arrive);
	});
	const minutes = (atMs: number): void => {
		world.ring(atMs);
		if (Math.floor(atMs / 60000) % 10 === 0) world.checkSums(atMs);
		for (let count = 0; count < (deaths * AGENTS) / 60; count += 1) {
			const agent = world.agents[Math.floor(random() ** 2 * AGENTS)];
			if (agent === undefined || agent.isDead) continue;
			world.die(agent);
			if (random() < 0.98) events.at(atMs + exponential(120_000), (backMs) => world.revive(agent, backMs));
		}
		for (let count = 0; count < 20; count += 1) {
			const agent = world.agents[Math.floor(random() * AGENTS)];
			if (agent !== undefined) agent.skewMs = Math.floor((random() - 0.5) * (random() < 0.1 ? 1_200_000 : 4_000));
		}
		if (atMs < endMs) events.at(atMs + 60_000, minutes);
	};
	events.at(START, minutes);
	while (events.next());
	return { ...told, requests: world.requests, askedBack: world.askedBack };
};

const show = (name: string, told: Told): void => {
	const perRun = (told.requests / told.started).toFixed(4);
	console.log(
		`${name}: ${told.started} runs, ${told.requests} requests (${perRun} a run), ${told.askedBack} slices asked back, ${told.refused} refused, ${told.refusedEarly} while more than 1 % was left (at most ${(100 * told.mostLeft).toFixed(2)} %)`,
	);
};

describe(`${AGENTS} agents of one tenant`, () => {
	it("spend a day's plenty with few requests, within every limit at every step, whatever dies, is lost, late or repeated", {
		timeout: 120_000,
	}, () => {
		const limits = { day: { runs: 2_000_000 * SCALE, usdMicros: 20_000_000 * SCALE }, month: { usdMicros: 400_000_000 * SCALE } };
		const told = live({ seed: 1, runs: 600_000 * SCALE, hours: 23, limits, deaths: 0.01 });
		show("A day of plenty", told);
		expect(told.refused).toBe(0);
		expect(told.requests / told.started).toBeLessThan(0.08);
	});

	it("need a slice each in every hour, where the hour is what is limited", { timeout: 120_000 }, () => {
		const limits = { hour: { usdMicros: 2_000_000 * SCALE }, month: { usdMicros: 40_000_000 * SCALE } };
		const told = live({ seed: 3, runs: 250_000 * SCALE, hours: 3, limits, deaths: 0.01 });
		show("Hours", told);
		expect(told.refused).toBe(0);
		expect(told.requests / told.started).toBeLessThan(0.4);
	});

	it("spend all but the last hundredth of their money before any is refused", { timeout: 120_000 }, () => {
		const told = live({ seed: 2, runs: 200_000 * SCALE, hours: 4, limits: { day: { runs: 150_000 * SCALE } }, deaths: 0.01 });
		show("The last of it", told);
		expect(told.started).toBeGreaterThan(148_000 * SCALE);
		expect(told.refused).toBeGreaterThan(0);
		expect(told.refusedEarly / told.refused).toBeLessThan(0.05);
		expect(told.requests / told.started).toBeLessThan(0.8);
	});
});
