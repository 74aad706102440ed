import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** D1: the registry (tenants, keys, agents, secrets) and the archive that lists are read from (runs, calls, log lines, events). Every row has its tenant. */
export const tenants = sqliteTable("tenants", {
	id: text().primaryKey(),
	name: text().notNull().unique(),
	status: text({ enum: ["active", "suspended"] }).notNull(),
	createdAtMs: integer("created_at_ms").notNull(),
	/** JSON of a PriceTable (contract/budgets); null: the platform's own. */
	prices: text(),
	/** Rises with each change of the prices and never repeats; 0: they were never changed. */
	pricesVersion: integer("prices_version").notNull().default(0),
});

export const keys = sqliteTable(
	"keys",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		name: text().notNull(),
		/** The public half of the value, by which it is found. */
		locator: text().notNull().unique(),
		/** SHA-256 of the whole value, hex. */
		hash: text().notNull(),
		/** JSON array. */
		scopes: text().notNull(),
		createdAtMs: integer("created_at_ms").notNull(),
		expiresAtMs: integer("expires_at_ms"),
		revokedAtMs: integer("revoked_at_ms"),
	},
	(table) => [index("keys_by_tenant").on(table.tenantId, table.id)],
);

export const secrets = sqliteTable(
	"secrets",
	{
		tenantId: text("tenant_id").notNull(),
		name: text().notNull(),
		id: text().notNull(),
		version: integer().notNull(),
		/** AES-GCM: base64 of nonce and ciphertext; bound to tenant, name and version. */
		sealed: text().notNull(),
		createdAtMs: integer("created_at_ms").notNull(),
		updatedAtMs: integer("updated_at_ms").notNull(),
	},
	(table) => [primaryKey({ columns: [table.tenantId, table.name] }), index("secrets_by_id").on(table.tenantId, table.id)],
);

/** What a tenant's grants may name: models, datasets, tool servers. The description is what a grant is decided with; content lies in the store of blobs. */
export const resources = sqliteTable(
	"resources",
	{
		tenantId: text("tenant_id").notNull(),
		kind: text({ enum: ["model", "dataset", "tool", "store"] }).notNull(),
		name: text().notNull(),
		/** For the order of lists; never shown. */
		id: text().notNull(),
		version: integer().notNull(),
		/** JSON, by kind. Names of secrets may stand in it, values never. */
		description: text().notNull(),
		createdAtMs: integer("created_at_ms").notNull(),
		updatedAtMs: integer("updated_at_ms").notNull(),
	},
	(table) => [
		primaryKey({ columns: [table.tenantId, table.kind, table.name] }),
		index("resources_by_id").on(table.tenantId, table.kind, table.id),
	],
);

/** An agent's entry in the registry. The agent's object is the truth of its configuration from its first use on; `birth` is what it starts from. */
export const agents = sqliteTable(
	"agents",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		/** The sixteen characters that the ids of its runs end with. */
		locator: text().notNull(),
		name: text().notNull(),
		status: text({ enum: ["active", "disabled", "archived"] }).notNull(),
		policyVersion: integer("policy_version").notNull(),
		/** JSON: policy, program, language, budget as created. */
		birth: text().notNull(),
		createdAtMs: integer("created_at_ms").notNull(),
		updatedAtMs: integer("updated_at_ms").notNull(),
	},
	(table) => [
		uniqueIndex("agents_by_name").on(table.tenantId, table.name).where(sql`status <> 'archived'`),
		uniqueIndex("agents_by_locator").on(table.tenantId, table.locator),
	],
);

/** Which run an idempotency key of a tenant stands for. The row is made before the run is admitted; the run's id is chosen here. */
export const idempotencyKeys = sqliteTable(
	"idempotency_keys",
	{
		tenantId: text("tenant_id").notNull(),
		key: text().notNull(),
		/** SHA-256 of the request's body, hex. */
		bodyDigest: text("body_digest").notNull(),
		runId: text("run_id").notNull(),
		createdAtMs: integer("created_at_ms").notNull(),
	},
	(table) => [primaryKey({ columns: [table.tenantId, table.key] }), index("idempotency_by_time").on(table.createdAtMs)],
);

export const runs = sqliteTable(
	"runs",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		agentId: text("agent_id").notNull(),
		status: text().notNull(),
		createdAtMs: integer("created_at_ms").notNull(),
		endedAtMs: integer("ended_at_ms"),
		/** JSON of a RunSummary (contract/runs). */
		summary: text().notNull(),
		/** JSON text of the result. */
		result: text().notNull(),
		/** JSON array of { path, bytes }. */
		files: text().notNull(),
		/** Rises with each state of the run, so that a late repeat never overwrites a newer one. */
		revision: integer().notNull(),
		/** The run's own part of its cost: its usage without that of its calls. */
		ownUsdMicros: integer("own_usd_micros").notNull().default(0),
		cpuMs: integer("cpu_ms").notNull().default(0),
		wallMs: integer("wall_ms").notNull().default(0),
		/** Of a run that another one started: that one, and the first of the tree. */
		parentRunId: text("parent_run_id"),
		rootRunId: text("root_run_id"),
		/** The trigger or the schedule that started it. */
		startedBy: text("started_by"),
	},
	(table) => [
		index("runs_by_tenant").on(table.tenantId, table.id),
		index("runs_by_agent").on(table.tenantId, table.agentId, table.id),
		index("runs_by_status").on(table.tenantId, table.status, table.id),
		index("runs_by_parent").on(table.tenantId, table.parentRunId, table.id).where(sql`parent_run_id IS NOT NULL`),
		index("runs_by_root").on(table.tenantId, table.rootRunId, table.id).where(sql`root_run_id IS NOT NULL`),
		index("runs_by_starter").on(table.tenantId, table.startedBy, table.id).where(sql`started_by IS NOT NULL`),
		// Has all that is added up, so that sums do not read the rows.
		index("runs_by_time").on(table.tenantId, table.createdAtMs, table.agentId, table.ownUsdMicros, table.cpuMs, table.wallMs),
	],
);

export const calls = sqliteTable(
	"calls",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		runId: text("run_id").notNull(),
		seq: integer().notNull(),
		/** JSON of a Call (contract/runs). */
		record: text().notNull(),
		revision: integer().notNull(),
		agentId: text("agent_id").notNull().default(""),
		startedAtMs: integer("started_at_ms").notNull().default(0),
		verb: text().notNull().default(""),
		/** Of verbs that ask one. */
		model: text(),
		/** How many calls it was charged as: none where it did not happen. */
		charged: integer().notNull().default(0),
		tokens: integer().notNull().default(0),
		egressBytes: integer("egress_bytes").notNull().default(0),
		usdMicros: integer("usd_micros").notNull().default(0),
	},
	(table) => [
		uniqueIndex("calls_by_run").on(table.tenantId, table.runId, table.seq),
		// Has all that is added up, so that sums do not read the rows.
		index("calls_by_time").on(
			table.tenantId,
			table.startedAtMs,
			table.agentId,
			table.verb,
			table.model,
			table.charged,
			table.tokens,
			table.egressBytes,
			table.usdMicros,
		),
	],
);

/** What waits for a person, or waited. */
export const approvals = sqliteTable(
	"approvals",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		agentId: text("agent_id").notNull(),
		runId: text("run_id").notNull(),
		status: text().notNull(),
		/** Rises with each state of the approval, so that a late repeat never overwrites a newer one. */
		revision: integer().notNull(),
		/** JSON of a ListedApproval (contract/approvals). */
		record: text().notNull(),
		/** Canonical encoded arguments, whole, behind everything that lists read; null where the record has them whole. */
		args: text(),
	},
	(table) => [
		index("approvals_by_tenant").on(table.tenantId, table.id),
		index("approvals_by_status").on(table.tenantId, table.status, table.id),
		index("approvals_by_agent").on(table.tenantId, table.agentId, table.id),
		index("approvals_by_run").on(table.tenantId, table.runId, table.id),
	],
);

/** What happened that a tenant may want to be told: docs/design/budgets.md. Written once, never changed. */
export const events = sqliteTable(
	"events",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		/** Null: it concerns the whole tenant. */
		agentId: text("agent_id"),
		runId: text("run_id"),
		type: text().notNull(),
		atMs: integer("at_ms").notNull(),
		/** JSON, by type. */
		data: text().notNull(),
	},
	(table) => [index("events_by_tenant").on(table.tenantId, table.id), index("events_by_type").on(table.tenantId, table.type, table.id)],
);

export const logLines = sqliteTable(
	"log_lines",
	{
		tenantId: text("tenant_id").notNull(),
		runId: text("run_id").notNull(),
		seq: integer().notNull(),
		atMs: integer("at_ms").notNull(),
		level: text().notNull(),
		text: text().notNull(),
	},
	(table) => [primaryKey({ columns: [table.tenantId, table.runId, table.seq] })],
);
