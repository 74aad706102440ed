import { z } from "zod";
import type { BudgetLimits } from "../../../contract/budgets.ts";
import type { ErrorCode } from "../../../contract/errors.ts";
import { coveredBy, crossThresholds, Hold, type Shortage, settleHold } from "../../budgets/budget-state.ts";
import { describeShortage } from "../../budgets/describe-budget.ts";
import { holdLevels, type LevelOfBudget } from "../../budgets/hold-levels.ts";
import type { Threshold } from "../../budgets/thresholds.ts";
import { addVectors, type PartialVector, subtractVectors, toVector, type Vector, ZERO } from "../../budgets/vector.ts";
import type { Facts } from "./facts.ts";
import { jsonColumn, readRow, readRows } from "../../db/rows.ts";
import type { SliceRefusal, TenantSlices } from "./tenant-slices.ts";

const HoldRow = z.object({ id: z.string(), run_id: z.string(), expires_at_ms: z.int(), hold: jsonColumn(Hold) });
export type HoldRow = z.infer<typeof HoldRow>;

/** What is to be set aside, and under which limits beside the tenant's. */
export interface HoldOrder {
	/** Chosen by the caller: the run's or the call's. */
	readonly id: string;
	readonly runId: string;
	/** The agent's. */
	readonly limits: BudgetLimits;
	/** Counts on every level. */
	readonly amount: PartialVector;
	/** What the runs that a call starts may use: counts for the grant and the agent, and not for the tenant, for whom each run counts by its own holds. */
	readonly lent?: PartialVector;
	readonly grant?: { readonly name: string; readonly limits: BudgetLimits } | null;
	/** Whether the agent's level has it already, in what an ancestor of the run has lent. */
	readonly covered?: boolean;
	readonly expiresAtMs: number;
}

/** Why nothing was set aside, in words. `shortage`: whose limit, which, what is left, when it resets; null: the tenant's budget could not be asked. */
export interface HoldRefusal {
	readonly code: Extract<ErrorCode, "budget_exceeded" | "concurrency_exceeded" | "budget_unavailable">;
	readonly message: string;
	readonly shortage: Shortage | null;
}

/** What was charged of a hold: for what was done, and for what the runs used that it was lent to. */
export interface Settled {
	readonly own: Vector;
	readonly lent: Vector;
}

/** A part of a limit that was reached, and whose. */
export type Reached = Threshold & { readonly level: "agent" | "grant"; readonly grant: string | null };

export const refusalOf = (shortage: Shortage): HoldRefusal => ({
	code: shortage.window === "now" ? "concurrency_exceeded" : "budget_exceeded",
	message: describeShortage(shortage),
	shortage,
});

/** @param refusal the tenant's level's */
export const sliceRefusal = (refusal: SliceRefusal): HoldRefusal =>
	refusal.kind === "short"
		? refusalOf(refusal.shortage)
		: { code: "budget_unavailable", message: "Setting budget aside: the tenant's budget could not be asked", shortage: null };

/**
 * The agent's budget in storage, with that of its grants and its part of the tenant's. A hold's id is chosen by the caller (the run's or the call's id), so a
 * repeat is free: it is made once and settled once. A hold is made on all levels or on none. After every step, on every level, in every window:
 * settled + held <= limit.
 */
export class BudgetBook {
	readonly #sql: SqlStorage;
	readonly #facts: Facts;
	readonly #slices: TenantSlices;
	readonly #tell: (reached: Reached, nowMs: number) => void;

	/** @param tell is told of each part of a limit that is reached, once */
	constructor(sql: SqlStorage, facts: Facts, slices: TenantSlices, tell: (reached: Reached, nowMs: number) => void) {
		this.#sql = sql;
		this.#facts = facts;
		this.#slices = slices;
		this.#tell = tell;
	}

	/** Sets an amount aside, or says what is short. The same id again changes nothing. @throws SliceNeeded */
	hold(order: HoldOrder, nowMs: number): HoldRefusal | null {
		if (this.#read(order.id) !== null) return null;
		const made = this.#make(order, nowMs);
		if (made.kind === "refused") return made.refusal;
		this.#sql.exec(
			"INSERT INTO holds (id, run_id, expires_at_ms, hold) VALUES (?, ?, ?, ?)",
			order.id,
			order.runId,
			order.expiresAtMs,
			JSON.stringify(made.hold),
		);
		return null;
	}

	/** Charges what was used, at most what was held, and gives back the rest. @returns what was charged; null when there is no such hold (any more). */
	settle(id: string, real: PartialVector, nowMs: number, lent: PartialVector = {}): Settled | null {
		const row = this.#read(id);
		if (row === null) return null;
		const charged = this.#settle(row.hold, real, lent, nowMs);
		this.#sql.exec("DELETE FROM holds WHERE id = ?", id);
		return charged;
	}

	/** Holds the worst case, does the work and settles what it really used, with no hold left in storage in between; or says what is short, and does nothing. @throws SliceNeeded */
	spend<Outcome>(
		order: Omit<HoldOrder, "id" | "runId" | "expiresAtMs">,
		nowMs: number,
		work: () => { real: PartialVector; outcome: Outcome },
	): { kind: "refused"; refusal: HoldRefusal } | { kind: "spent"; charged: Vector; outcome: Outcome } {
		const made = this.#make(order, nowMs);
		if (made.kind === "refused") return made;
		const { real, outcome } = work();
		return { kind: "spent", charged: this.#settle(made.hold, real, {}, nowMs).own, outcome };
	}

	#make(
		{ limits, amount, lent = {}, grant = null, covered = false }: Omit<HoldOrder, "id" | "runId" | "expiresAtMs">,
		nowMs: number,
	): { kind: "held"; hold: Hold } | { kind: "refused"; refusal: HoldRefusal } {
		const zone = this.#slices.timeZone;
		const [own, given] = [toVector(amount), toVector(lent)];
		const all = addVectors(own, given);
		const limited = grant === null || Object.keys(grant.limits).length === 0 ? null : grant;
		const levels: LevelOfBudget[] = [];
		if (limited !== null) {
			const state = this.#facts.grantBudget(limited.name, nowMs, zone);
			levels.push({ level: "grant", grant: limited.name, state, limits: limited.limits });
		}
		if (!covered) levels.push({ level: "agent", state: this.#facts.budget(nowMs, zone), limits });
		const answer = holdLevels(levels, all, nowMs, zone);
		if (answer.kind === "short") return { kind: "refused", refusal: refusalOf(answer.shortage) };
		const slice = this.#slices.holdMoney(own, nowMs);
		if (typeof slice !== "number") return { kind: "refused", refusal: sliceRefusal(slice) };
		const held = [...answer.levels];
		const ofGrant = limited === null ? undefined : held.shift();
		const ofAgent = covered ? undefined : held.shift();
		if (ofGrant !== undefined && limited !== null) this.#facts.putGrantBudget(limited.name, ofGrant.state);
		if (ofAgent !== undefined) this.#facts.putBudget(ofAgent.state);
		return {
			kind: "held",
			hold: {
				amount: all,
				windows: ofAgent?.hold.windows ?? NOWHERE,
				slice,
				...(ofGrant === undefined || limited === null ? {} : { grant: { name: limited.name, windows: ofGrant.hold.windows } }),
				...(Object.keys(lent).length === 0 ? {} : { lent: given }),
			},
		};
	}

	#settle(hold: Hold, real: PartialVector, lentReal: PartialVector, nowMs: number): Settled {
		const zone = this.#slices.timeZone;
		const given = hold.lent ?? ZERO;
		const ownHeld = subtractVectors(hold.amount, given);
		const own = coveredBy({ ...hold, amount: ownHeld }, toVector(real));
		const lent = coveredBy({ ...hold, amount: given }, toVector(lentReal));
		const charged = addVectors(own, lent);
		const limits = this.#facts.configuration()?.budget.limits ?? {};
		const agent = crossThresholds(settleHold(this.#facts.budget(nowMs, zone), hold, charged, nowMs, zone), limits);
		this.#facts.putBudget(agent.state);
		for (const told of agent.told) this.#tell({ ...told, level: "agent", grant: null }, nowMs);
		if (hold.grant !== undefined) {
			const { name, windows } = hold.grant;
			const before = this.#facts.grantBudget(name, nowMs, zone);
			const settled = settleHold(before, { amount: hold.amount, windows }, charged, nowMs, zone);
			const grant = crossThresholds(settled, this.#facts.grantLimits(name));
			this.#facts.putGrantBudget(name, grant.state);
			for (const told of grant.told) this.#tell({ ...told, level: "grant", grant: name }, nowMs);
		}
		if (hold.slice !== undefined) this.#slices.settleMoney(hold.slice, ownHeld, own, nowMs);
		return { own, lent };
	}

	/** What is held under an id, of what counts on every level; null when nothing is (any more). */
	amountOf(id: string): Vector | null {
		const hold = this.#read(id)?.hold;
		return hold === undefined ? null : subtractVectors(hold.amount, hold.lent ?? ZERO);
	}

	/** What is held under an id for the runs that it is lent to. */
	lentOf(id: string): Vector {
		return this.#read(id)?.hold.lent ?? ZERO;
	}

	/** Holds whose time is over. */
	expired(nowMs: number): HoldRow[] {
		return readRows(this.#sql, HoldRow, "SELECT id, run_id, expires_at_ms, hold FROM holds WHERE expires_at_ms <= ?", nowMs);
	}

	extend(id: string, expiresAtMs: number): void {
		this.#sql.exec("UPDATE holds SET expires_at_ms = ? WHERE id = ?", expiresAtMs, id);
	}

	earliestExpiry(): number | null {
		const earliest = this.#sql.exec("SELECT min(expires_at_ms) AS earliest FROM holds").one()["earliest"];
		return typeof earliest === "number" ? earliest : null;
	}

	#read(id: string): HoldRow | null {
		return readRow(this.#sql, HoldRow, "SELECT id, run_id, expires_at_ms, hold FROM holds WHERE id = ?", id);
	}
}

/** The windows of a hold that no window of the agent counts. */
const NOWHERE: Hold["windows"] = { minute: -1, hour: -1, day: -1, month: -1, lifetime: -1 };
