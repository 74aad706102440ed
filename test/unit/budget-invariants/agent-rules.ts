import type { BudgetLimits, Limits } from "../../../contract/budgets.ts";
import type { BudgetState } from "../../../worker/budgets/budget-state.ts";
import type { Slice } from "../../../worker/budgets/slice.ts";
import { addVectors, DIMENSIONS, type PartialVector, subtractVectors, type Vector, ZERO } from "../../../worker/budgets/vector.ts";
import { WINDOW_KINDS, type WindowKind } from "../../../worker/budgets/windows.ts";
import type { SeenAgent, SeenHold, SeenRun } from "./look.ts";

/** A claim that does not hold. */
export const fail = (what: string): never => {
	throw new Error(what);
};

const sum = <Item>(items: readonly Item[], read: (item: Item) => PartialVector): Vector =>
	items.reduce<Vector>((total, item) => addVectors(total, read(item)), ZERO);

const expectSame = (what: string, found: PartialVector, wanted: PartialVector): void => {
	for (const dimension of DIMENSIONS)
		if ((found[dimension] ?? 0) !== (wanted[dimension] ?? 0))
			fail(`${what}: ${dimension}: found ${found[dimension] ?? 0}, wanted ${wanted[dimension] ?? 0}`);
};

/** No amount is below zero. */
export const expectCount = (what: string, amount: object): void => {
	for (const [dimension, value] of Object.entries(amount))
		if (!Number.isSafeInteger(value) || value < 0) fail(`${what}: ${dimension}: found ${value}`);
};

/**
 * What is used never passes the limit; where the limit was lowered below it, it never grows. Remembers what was used before, by a name that a window has
 * for itself.
 */
export class Bounds {
	readonly #before = new Map<string, number>();

	/** What is not limited now is remembered too: it may be the next moment. */
	expectWithin(what: string, limits: object, used: object): void {
		const known = new Map(Object.entries(limits));
		for (const [dimension, found] of Object.entries(used)) {
			const key = `${what} ${dimension}`;
			const before = this.#before.get(key) ?? 0;
			this.#before.set(key, found);
			const limit = known.get(dimension) ?? Number.POSITIVE_INFINITY;
			if (found > Math.max(limit, before)) fail(`${key}: ${found} of ${limit} are used, ${before} were before`);
		}
	}
}

export const isCovered = ({ state }: SeenRun, agentId: string): boolean => state.parent?.ancestors.includes(agentId) ?? false;

/** What a run was charged with by itself and for its calls. */
export const spentBy = ({ state: { usage, charged } }: SeenRun): Vector => addVectors(usage, { runs: charged ? 1 : 0 });

/** What must hold of one agent's storage after every step. */
export const expectAgentSound = (seen: SeenAgent, bounds: Bounds): void => {
	const { agentId, budget, limits, grants, holds, runs, calls } = seen;
	expectWindows(`agent ${agentId}`, budget, limits, bounds, (kind, startMs) =>
		sum(
			holds.filter(({ hold }) => hold.windows[kind] === startMs),
			({ hold }) => hold.amount,
		),
	);
	const own = runs.filter((run) => !isCovered(run, agentId));
	const charged = sum(own, (run) => addVectors(spentBy(run), run.state.lent));
	expectSame(`agent ${agentId}: settled ever and what runs and the runs that they started cost`, budget.lifetime.settled, charged);
	for (const grant of grants) {
		const heldIn = (kind: WindowKind, startMs: number) =>
			sum(
				holds.filter(({ hold }) => hold.grant?.name === grant.name && hold.grant.windows[kind] === startMs),
				({ hold }) => hold.amount,
			);
		expectWindows(`agent ${agentId} grant ${grant.name}`, grant.budget, grant.limits, bounds, heldIn);
	}
	const lending = grants.filter(({ name }) => name === "self" || name === "other");
	const lent = addVectors(
		sum(
			calls.filter(({ verb }) => verb === "agent.run"),
			({ cost }) => cost,
		),
		sum(runs, ({ state }) => state.lent),
	);
	expectSame(
		`agent ${agentId}: settled of grants that start runs`,
		sum(lending, ({ budget: { lifetime } }) => lifetime.settled),
		lent,
	);
	const paying = grants.find(({ name }) => name === "pay");
	expectSame(
		`agent ${agentId}: settled of the grant pay`,
		paying?.budget.lifetime.settled ?? {},
		sum(
			calls.filter(({ grant }) => grant === "pay"),
			({ cost }) => cost,
		),
	);
	for (const run of runs) expectRunSound(seen, run, bounds);
	expectSlicesSound(seen);
};

const expectWindows = (
	what: string,
	budget: BudgetState,
	limits: BudgetLimits,
	bounds: Bounds,
	heldIn: (kind: WindowKind, startMs: number) => Vector,
): void => {
	for (const kind of WINDOW_KINDS) {
		const { startMs, settled, held } = budget[kind];
		const name = `${what} ${kind} ${startMs}`;
		expectCount(`${name} settled`, settled);
		expectCount(`${name} held`, held);
		expectSame(`${name}: held and the holds that there are`, held, heldIn(kind, startMs));
		bounds.expectWithin(name, limits[kind] ?? {}, addVectors(settled, held));
	}
};

const expectRunSound = ({ agentId, limits, holds, calls }: SeenAgent, run: SeenRun, bounds: Bounds): void => {
	const { id, state } = run;
	const held = sum(
		holds.filter(({ run_id }) => run_id === id),
		({ hold }) => hold.amount,
	);
	const used = addVectors(addVectors(spentBy(run), state.lent), held);
	expectCount(`run ${id}`, used);
	bounds.expectWithin(`run ${id}`, limits.run ?? {}, used);
	const slice: Limits = state.parent?.slice ?? {};
	for (const dimension of DIMENSIONS)
		if (used[dimension] > (slice[dimension] ?? Number.POSITIVE_INFINITY))
			fail(`run ${id} of ${agentId}: ${dimension}: ${used[dimension]} of the ${slice[dimension]} that it was lent are used`);
	const ofCalls = sum(
		calls.filter(({ run: of }) => of === id),
		({ cost }) => cost,
	);
	const { usage } = state;
	const own = { cpuMs: usage.cpuMs, wallMs: usage.wallMs, usdMicros: state.ownUsdMicros ?? 0 };
	expectSame(`run ${id}: usage and what it and its calls cost`, usage, addVectors(ofCalls, own));
	// Whoever executes a run has a place among the tenant's live runs.
	const isOver = run.ended_at_ms !== null;
	if (!isOver && run.claimed === 1 && state.liveSlice === null) fail(`run ${id}: it is executed without a place`);
	if (!isOver && run.claimed === 0 && run.status === "waiting_approval" && state.liveSlice !== null)
		fail(`run ${id}: it waits without an isolate and keeps its place`);
	if (run.settled === 1 && state.liveSlice !== null) fail(`run ${id}: it is settled and keeps its place`);
	if (run.settled === 1 && holds.some(({ id: of }) => of === id)) fail(`run ${id}: it is settled and held for`);
};

const slicesOf = ({ open, closing }: { open: Slice | null; closing: readonly Slice[] }): Slice[] => [
	...(open === null ? [] : [open]),
	...closing,
];

const ownOf = ({ hold }: SeenHold): Vector => subtractVectors(hold.amount, hold.lent ?? ZERO);

/** Each slice has what is held in it by holds and places, and no more than it is. */
const expectSlicesSound = ({ agentId, slices: { money, live }, holds, runs }: SeenAgent): void => {
	const [ofMoney, ofLive] = [slicesOf(money), slicesOf(live)];
	for (const [line, slice] of [...ofMoney.map((each) => ["money", each] as const), ...ofLive.map((each) => ["live", each] as const)]) {
		const { n, amount, limited, settled, held } = slice;
		const what = `slice ${n} of ${agentId} (${line})`;
		expectCount(`${what} settled`, settled);
		expectCount(`${what} held`, held);
		for (const dimension of limited)
			if ((settled[dimension] ?? 0) + (held[dimension] ?? 0) > (amount[dimension] ?? 0))
				fail(`${what}: ${dimension}: ${settled[dimension]} + ${held[dimension]} of ${amount[dimension]}`);
		const holders =
			line === "money"
				? sum(
						holds.filter(({ hold }) => hold.slice === n),
						ownOf,
					)
				: ZERO;
		for (const dimension of DIMENSIONS) {
			const wanted = holders[dimension];
			if ((held[dimension] ?? 0) !== wanted) fail(`${what}: ${dimension}: ${held[dimension]} are held, holds have ${wanted}`);
		}
		const places = line === "live" ? runs.filter(({ state }) => state.liveSlice === n).length : 0;
		if ((held.liveRuns ?? 0) !== places) fail(`${what}: ${held.liveRuns} places are held, runs have ${places}`);
	}
	const missing = holds.find(({ hold }) => !ofMoney.some(({ n }) => n === hold.slice));
	if (missing !== undefined) fail(`hold ${missing.id} of ${agentId}: slice ${missing.hold.slice} is not there`);
	const homeless = runs.find(({ state }) => state.liveSlice !== null && !ofLive.some(({ n }) => n === state.liveSlice));
	if (homeless !== undefined) fail(`run ${homeless.id}: its place is in slice ${homeless.state.liveSlice}, which is not there`);
};
