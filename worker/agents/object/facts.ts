import { z } from "zod";
import { type Agent, Policy } from "../../../contract/agents.ts";
import { BudgetLimits } from "../../../contract/budgets.ts";
import { Language, Program } from "../../../contract/runs.ts";
import { BudgetState, emptyBudget } from "../../budgets/budget-state.ts";
import { type BoundPolicy, bindPolicy } from "../../policy/bind-policy.ts";
import { jsonColumn, readRow, readRows } from "./rows.ts";

/** Whose object this is and how it is set up; one row of JSON. */
export const Configuration = z.strictObject({
	tenantId: z.string(),
	agentId: z.string(),
	name: z.string(),
	status: z.enum(["active", "disabled", "archived"]),
	policyVersion: z.int(),
	program: Program.nullable(),
	language: Language,
	budget: z.strictObject({ limits: BudgetLimits }),
	createdAtMs: z.int(),
	updatedAtMs: z.int(),
	revision: z.int(),
});
export type Configuration = z.infer<typeof Configuration>;

/** Where the chain of calls stands. */
const Chain = z.strictObject({ entry: z.int(), hash: z.string() });
export type Chain = z.infer<typeof Chain>;

const VALUE = { configuration: z.object({ value: jsonColumn(Configuration) }), budget: z.object({ value: jsonColumn(BudgetState) }) };
const ChainValue = z.object({ value: jsonColumn(Chain) });
const PolicyVersion = z.object({ version: z.int() });
const PolicyRow = z.object({ policy: jsonColumn(Policy) });

/** The object's single facts, read from storage once and kept in memory; every write goes to storage in the same step. */
export class Facts {
	readonly #sql: SqlStorage;
	#configuration: Configuration | null = null;
	#budget: BudgetState | null = null;
	#chain: Chain | null = null;
	readonly #policies = new Map<number, { policy: Policy; bound: BoundPolicy }>();

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Null until the object has been born. */
	configuration(): Configuration | null {
		this.#configuration ??= readRow(this.#sql, VALUE.configuration, "SELECT value FROM facts WHERE name = 'configuration'")?.value ?? null;
		return this.#configuration;
	}

	putConfiguration(configuration: Configuration): void {
		this.#put("configuration", configuration);
		this.#configuration = configuration;
	}

	budget(nowMs: number): BudgetState {
		this.#budget ??= readRow(this.#sql, VALUE.budget, "SELECT value FROM facts WHERE name = 'budget'")?.value ?? emptyBudget(nowMs);
		return this.#budget;
	}

	putBudget(budget: BudgetState): void {
		this.#put("budget", budget);
		this.#budget = budget;
	}

	chain(): Chain {
		this.#chain ??= readRow(this.#sql, ChainValue, "SELECT value FROM facts WHERE name = 'chain'")?.value ?? { entry: 0, hash: "" };
		return this.#chain;
	}

	putChain(chain: Chain): void {
		this.#put("chain", chain);
		this.#chain = chain;
	}

	/** @throws when there is no such version: a bug. */
	policy(version: number): { policy: Policy; bound: BoundPolicy } {
		const known = this.#policies.get(version);
		if (known !== undefined) return known;
		const row = readRow(this.#sql, PolicyRow, "SELECT policy FROM policies WHERE version = ?", version);
		if (row === null) throw new Error(`Reading a policy: there is no version ${version}`);
		const read = { policy: row.policy, bound: bindPolicy(row.policy) };
		this.#policies.set(version, read);
		return read;
	}

	putPolicy(version: number, policy: Policy): void {
		this.#sql.exec("INSERT INTO policies (version, policy) VALUES (?, ?)", version, JSON.stringify(policy));
	}

	/** Drops the versions that nothing live was admitted under. */
	dropPolicies(keep: ReadonlySet<number>): void {
		for (const { version } of readRows(this.#sql, PolicyVersion, "SELECT version FROM policies")) {
			if (keep.has(version)) continue;
			this.#sql.exec("DELETE FROM policies WHERE version = ?", version);
			this.#policies.delete(version);
		}
	}

	/** Forgets what is in memory, after a transaction was rolled back. */
	forget(): void {
		this.#configuration = null;
		this.#budget = null;
		this.#chain = null;
		this.#policies.clear();
	}

	#put(name: string, value: unknown): void {
		this.#sql.exec(
			"INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			name,
			JSON.stringify(value),
		);
	}
}

/** The agent as the API shows it. */
export const describeAgent = (configuration: Configuration, policy: Policy): Agent => ({
	id: configuration.agentId,
	name: configuration.name,
	status: configuration.status,
	policy,
	policyVersion: configuration.policyVersion,
	program: configuration.program,
	language: configuration.language,
	budget: configuration.budget,
	createdAtMs: configuration.createdAtMs,
	updatedAtMs: configuration.updatedAtMs,
});
