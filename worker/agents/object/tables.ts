import { runSteps, type Step } from "../../db/run-steps.ts";
import { adoptProgram } from "./adopt-program.ts";

/**
 * The tables of one agent's object. It is the truth of the agent's configuration, budget, live runs and journal; D1 gets copies through the outbox.
 */
const STEPS: readonly Step[] = [
	`
	CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
	CREATE TABLE policies (version INTEGER PRIMARY KEY, policy TEXT NOT NULL);
	CREATE TABLE runs (
		id TEXT PRIMARY KEY,
		status TEXT NOT NULL,
		attempt INTEGER NOT NULL,
		claimed INTEGER NOT NULL,
		revision INTEGER NOT NULL,
		settled INTEGER NOT NULL,
		archived_revision INTEGER NOT NULL,
		lease_expires_at_ms INTEGER,
		created_at_ms INTEGER NOT NULL,
		ended_at_ms INTEGER,
		state TEXT NOT NULL,
		result TEXT NOT NULL,
		logs TEXT NOT NULL
	) WITHOUT ROWID;
	CREATE INDEX live_runs ON runs (lease_expires_at_ms) WHERE lease_expires_at_ms IS NOT NULL;
	CREATE INDEX unended_runs ON runs (created_at_ms) WHERE ended_at_ms IS NULL;
	CREATE INDEX ended_runs ON runs (ended_at_ms) WHERE ended_at_ms IS NOT NULL;
	CREATE TABLE work (run_id TEXT PRIMARY KEY, program TEXT NOT NULL, input TEXT NOT NULL) WITHOUT ROWID;
	CREATE TABLE calls (
		id TEXT PRIMARY KEY,
		run_id TEXT NOT NULL,
		seq INTEGER NOT NULL,
		status TEXT NOT NULL,
		revision INTEGER NOT NULL,
		record TEXT NOT NULL
	) WITHOUT ROWID;
	CREATE UNIQUE INDEX calls_by_run ON calls (run_id, seq);
	CREATE INDEX started_calls ON calls (run_id) WHERE status = 'started';
	CREATE TABLE holds (id TEXT PRIMARY KEY, run_id TEXT NOT NULL, expires_at_ms INTEGER NOT NULL, hold TEXT NOT NULL) WITHOUT ROWID;
	CREATE INDEX holds_by_expiry ON holds (expires_at_ms);
	CREATE INDEX holds_by_run ON holds (run_id);
	CREATE TABLE files (
		run_id TEXT NOT NULL, path TEXT NOT NULL, origin TEXT NOT NULL, bytes INTEGER NOT NULL, modified_at_ms INTEGER NOT NULL,
		PRIMARY KEY (run_id, path)
	) WITHOUT ROWID;
	CREATE TABLE file_chunks (
		run_id TEXT NOT NULL, path TEXT NOT NULL, part INTEGER NOT NULL, content BLOB NOT NULL,
		PRIMARY KEY (run_id, path, part)
	);
	CREATE TABLE outbox (kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
	`,
	`
	ALTER TABLE files ADD COLUMN blob TEXT;
	CREATE TABLE handles (id TEXT PRIMARY KEY, run_id TEXT NOT NULL, bytes INTEGER NOT NULL, type TEXT NOT NULL, key TEXT NOT NULL) WITHOUT ROWID;
	CREATE INDEX handles_by_run ON handles (run_id);
	CREATE TABLE state (
		key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL, bytes INTEGER NOT NULL, expires_at_ms INTEGER
	) WITHOUT ROWID;
	CREATE INDEX state_by_expiry ON state (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
	CREATE TABLE rates (grant_name TEXT PRIMARY KEY, minute INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
	`,
	`
	ALTER TABLE calls ADD COLUMN kind TEXT NOT NULL DEFAULT '';
	ALTER TABLE calls ADD COLUMN nth INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE calls ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE calls ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE calls ADD COLUMN idempotent INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE calls ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE calls ADD COLUMN answer_key TEXT;
	ALTER TABLE calls ADD COLUMN at_ms INTEGER;
	ALTER TABLE calls ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE calls ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE calls ADD COLUMN choices INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE work ADD COLUMN plan TEXT NOT NULL DEFAULT '[]';
	ALTER TABLE work ADD COLUMN stamps TEXT NOT NULL DEFAULT '{}';
	CREATE INDEX unended_by_status ON runs (status, claimed, lease_expires_at_ms) WHERE ended_at_ms IS NULL;
	CREATE INDEX calls_by_kind ON calls (run_id, kind, nth);
	CREATE INDEX calls_by_change ON calls (run_id, change);
	CREATE INDEX calls_by_seen ON calls (run_id, seen);
	DROP INDEX started_calls;
	CREATE INDEX started_calls ON calls (run_id, seq) WHERE status = 'started';
	CREATE INDEX waiting_calls ON calls (run_id, seq) WHERE status = 'waiting';
	CREATE INDEX unknown_calls ON calls (run_id, seq) WHERE status = 'unknown' AND answered = 0;
	CREATE TABLE call_texts (call_id TEXT PRIMARY KEY, args TEXT, answer TEXT);
	CREATE TABLE timelines (run_id TEXT PRIMARY KEY, choices TEXT NOT NULL) WITHOUT ROWID;
	CREATE TABLE approvals (
		id TEXT PRIMARY KEY, run_id TEXT NOT NULL, call_id TEXT NOT NULL, status TEXT NOT NULL, expires_at_ms INTEGER NOT NULL,
		revision INTEGER NOT NULL, record TEXT NOT NULL
	) WITHOUT ROWID;
	CREATE INDEX approvals_by_run ON approvals (run_id);
	CREATE UNIQUE INDEX approvals_by_call ON approvals (call_id);
	CREATE INDEX pending_approvals ON approvals (expires_at_ms) WHERE status = 'pending';
	CREATE TABLE scoped_approvals (
		id TEXT PRIMARY KEY, grant_name TEXT NOT NULL, run_id TEXT, uses_left INTEGER, expires_at_ms INTEGER, revoked_at_ms INTEGER, record TEXT NOT NULL
	) WITHOUT ROWID;
	CREATE INDEX scoped_approvals_by_grant ON scoped_approvals (grant_name) WHERE revoked_at_ms IS NULL;
	CREATE TABLE plans (digest TEXT PRIMARY KEY, run_id TEXT NOT NULL, executed_by TEXT) WITHOUT ROWID;
	CREATE INDEX plans_by_run ON plans (run_id);
	CREATE TABLE live_logs (run_id TEXT NOT NULL, seq INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
	`,
	`
	CREATE TABLE awaited (run_id TEXT NOT NULL, call_id TEXT NOT NULL, PRIMARY KEY (run_id, call_id)) WITHOUT ROWID;
	CREATE TABLE prices (version INTEGER PRIMARY KEY, prices TEXT NOT NULL);
	CREATE TABLE events (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
	`,
	`
	CREATE TABLE children (
		call_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, grant_name TEXT NOT NULL, child_run_id TEXT NOT NULL, child_agent_id TEXT NOT NULL,
		status TEXT NOT NULL, opened_at_ms INTEGER NOT NULL, due_at_ms INTEGER, tries INTEGER NOT NULL
	) WITHOUT ROWID;
	CREATE INDEX children_by_run ON children (run_id);
	CREATE INDEX children_due ON children (due_at_ms) WHERE due_at_ms IS NOT NULL;
	CREATE TABLE tellings (run_id TEXT PRIMARY KEY, due_at_ms INTEGER NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID;
	CREATE INDEX tellings_due ON tellings (due_at_ms);
	CREATE TABLE cancelled_ahead (run_id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
	`,
	`
	ALTER TABLE events ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE events ADD COLUMN result TEXT;
	ALTER TABLE events ADD COLUMN hops INTEGER NOT NULL DEFAULT 0;
	CREATE INDEX passing_events ON events (id) WHERE kept = 0;
	INSERT OR IGNORE INTO outbox (kind, id) SELECT 'telling', id FROM events;
	CREATE TABLE received (
		trigger_id TEXT NOT NULL, key TEXT NOT NULL, run_id TEXT NOT NULL, request INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (trigger_id, key)
	) WITHOUT ROWID;
	CREATE INDEX received_by_time ON received (at_ms);
	CREATE TABLE requests (
		seq INTEGER PRIMARY KEY AUTOINCREMENT, trigger_id TEXT NOT NULL, delivery_id TEXT NOT NULL, outcome TEXT NOT NULL, code TEXT, run_id TEXT,
		repeats INTEGER NOT NULL, at_ms INTEGER NOT NULL
	);
	CREATE INDEX requests_by_trigger ON requests (trigger_id, seq);
	`,
	(sql) => {
		sql.exec(`
			CREATE TABLE programs (
				version INTEGER PRIMARY KEY, digest TEXT NOT NULL, language TEXT NOT NULL, bytes INTEGER NOT NULL, note TEXT, created_at_ms INTEGER NOT NULL,
				program TEXT NOT NULL
			)
		`);
		adoptProgram(sql);
	},
	`
	CREATE TABLE schedules (
		id TEXT PRIMARY KEY, status TEXT NOT NULL, next_at_ms INTEGER, revision INTEGER NOT NULL, settings TEXT NOT NULL, last TEXT NOT NULL,
		created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL
	) WITHOUT ROWID;
	CREATE INDEX ticking_schedules ON schedules (next_at_ms) WHERE next_at_ms IS NOT NULL;
	CREATE TABLE ticks (
		run_id TEXT PRIMARY KEY, schedule_id TEXT NOT NULL, tick_ms INTEGER NOT NULL, made_at_ms INTEGER NOT NULL, due_at_ms INTEGER NOT NULL,
		tries INTEGER NOT NULL
	) WITHOUT ROWID;
	CREATE UNIQUE INDEX ticks_by_time ON ticks (schedule_id, tick_ms);
	CREATE INDEX ticks_due ON ticks (due_at_ms);
	`,
	"ALTER TABLE schedules ADD COLUMN told TEXT NOT NULL DEFAULT 'null'",
];

/** Makes the tables, or brings older ones up to date. @param upTo how many steps there are: fewer make the tables of an earlier time */
export const prepareTables = (storage: DurableObjectStorage, upTo: number = STEPS.length): void =>
	runSteps(storage, "steps", STEPS.slice(0, upTo));
