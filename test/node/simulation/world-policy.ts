import type { Policy } from "../../../contract/agents.ts";
import type { BudgetLimits, Limits, PriceTable, TenantLimits } from "../../../contract/budgets.ts";
import type { Chance } from "./chance.ts";

const WEB = { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }] };

/** Grants that act in the object (`memory`), outside (`web`, and `pay` with limits of its own), with a person's leave (`send`), and by a person (`ask`). */
export const policyOf = (pay: Limits, expireMs: number, isNarrow: boolean): Policy => ({
	grants: {
		memory: { verb: "state" },
		web: isNarrow ? { ...WEB, allow: [{ host: "example.com", methods: ["GET"] }] } : WEB,
		pay: { ...WEB, limits: { lifetime: pay } },
		send: { ...WEB, approval: "always" },
		ask: { verb: "human.ask" },
	},
	flow: { "private+untrusted -> external": "allow" },
	limits: { cpuMs: 1_000, wallMs: 5_000, calls: 12 },
	approvals: { expireMs },
});

export const LIMITED_GRANTS = ["pay"];
/** Those that a switch may take away for a while. */
export const SWITCHED_GRANTS = ["memory", "web", "send"];

export const payLimits = (chance: Chance): Limits => ({ calls: chance.between(1, 12) });

const WINDOWS = ["minute", "hour", "day", "month", "lifetime"] as const;

const windowed = (
	chance: Chance,
	most: number,
	amounts: Readonly<Record<string, number>>,
): Partial<Record<(typeof WINDOWS)[number], Limits>> => {
	const all: Partial<Record<(typeof WINDOWS)[number], Limits>> = {};
	const dimensions = Object.entries(amounts);
	for (let index = chance.int(most + 1); index > 0; index -= 1) {
		const [dimension, amount] = chance.pick(dimensions);
		const window = chance.pick(WINDOWS);
		all[window] = { ...all[window], [dimension]: chance.between(Math.ceil(amount / 8), amount) };
	}
	return all;
};

/** Limits that a few runs and calls come up against, or none. */
export const agentLimits = (chance: Chance): BudgetLimits => ({
	...windowed(chance, 2, { runs: 6, calls: 12, cpuMs: 8_000, usdMicros: 1_500 }),
	...(chance.isIn(0.3) ? { run: { calls: chance.between(1, 6) } } : {}),
	...(chance.isIn(0.3) ? { liveRuns: chance.between(1, 4) } : {}),
});

/** The same dimensions are limited always: a slice that was leased when one was not bounds nothing in it. */
export const tenantLimits = (chance: Chance): TenantLimits => ({
	...windowed(chance, 1, { runs: 30, calls: 60 }),
	lifetime: { runs: chance.between(1, 12), calls: chance.between(2, 40) },
	liveRuns: chance.between(1, 9),
});

/** Prices that are worth counting. */
export const PRICES: PriceTable = {
	runNanos: 30_400,
	cpuSecondNanos: 40_300,
	egressGibNanos: 90 * 1024 * 1024,
	verbs: { "http.fetch": { callNanos: 9_700 }, state: { callNanos: 1_100 } },
};
