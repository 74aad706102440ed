import { z } from "zod";
import type { BudgetLimits } from "../../../contract/budgets.ts";
import type { Call } from "../../../contract/runs.ts";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { jsonColumn, readRows } from "../../../worker/db/rows.ts";
import { RunState } from "../../../worker/agents/object/run-state.ts";
import type { AgentSlices } from "../../../worker/budgets/agent-slices.ts";
import { type BudgetState, Hold } from "../../../worker/budgets/budget-state.ts";
import { type Ledger, SliceRow } from "../../../worker/budgets/ledger-rows.ts";
import { TenantRows } from "../../../worker/tenant-budget/tenant-rows.ts";

const Live = z.object({
	id: z.string(),
	status: z.string(),
	claimed: z.int(),
	settled: z.int(),
	ended_at_ms: z.int().nullable(),
	state: jsonColumn(RunState),
});
const Held = z.object({ id: z.string(), run_id: z.string(), hold: jsonColumn(Hold) });
const Cost = z.object({ calls: z.int(), tokens: z.int(), egressBytes: z.int(), usdMicros: z.int() });
const Ended = z.object({
	id: z.string(),
	record: jsonColumn(z.looseObject({ run: z.string(), grant: z.string(), verb: z.string(), status: z.string(), cost: Cost })),
});
const Fact = z.object({ name: z.string() });
const Sliced = z.object({ slice: jsonColumn(SliceRow) });

export type SeenRun = z.infer<typeof Live>;
export type SeenHold = z.infer<typeof Held>;
export interface SeenCall extends Pick<Call, "run" | "grant" | "verb" | "cost"> {
	readonly id: string;
	readonly status: string;
}

/** A grant's own budget. */
export interface SeenGrant {
	readonly name: string;
	readonly limits: BudgetLimits;
	readonly budget: BudgetState;
}

/** All that an agent's storage says of money. */
export interface SeenAgent {
	readonly agentId: string;
	/** Names of facts that are written down: the others are what they are at first. */
	readonly written: readonly string[];
	readonly limits: BudgetLimits;
	readonly budget: BudgetState;
	readonly grants: readonly SeenGrant[];
	readonly slices: { readonly money: AgentSlices; readonly live: AgentSlices };
	readonly holds: readonly SeenHold[];
	readonly runs: readonly SeenRun[];
	readonly calls: readonly SeenCall[];
}

/** All that a tenant's storage says. */
export interface SeenTenant {
	readonly ledger: Ledger;
	readonly slices: readonly SliceRow[];
}

/** @param state made for this look: it has nothing in memory */
export const lookAtAgent = (state: ObjectState, grants: readonly string[], nowMs: number): SeenAgent | null => {
	const { facts, sql } = state;
	const configuration = facts.configuration();
	if (configuration === null) return null;
	return {
		agentId: configuration.agentId,
		written: readRows(sql, Fact, "SELECT name FROM facts").map(({ name }) => name),
		limits: configuration.budget.limits,
		budget: facts.budget(nowMs),
		grants: grants.map((name) => ({ name, limits: facts.grantLimits(name), budget: facts.grantBudget(name, nowMs) })),
		slices: { money: facts.slices("slices"), live: facts.slices("slices-now") },
		holds: readRows(sql, Held, "SELECT id, run_id, hold FROM holds"),
		runs: readRows(sql, Live, "SELECT id, status, claimed, settled, ended_at_ms, state FROM runs"),
		calls: readRows(sql, Ended, "SELECT id, record FROM calls").map(({ id, record }) => ({ id, ...record })),
	};
};

export const lookAtTenant = (sql: SqlStorage): SeenTenant | null => {
	const ledger = new TenantRows(sql).ledger();
	return ledger === null ? null : { ledger, slices: readRows(sql, Sliced, "SELECT slice FROM slices").map(({ slice }) => slice) };
};
