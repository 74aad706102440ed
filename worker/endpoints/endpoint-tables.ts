import { runSteps } from "../db/run-steps.ts";

/**
 * The tables of one endpoint's object.
 * `due_at_ms`: of a delivery that waits, when it is tried; of one that is being tried, when its object is woken; null: it is over.
 * `first_at_ms` and `tries` count from the time it was made, or made again.
 */
const STEPS = [
	`
	CREATE TABLE facts (one INTEGER PRIMARY KEY CHECK (one = 1), facts TEXT NOT NULL);
	CREATE TABLE deliveries (
		seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, event_id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, status TEXT NOT NULL,
		revision INTEGER NOT NULL, body TEXT NOT NULL, hops INTEGER NOT NULL, due_at_ms INTEGER, is_under_way INTEGER NOT NULL, first_at_ms INTEGER,
		tries INTEGER NOT NULL, attempt_count INTEGER NOT NULL, attempts TEXT NOT NULL, created_at_ms INTEGER NOT NULL, ended_at_ms INTEGER
	);
	CREATE INDEX deliveries_by_due ON deliveries (due_at_ms, seq) WHERE due_at_ms IS NOT NULL;
	CREATE INDEX deliveries_by_end ON deliveries (ended_at_ms) WHERE ended_at_ms IS NOT NULL;
	CREATE INDEX deliveries_under_way ON deliveries (id) WHERE is_under_way = 1;
	CREATE INDEX deliveries_by_creation ON deliveries (created_at_ms, id);
	CREATE TABLE outbox (id TEXT PRIMARY KEY) WITHOUT ROWID;
	`,
];

/** Makes the tables, or brings older ones up to date. */
export const prepareEndpointTables = (storage: DurableObjectStorage): void => runSteps(storage, "endpoint_steps", STEPS);
