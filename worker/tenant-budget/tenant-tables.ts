import { runSteps } from "../db/run-steps.ts";

/** The tables of one tenant's object. */
const STEPS = [
	`
	CREATE TABLE tenant_budget (one INTEGER PRIMARY KEY CHECK (one = 1), ledger TEXT NOT NULL);
	CREATE TABLE slice_holders (holder TEXT PRIMARY KEY, highest INTEGER NOT NULL) WITHOUT ROWID;
	CREATE TABLE slices (
		holder TEXT NOT NULL, n INTEGER NOT NULL, closed INTEGER NOT NULL, ends_at_ms INTEGER NOT NULL, asked_at_ms INTEGER NOT NULL, slice TEXT NOT NULL,
		PRIMARY KEY (holder, n)
	) WITHOUT ROWID;
	CREATE INDEX slices_by_end ON slices (ends_at_ms);
	CREATE INDEX slices_by_ask ON slices (asked_at_ms);
	CREATE TABLE tenant_thresholds (seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, threshold TEXT NOT NULL);
	`,
	`
	DROP TABLE tenant_thresholds;
	CREATE TABLE tenant_name (one INTEGER PRIMARY KEY CHECK (one = 1), tenant_id TEXT NOT NULL);
	CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
	`,
	`
	ALTER TABLE events ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE events ADD COLUMN result TEXT;
	ALTER TABLE events ADD COLUMN hops INTEGER NOT NULL DEFAULT 0;
	CREATE INDEX passing_events ON events (id) WHERE kept = 0;
	`,
];

/** Makes the tables, or brings older ones up to date. */
export const prepareTenantTables = (storage: DurableObjectStorage): void => runSteps(storage, "tenant_steps", STEPS);
