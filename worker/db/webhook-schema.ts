import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Webhooks in. What a trigger names, names of secrets among it, stands in `settings`; values of secrets never do. */
export const triggers = sqliteTable(
	"triggers",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		agentId: text("agent_id").notNull(),
		scheme: text({ enum: ["standard", "github", "stripe", "slack", "hmac"] }).notNull(),
		status: text({ enum: ["active", "disabled"] }).notNull(),
		/** JSON of TriggerSettings (contract/triggers). */
		settings: text().notNull(),
		createdAtMs: integer("created_at_ms").notNull(),
		updatedAtMs: integer("updated_at_ms").notNull(),
	},
	(table) => [index("triggers_by_tenant").on(table.tenantId, table.id), index("triggers_by_agent").on(table.tenantId, table.agentId)],
);

/** Copies for lists: the agent's object is the truth of its schedules. */
export const schedules = sqliteTable(
	"schedules",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		agentId: text("agent_id").notNull(),
		status: text({ enum: ["active", "paused", "deleted"] }).notNull(),
		/** Rises with each state, so that a late repeat never overwrites a newer one. */
		revision: integer().notNull(),
		/** JSON of a Schedule (contract/schedules). */
		record: text().notNull(),
		createdAtMs: integer("created_at_ms").notNull(),
	},
	(table) => [index("schedules_by_tenant").on(table.tenantId, table.id)],
);

/** Webhooks out: where a tenant wants to be told of events. */
export const endpoints = sqliteTable(
	"endpoints",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		status: text({ enum: ["active", "disabled"] }).notNull(),
		/** JSON of EndpointSettings (contract/endpoints). */
		settings: text().notNull(),
		/** The signing secret: AES-GCM, base64 of nonce and ciphertext, bound to the tenant, the endpoint and `secretVersion`. */
		sealed: text().notNull(),
		secretVersion: integer("secret_version").notNull(),
		/** The one before, which signs as well until then; null: none. */
		previousSealed: text("previous_sealed"),
		previousUntilMs: integer("previous_until_ms"),
		/** Why it is disabled: `tenant`, `gone` or `failing`; null: it is not. */
		disabledReason: text("disabled_reason"),
		disabledAtMs: integer("disabled_at_ms"),
		createdAtMs: integer("created_at_ms").notNull(),
		updatedAtMs: integer("updated_at_ms").notNull(),
	},
	(table) => [index("endpoints_by_tenant").on(table.tenantId, table.id)],
);

/** Copies for lists: the endpoint's object is the truth of its deliveries. */
export const deliveries = sqliteTable(
	"deliveries",
	{
		id: text().primaryKey(),
		tenantId: text("tenant_id").notNull(),
		endpointId: text("endpoint_id").notNull(),
		eventId: text("event_id").notNull(),
		type: text().notNull(),
		status: text().notNull(),
		/** Rises with each state, so that a late repeat never overwrites a newer one. */
		revision: integer().notNull(),
		/** JSON of a Delivery (contract/endpoints). */
		record: text().notNull(),
		createdAtMs: integer("created_at_ms").notNull(),
	},
	(table) => [
		index("deliveries_by_tenant").on(table.tenantId, table.id),
		index("deliveries_by_endpoint").on(table.tenantId, table.endpointId, table.id),
		index("deliveries_by_status").on(table.tenantId, table.status, table.id),
		index("deliveries_by_event").on(table.tenantId, table.eventId, table.id),
	],
);
