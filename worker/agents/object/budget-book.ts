import { z } from "zod";
import type { BudgetLimits } from "../../../contract/budgets.ts";
import { coveredBy, Hold, holdAmount, type Shortage, settleHold } from "../../budgets/budget-state.ts";
import { type PartialVector, toVector, type Vector } from "../../budgets/vector.ts";
import type { Facts } from "./facts.ts";
import { jsonColumn, readRow, readRows } from "./rows.ts";

const HoldRow = z.object({ id: z.string(), run_id: z.string(), expires_at_ms: z.int(), hold: jsonColumn(Hold) });
export type HoldRow = z.infer<typeof HoldRow>;

/**
 * The agent's budget in storage. A hold's id is chosen by the caller (the run's or the call's id), so a repeat is free: it is made once and settled once.
 * After every step, in every window: settled + held <= limit.
 */
export class BudgetBook {
	readonly #sql: SqlStorage;
	readonly #facts: Facts;

	constructor(sql: SqlStorage, facts: Facts) {
		this.#sql = sql;
		this.#facts = facts;
	}

	/** Sets an amount aside, or says what is short. The same id again changes nothing. */
	hold(id: string, runId: string, limits: BudgetLimits, amount: PartialVector, expiresAtMs: number, nowMs: number): Shortage | null {
		if (this.#read(id) !== null) return null;
		const answer = holdAmount(this.#facts.budget(nowMs), limits, toVector(amount), nowMs);
		if (answer.kind === "short") return answer.shortage;
		this.#facts.putBudget(answer.state);
		this.#sql.exec(
			"INSERT INTO holds (id, run_id, expires_at_ms, hold) VALUES (?, ?, ?, ?)",
			id,
			runId,
			expiresAtMs,
			JSON.stringify(answer.hold),
		);
		return null;
	}

	/** Charges what was used, at most what was held, and gives back the rest. @returns what was charged; null when there is no such hold (any more). */
	settle(id: string, real: PartialVector, nowMs: number): Vector | null {
		const row = this.#read(id);
		if (row === null) return null;
		const charged = coveredBy(row.hold, toVector(real));
		this.#facts.putBudget(settleHold(this.#facts.budget(nowMs), row.hold, charged, nowMs));
		this.#sql.exec("DELETE FROM holds WHERE id = ?", id);
		return charged;
	}

	/** Holds the worst case, does the work and settles what it really used, with no hold left in storage in between; or says what is short, and does nothing. */
	spend<Outcome>(
		limits: BudgetLimits,
		worst: PartialVector,
		nowMs: number,
		work: () => { real: PartialVector; outcome: Outcome },
	): { kind: "short"; shortage: Shortage } | { kind: "spent"; charged: Vector; outcome: Outcome } {
		const answer = holdAmount(this.#facts.budget(nowMs), limits, toVector(worst), nowMs);
		if (answer.kind === "short") return answer;
		const { real, outcome } = work();
		const charged = coveredBy(answer.hold, toVector(real));
		this.#facts.putBudget(settleHold(answer.state, answer.hold, charged, nowMs));
		return { kind: "spent", charged, outcome };
	}

	/** What is held under an id; null when nothing is (any more). */
	amountOf(id: string): Vector | null {
		return this.#read(id)?.hold.amount ?? null;
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
