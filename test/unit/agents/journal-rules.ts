import { expect } from "vitest";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { isLive, isParked, type RunRow } from "../../../worker/agents/object/run-rows.ts";
import { describeBudget } from "../../../worker/budgets/describe-budget.ts";
import { BUDGET } from "./journal-program.ts";
import { expectChain } from "./run-under-test.ts";

/** What must hold of an agent's object whatever happens to it. Ends of runs are remembered: they have one. */
export class JournalRules {
	readonly #ends = new Map<string, string>();

	/** What holds after every step. */
	expectSound({ book, approvals, calls, facts }: ObjectState, rows: readonly RunRow[], nowMs: number): void {
		for (const { limits, settled, held } of Object.values(describeBudget(BUDGET, facts.budget(nowMs), nowMs).windows)) {
			expect(Object.values(held).every((amount) => amount >= 0)).toBe(true);
			for (const [dimension, limit] of Object.entries(limits)) {
				expect(amountOf(settled, dimension) + amountOf(held, dimension)).toBeLessThanOrEqual(limit ?? Number.POSITIVE_INFINITY);
			}
		}
		for (const row of rows) {
			if (isParked(row)) {
				expect(book.amountOf(row.id)).toBeNull();
				const unknown = calls.unknownOf(row.id).length;
				expect(approvals.countPending(row.id) + unknown).toBeGreaterThan(0);
				const approved = calls.waiting(row.id).filter(({ record }) => approvals.ofCall(record.id)?.status === "approved");
				if (unknown === 0) expect(approved).toEqual([]);
			}
			if (isLive(row)) continue;
			expect(approvals.countPending(row.id)).toBe(0);
			const end = `${row.status} ${row.state.error?.code} ${row.ended_at_ms} ${JSON.stringify(row.result)}`;
			if (row.settled === 1) expect(this.#ends.get(row.id) ?? end).toBe(end);
			if (row.settled === 1) this.#ends.set(row.id, end);
		}
	}
}

/** What holds once every run has ended and been settled. */
export const expectWhole = (state: ObjectState, rows: readonly RunRow[], nowMs: number): void => {
	const count = (query: string): number => Number(state.sql.exec(query).one()["count"]);
	expect(rows.filter(({ settled }) => settled === 0)).toEqual([]);
	expect(count("SELECT count(*) AS count FROM holds")).toBe(0);
	const { held, settled } = describeBudget(BUDGET, state.facts.budget(nowMs), nowMs).windows.lifetime;
	expect(Object.values(held).filter((amount) => amount !== 0)).toEqual([]);
	const sum = (read: (row: RunRow) => number): number => rows.reduce((total, row) => total + read(row), 0);
	expect(settled).toMatchObject({
		runs: rows.length,
		calls: sum((row) => row.state.usage.calls),
		cpuMs: sum((row) => row.state.usage.cpuMs),
		egressBytes: sum((row) => row.state.usage.egressBytes),
		usdMicros: sum((row) => row.state.usage.usdMicros),
	});
	const calls = rows.flatMap(({ id }) => state.calls.ofRun(id, 0, 1_000));
	expect(calls.filter(({ status }) => status === "started" || status === "waiting")).toEqual([]);
	expect(calls.reduce((total, { cost }) => total + cost.calls, 0)).toBe(settled.calls);
	expectChain(calls);
	const writes = calls.filter(({ verb, status }) => verb === "state" && status === "done").length;
	expect(count("SELECT coalesce(max(version), 0) AS count FROM state")).toBe(writes);
};

const amountOf = (vector: object, dimension: string): number => Number(Object.entries(vector).find(([name]) => name === dimension)?.[1]);
