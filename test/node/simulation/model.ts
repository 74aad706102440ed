import type { BudgetLimits } from "../../../contract/budgets.ts";
import type { Call } from "../../../contract/runs.ts";
import type { Configuration } from "../../../worker/agents/object/facts.ts";
import { type AgentSlices, NO_SLICES } from "../../../worker/budgets/agent-slices.ts";
import { type BudgetState, emptyBudget } from "../../../worker/budgets/budget-state.ts";
import type { SeenAgent, SeenCall, SeenHold, SeenRun } from "../../unit/budget-invariants/look.ts";
import type { SimStorage } from "./sim-storage.ts";

/** A run as storage has it, and as the simulation has seen it last where it is forgotten there. */
export interface ModelRun extends SeenRun {
	readonly attempt: number;
	readonly revision: number;
	readonly archivedRevision: number;
	readonly leaseExpiresAtMs: number | null;
	readonly createdAtMs: number;
	readonly result: string;
}

/** A call likewise. */
export interface ModelCall {
	readonly record: Call;
	readonly revision: number;
	readonly isAnswered: boolean;
}

/** Everything of an agent's storage that the rules are about, brought up to date with what has changed. */
export class Model {
	readonly runs = new Map<string, ModelRun>();
	readonly calls = new Map<string, ModelCall>();
	readonly holds = new Map<string, SeenHold>();
	/** Pending ones and settled ones: status by id. */
	readonly approvals = new Map<string, string>();
	/** Runs that the object has forgotten. */
	readonly forgotten = new Set<string>();
	readonly #seenCalls = new Map<string, SeenCall>();
	readonly #facts = new Map<string, string>();
	readonly #grantBudgets = new Map<string, BudgetState>();
	#configuration: Configuration | null = null;
	#budget: BudgetState | null = null;
	#money: AgentSlices = NO_SLICES;
	#live: AgentSlices = NO_SLICES;
	readonly #storage: SimStorage;

	constructor(storage: SimStorage) {
		this.#storage = storage;
	}

	/** @returns what was there before; undefined: nothing */
	readRun(id: string): ModelRun | undefined {
		const before = this.runs.get(id);
		const [row] = this.#storage.look("SELECT * FROM runs WHERE id = ?", id);
		if (row === undefined) {
			this.forgotten.add(id);
			return before;
		}
		const { lease_expires_at_ms: lease, ended_at_ms: ended } = row;
		this.runs.set(id, {
			id,
			status: String(row["status"]),
			claimed: Number(row["claimed"]),
			settled: Number(row["settled"]),
			ended_at_ms: ended === null ? null : Number(ended),
			state: JSON.parse(String(row["state"])),
			attempt: Number(row["attempt"]),
			revision: Number(row["revision"]),
			archivedRevision: Number(row["archived_revision"]),
			leaseExpiresAtMs: lease === null ? null : Number(lease),
			createdAtMs: Number(row["created_at_ms"]),
			result: String(row["result"]),
		});
		return before;
	}

	/** @returns what was there before; undefined: nothing */
	readCall(id: string): ModelCall | undefined {
		const before = this.calls.get(id);
		const [row] = this.#storage.look("SELECT revision, record, answered FROM calls WHERE id = ?", id);
		if (row === undefined) return before;
		const record: Call = JSON.parse(String(row["record"]));
		this.calls.set(id, { record, revision: Number(row["revision"]), isAnswered: row["answered"] === 1 });
		this.#seenCalls.set(id, record);
		return before;
	}

	readHold(id: string): void {
		const [row] = this.#storage.look("SELECT run_id, hold FROM holds WHERE id = ?", id);
		if (row === undefined) this.holds.delete(id);
		else this.holds.set(id, { id, run_id: String(row["run_id"]), hold: JSON.parse(String(row["hold"])) });
	}

	readApproval(id: string): string | undefined {
		const before = this.approvals.get(id);
		const [row] = this.#storage.look("SELECT status FROM approvals WHERE id = ?", id);
		if (row !== undefined) this.approvals.set(id, String(row["status"]));
		return before;
	}

	readFact(name: string): void {
		const [row] = this.#storage.look("SELECT value FROM facts WHERE name = ?", name);
		if (row === undefined) return;
		const text = String(row["value"]);
		this.#facts.set(name, text);
		if (name === "budget") this.#budget = JSON.parse(text);
		else if (name === "slices") this.#money = JSON.parse(text);
		else if (name === "slices-now") this.#live = JSON.parse(text);
		else if (name === "configuration") this.#configuration = JSON.parse(text);
		else if (name.startsWith("grant-budget:")) this.#grantBudgets.set(name.slice("grant-budget:".length), JSON.parse(text));
	}

	/** Facts that are written down, as text. */
	get facts(): ReadonlyMap<string, string> {
		return this.#facts;
	}

	/** What the rules of money look at. @param grants limits of grants by today's policy */
	seen(agentId: string, grants: Readonly<Record<string, BudgetLimits>>, nowMs: number): SeenAgent {
		return {
			agentId,
			written: [...this.#facts.keys()],
			limits: this.#configuration?.budget.limits ?? {},
			budget: this.#budget ?? emptyBudget(nowMs),
			grants: Object.entries(grants).map(([name, limits]) => ({
				name,
				limits,
				budget: this.#grantBudgets.get(name) ?? emptyBudget(nowMs),
			})),
			slices: { money: this.#money, live: this.#live },
			holds: [...this.holds.values()],
			runs: [...this.runs.values()],
			calls: [...this.#seenCalls.values()],
		};
	}
}
