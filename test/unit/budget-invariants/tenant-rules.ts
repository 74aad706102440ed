import { LEDGER_WINDOWS, limitIn } from "../../../worker/budgets/ledger-window.ts";
import type { SliceRow } from "../../../worker/budgets/ledger-rows.ts";
import { addShares, SHARE_DIMENSIONS, type Share, type ShareDimension } from "../../../worker/budgets/share.ts";
import type { Slice } from "../../../worker/budgets/slice.ts";
import { DIMENSIONS, type PartialVector } from "../../../worker/budgets/vector.ts";
import { type Bounds, expectCount, fail, spentBy } from "./agent-rules.ts";
import type { SeenAgent, SeenTenant } from "./look.ts";

/** What is true of slices, as their holders' storage had it at any time: also of those that both sides have forgotten. */
export class SliceTruth {
	readonly #windows = new Map<string, SliceRow["windows"]>();
	readonly #used = new Map<string, { settled: Share; held: Share }>();

	seeTenant({ slices }: SeenTenant): void {
		for (const { holder, n, windows } of slices) this.#windows.set(`${holder} ${n}`, windows);
	}

	/** @param holder the agent's name for its slices of money */
	seeAgent({ slices: { money, live } }: SeenAgent, holder: string): void {
		for (const [name, { open, closing }] of [
			[holder, money],
			[`${holder}/now`, live],
		] as const)
			for (const { n, settled, held } of [...closing, ...(open === null ? [] : [open])]) this.#used.set(`${name} ${n}`, { settled, held });
	}

	/** What was ever settled in a holder's slices, in all dimensions. */
	settledOf(holder: string): Share {
		return [...this.#used]
			.filter(([key]) => key.startsWith(`${holder} `))
			.reduce<Share>((sum, [, { settled }]) => addShares(sum, settled), {});
	}

	/** What is settled and held in slices that count in a window. */
	usedIn(kind: keyof SliceRow["windows"], startMs: number, dimension: ShareDimension): number {
		let total = 0;
		for (const [key, { settled, held }] of this.#used) {
			const windows = this.#windows.get(key);
			const used = (settled[dimension] ?? 0) + (held[dimension] ?? 0);
			if (windows === undefined && used > 0) fail(`slice ${key}: it is held from, and was never lent`);
			if (windows?.[kind] === startMs) total += used;
		}
		return total;
	}
}

/** What must hold of the tenant's storage after every step. */
export const expectTenantSound = ({ ledger }: SeenTenant, bounds: Bounds): void => {
	for (const kind of LEDGER_WINDOWS) {
		const { startMs, settled, leased } = ledger.windows[kind];
		const name = `tenant ${kind} ${startMs}`;
		expectCount(`${name} settled`, settled);
		expectCount(`${name} leased`, leased);
		const limits = Object.fromEntries(
			SHARE_DIMENSIONS.flatMap((dimension) => {
				const limit = limitIn(ledger.limits, kind, dimension);
				return limit === undefined ? [] : [[dimension, limit]];
			}),
		);
		bounds.expectWithin(name, limits, addShares(settled, leased));
	}
};

/** What must hold between the tenant and its agents: it counts at least what they have spent and hold, and they have spent in slices what their runs cost. */
export const expectTogetherSound = (
	tenant: SeenTenant,
	agents: readonly { seen: SeenAgent; holder: string }[],
	truth: SliceTruth,
): void => {
	const { ledger } = tenant;
	for (const kind of LEDGER_WINDOWS) {
		const { startMs, settled, leased } = ledger.windows[kind];
		for (const dimension of SHARE_DIMENSIONS) {
			// Of what nobody limits the tenant hears when it is reported.
			const isLimited = LEDGER_WINDOWS.some((each) => limitIn(ledger.limits, each, dimension) !== undefined);
			if (!isLimited || (dimension === "liveRuns" && kind !== "now")) continue;
			const used = truth.usedIn(kind, startMs, dimension);
			const counted = (settled[dimension] ?? 0) + (leased[dimension] ?? 0);
			if (used > counted) fail(`tenant ${kind} ${dimension}: agents have ${used}, it counts ${counted}`);
		}
	}
	for (const { seen, holder } of agents) {
		const spent = truth.settledOf(holder);
		const cost = seen.runs.reduce<Share>((sum, run) => addShares(sum, spentBy(run)), {});
		for (const dimension of DIMENSIONS)
			if ((spent[dimension] ?? 0) !== (cost[dimension] ?? 0))
				fail(`${holder}: ${dimension}: ${spent[dimension] ?? 0} are settled in slices, its runs cost ${cost[dimension] ?? 0}`);
	}
};

/** What is true once everything has ended and been told. */
export const expectQuiet = (tenant: SeenTenant, agents: readonly { seen: SeenAgent; holder: string }[]): void => {
	for (const { seen } of agents) {
		const { agentId, budget, grants, holds, runs, slices } = seen;
		const left = runs.filter(({ settled }) => settled === 0);
		if (left.length > 0)
			fail(`${agentId}: runs are not settled: ${left.map(({ id, status, claimed }) => `${id} ${status} ${claimed}`).join()}`);
		if (holds.length > 0) fail(`${agentId}: held still: ${holds.map(({ id }) => id).join()}`);
		for (const each of [budget, ...grants.map((grant) => grant.budget)])
			for (const { held } of Object.values(each)) expectNothing(`${agentId} held`, held);
		for (const { open, closing } of [slices.money, slices.live]) {
			expectNothing(`${agentId} held in slices`, open?.held ?? {});
			if (closing.length > 0) fail(`${agentId}: slices are not told to the end: ${closing.map(({ n }: Slice) => n).join()}`);
		}
	}
	const open = tenant.slices.reduce<Share>((sum, { amount, limited, settled }) => addShares(sum, leftOf(amount, limited, settled)), {});
	const known = new Set(
		agents.flatMap(({ seen, holder }) => [`${holder} ${seen.slices.money.open?.n}`, `${holder}/now ${seen.slices.live.open?.n}`]),
	);
	const lost = tenant.slices.filter(({ holder, n }) => !known.has(`${holder} ${n}`));
	if (lost.length > 0) fail(`tenant: lent, and nobody has it: ${JSON.stringify(lost)}`);
	for (const kind of ["lifetime", "now"] as const)
		expectShare(`tenant ${kind} leased and open slices`, tenant.ledger.windows[kind].leased, open);
};

/** Where every slice is closed as well: the tenant has heard of all that was spent. */
export const expectAllTold = (tenant: SeenTenant, agents: readonly { seen: SeenAgent }[]): void => {
	const spent = agents.flatMap(({ seen }) => seen.runs).reduce<Share>((sum, run) => addShares(sum, spentBy(run)), {});
	expectShare("tenant settled ever and what all runs cost", tenant.ledger.windows.lifetime.settled, spent);
	if (tenant.slices.length > 0) fail("tenant: slices are still open");
};

const leftOf = (amount: Share, limited: readonly ShareDimension[], settled: Share): Share =>
	Object.fromEntries(limited.map((dimension) => [dimension, (amount[dimension] ?? 0) - (settled[dimension] ?? 0)]));

const expectNothing = (what: string, amount: PartialVector | Share): void => {
	for (const [dimension, value] of Object.entries(amount)) if (value !== 0) fail(`${what}: ${dimension}: found ${value}, wanted 0`);
};

const expectShare = (what: string, found: Share, wanted: Share): void => {
	for (const dimension of SHARE_DIMENSIONS)
		if ((found[dimension] ?? 0) !== (wanted[dimension] ?? 0))
			fail(`${what}: ${dimension}: found ${found[dimension] ?? 0}, wanted ${wanted[dimension] ?? 0}`);
};
