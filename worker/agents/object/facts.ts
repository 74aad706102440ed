import { z } from "zod";
import { type Agent, Policy } from "../../../contract/agents.ts";
import { BudgetLimits, PriceTable } from "../../../contract/budgets.ts";
import { Isolation, Language, type Program } from "../../../contract/runs.ts";
import { AgentSlices, NO_SLICES } from "../../budgets/agent-slices.ts";
import { BudgetState, emptyBudget } from "../../budgets/budget-state.ts";
import { DEFAULT_PRICES } from "../../budgets/prices.ts";
import { type BoundPolicy, bindPolicy } from "../../policy/bind-policy.ts";
import { jsonColumn, readRow, readRows } from "../../db/rows.ts";

/** Whose object this is and how it is set up; one row of JSON. */
export const Configuration = z.strictObject({
	tenantId: z.string(),
	agentId: z.string(),
	name: z.string(),
	status: z.enum(["active", "disabled", "archived"]),
	policyVersion: z.int(),
	/** Names of grants of today's policy that are switched off. */
	disabledGrants: z.array(z.string()).default([]),
	/** The active version of its stored program; null: none is. */
	programVersion: z.int().nullable(),
	/** The number that was given last. */
	lastProgramVersion: z.int(),
	/** Of the active version, or else of the next one. */
	language: Language,
	isolation: Isolation,
	budget: z.strictObject({ limits: BudgetLimits }),
	createdAtMs: z.int(),
	updatedAtMs: z.int(),
	revision: z.int(),
});
export type Configuration = z.infer<typeof Configuration>;

/** Where the chain of calls stands. */
const Chain = z.strictObject({ entry: z.int(), hash: z.string() });
export type Chain = z.infer<typeof Chain>;

const ConfigurationValue = z.object({ value: jsonColumn(Configuration) });
const BudgetValue = z.object({ value: jsonColumn(BudgetState) });
const SlicesValue = z.object({ value: jsonColumn(AgentSlices) });
const PricesRow = z.object({ prices: jsonColumn(PriceTable) });
const SuspendedValue = z.object({ value: jsonColumn(z.boolean()) });
const ChainValue = z.object({ value: jsonColumn(Chain) });
const PolicyVersion = z.object({ version: z.int() });
const PolicyRow = z.object({ policy: jsonColumn(Policy) });

/** The object's single facts, read from storage once and kept in memory; every write goes to storage in the same step. */
export class Facts {
	readonly #sql: SqlStorage;
	#configuration: Configuration | null = null;
	#budget: BudgetState | null = null;
	#chain: Chain | null = null;
	#isSuspended: boolean | null = null;
	readonly #grantBudgets = new Map<string, BudgetState>();
	readonly #slices = new Map<string, AgentSlices>();
	readonly #prices = new Map<number, PriceTable>();
	readonly #policies = new Map<number, { policy: Policy; bound: BoundPolicy }>();

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Null until the object has been born. */
	configuration(): Configuration | null {
		this.#configuration ??= readRow(this.#sql, ConfigurationValue, "SELECT value FROM facts WHERE name = 'configuration'")?.value ?? null;
		return this.#configuration;
	}

	putConfiguration(configuration: Configuration): void {
		this.#put("configuration", configuration);
		this.#configuration = configuration;
	}

	budget(nowMs: number, zone = "UTC"): BudgetState {
		this.#budget ??= readRow(this.#sql, BudgetValue, "SELECT value FROM facts WHERE name = 'budget'")?.value ?? emptyBudget(nowMs, zone);
		return this.#budget;
	}

	putBudget(budget: BudgetState): void {
		this.#put("budget", budget);
		this.#budget = budget;
	}

	/** What has been spent and set aside through a grant that has limits of its own. */
	grantBudget(grant: string, nowMs: number, zone = "UTC"): BudgetState {
		const known = this.#grantBudgets.get(grant);
		if (known !== undefined) return known;
		const row = readRow(this.#sql, BudgetValue, "SELECT value FROM facts WHERE name = ?", grantFact(grant));
		const budget = row?.value ?? emptyBudget(nowMs, zone);
		this.#grantBudgets.set(grant, budget);
		return budget;
	}

	putGrantBudget(grant: string, budget: BudgetState): void {
		this.#put(grantFact(grant), budget);
		this.#grantBudgets.set(grant, budget);
	}

	/** A grant's own limits, by today's policy: none for one that it has lost. */
	grantLimits(grant: string): BudgetLimits {
		const version = this.configuration()?.policyVersion;
		return version === undefined ? {} : (this.policy(version).bound.grants.get(grant)?.budget ?? {});
	}

	/** Slices of the tenant's budget: of what is spent, or of its runs that are live. */
	slices(name: "slices" | "slices-now"): AgentSlices {
		const known = this.#slices.get(name);
		if (known !== undefined) return known;
		const slices = readRow(this.#sql, SlicesValue, "SELECT value FROM facts WHERE name = ?", name)?.value ?? NO_SLICES;
		this.#slices.set(name, slices);
		return slices;
	}

	putSlices(name: "slices" | "slices-now", slices: AgentSlices): void {
		this.#put(name, slices);
		this.#slices.set(name, slices);
	}

	/** The prices that runs are admitted under; version 0 is the platform's. @throws when there is no such version: a bug. */
	prices(version: number): PriceTable {
		if (version === 0) return DEFAULT_PRICES;
		const known = this.#prices.get(version);
		if (known !== undefined) return known;
		const row = readRow(this.#sql, PricesRow, "SELECT prices FROM prices WHERE version = ?", version);
		if (row === null) throw new Error(`Reading prices: there is no version ${version}`);
		this.#prices.set(version, row.prices);
		return row.prices;
	}

	/** Keeps the prices that a run is admitted under; a version never changes. @returns whether they are new here */
	putPrices(version: number, prices: PriceTable): boolean {
		if (version === 0 || this.#prices.has(version)) return false;
		const written = this.#sql.exec("INSERT OR IGNORE INTO prices (version, prices) VALUES (?, ?)", version, JSON.stringify(prices));
		this.#prices.set(version, prices);
		return written.rowsWritten > 0;
	}

	/** Drops the versions that nothing live was admitted under. */
	dropPrices(keep: ReadonlySet<number>): void {
		for (const { version } of readRows(this.#sql, PolicyVersion, "SELECT version FROM prices")) {
			if (keep.has(version)) continue;
			this.#sql.exec("DELETE FROM prices WHERE version = ?", version);
			this.#prices.delete(version);
		}
	}

	chain(): Chain {
		this.#chain ??= readRow(this.#sql, ChainValue, "SELECT value FROM facts WHERE name = 'chain'")?.value ?? { entry: 0, hash: "" };
		return this.#chain;
	}

	putChain(chain: Chain): void {
		this.#put("chain", chain);
		this.#chain = chain;
	}

	/** Whether the tenant is suspended, as far as the agent was told: it takes nothing new then. Known also before its birth. */
	isSuspended(): boolean {
		this.#isSuspended ??= readRow(this.#sql, SuspendedValue, "SELECT value FROM facts WHERE name = 'suspended'")?.value ?? false;
		return this.#isSuspended;
	}

	putSuspended(isSuspended: boolean): void {
		this.#put("suspended", isSuspended);
		this.#isSuspended = isSuspended;
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

	/** Whether a version is still kept. */
	hasPolicy(version: number): boolean {
		return (
			this.#policies.has(version) || readRow(this.#sql, PolicyVersion, "SELECT version FROM policies WHERE version = ?", version) !== null
		);
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
		this.#isSuspended = null;
		this.#grantBudgets.clear();
		this.#slices.clear();
		this.#prices.clear();
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

const grantFact = (grant: string): string => `grant-budget:${grant}`;

/** The agent as the API shows it. @param program that of its active version */
export const describeAgent = (configuration: Configuration, policy: Policy, program: Program | null): Agent => ({
	id: configuration.agentId,
	name: configuration.name,
	status: configuration.status,
	policy,
	policyVersion: configuration.policyVersion,
	disabledGrants: configuration.disabledGrants,
	program,
	language: configuration.language,
	programVersion: configuration.programVersion,
	isolation: configuration.isolation,
	budget: configuration.budget,
	createdAtMs: configuration.createdAtMs,
	updatedAtMs: configuration.updatedAtMs,
});
