import { z } from "zod";
import { AgentSummary } from "../../../contract/agents.ts";
import type { Approval } from "../../../contract/approvals.ts";
import { type ArchivedRun, writeArchive } from "../../ledger/write-archive.ts";
import type { ObjectState } from "./object-state.ts";
import { readRow, readRows } from "../../db/rows.ts";
import { schedulesSent, schedulesToSend } from "./archive-schedules.ts";
import { describe } from "./describe-run.ts";
import { ownUsdMicros } from "./own-cost.ts";
import type { RunRow } from "./run-rows.ts";

const Mark = z.object({
	kind: z.enum(["agent", "run", "call", "approval", "event", "telling", "schedule", "contents", "journal"]),
	id: z.string(),
});
const Id = z.object({ id: z.string() });
/** That one endpoint alone is to be told of an event. */
export type TellingOne = `telling ${string}`;
const OneKind = z.object({ kind: z.templateLiteral(["telling ", z.string()]) });
type MarkKind = z.infer<typeof Mark>["kind"] | TellingOne;
/** Copies sent to D1 in one batch, and about how much text: D1 takes a batch as one message of at most 32 MiB. */
const BATCH = 100;
const BATCH_CHARS = 4_000_000;
const RECORDINGS = 8;
/** Marks of what is copied to D1. */
const COPIES = "kind NOT IN ('contents', 'journal') AND kind NOT LIKE 'telling%'";
/** Marks that are known without asking storage; the others are asked for. */
const KNOWN = 1_000;

/** What D1 does not have yet: marks, written in the same step as the change they stand for. The copy is made from the state as it is when it is sent. */
export class Outbox {
	readonly #sql: SqlStorage;
	/** Marks that are surely in storage, so that a run's mark is not written anew with each of its calls. */
	readonly #known = new Set<string>();

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	mark(kind: MarkKind, id: string): void {
		const mark = `${kind} ${id}`;
		if (this.#known.has(mark)) return;
		this.#sql.exec("INSERT OR IGNORE INTO outbox (kind, id) VALUES (?, ?)", kind, id);
		if (this.#known.size < KNOWN) this.#known.add(mark);
	}

	isEmpty(): boolean {
		return this.#known.size === 0 && this.#sql.exec("SELECT 1 FROM outbox LIMIT 1").toArray().length === 0;
	}

	/** Calls before runs: a run's copy never says that it cost what its calls in D1 do not say yet. */
	next(): z.infer<typeof Mark>[] {
		return readRows(this.#sql, Mark, `SELECT kind, id FROM outbox WHERE ${COPIES} ORDER BY kind, id LIMIT ?`, BATCH);
	}

	/** Whether D1 lacks a copy. */
	hasNext(): boolean {
		return this.#sql.exec(`SELECT 1 FROM outbox WHERE ${COPIES} LIMIT 1`).toArray().length > 0;
	}

	/** Whether a mark stands. */
	has(kind: MarkKind, id: string): boolean {
		if (this.#known.has(`${kind} ${id}`)) return true;
		return this.#sql.exec("SELECT 1 FROM outbox WHERE kind = ? AND id = ?", kind, id).toArray().length > 0;
	}

	/** Events that are not dealt out to the tenant's endpoints yet, or of which one of them was not told yet, oldest first. */
	tellings(kind: "telling" | TellingOne, most: number): string[] {
		return readRows(this.#sql, Id, "SELECT id FROM outbox WHERE kind = ? ORDER BY id LIMIT ?", kind, most).map(({ id }) => id);
	}

	/** The kinds of the marks that are for one endpoint alone. */
	tellingsOfOne(): TellingOne[] {
		const kinds: TellingOne[] = [];
		const query = "SELECT kind FROM outbox WHERE kind > ? AND kind < 'telling!' ORDER BY kind LIMIT 1";
		for (;;) {
			const next = readRow(this.#sql, OneKind, query, kinds.at(-1) ?? "telling ");
			if (next === null) return kinds;
			kinds.push(next.kind);
		}
	}

	count(kind: MarkKind): number {
		return Number(this.#sql.exec("SELECT count(*) AS count FROM outbox WHERE kind = ?", kind).one()["count"]);
	}

	/** Runs that are over and whose contents are not yet where they stay. */
	contents(): string[] {
		return readRows(this.#sql, Mark, "SELECT kind, id FROM outbox WHERE kind = 'contents' LIMIT ?", BATCH).map(({ id }) => id);
	}

	/** Runs that are over and whose recordings are not in the store yet, those after one: few at once, they may be large. */
	recordings(after = ""): string[] {
		const query = "SELECT kind, id FROM outbox WHERE kind = 'journal' AND id > ? ORDER BY id LIMIT ?";
		return readRows(this.#sql, Mark, query, after, RECORDINGS).map(({ id }) => id);
	}

	clear(kind: string, id: string): void {
		this.#known.delete(`${kind} ${id}`);
		this.#sql.exec("DELETE FROM outbox WHERE kind = ? AND id = ?", kind, id);
	}

	/** Forgets what is in memory, after a transaction was rolled back. */
	forget(): void {
		this.#known.clear();
	}
}

/**
 * Sends one batch of copies to D1. A mark is cleared only if its thing has not changed while the batch was under way.
 * @returns whether there is more to send.
 */
export const sendBatch = async (state: ObjectState, db: D1Database): Promise<boolean> => {
	const configuration = state.facts.configuration();
	const marks = state.outbox.next();
	if (configuration === null || marks.length === 0) return false;
	const runs = runsWithin(state, configuration.agentId, marks, BATCH_CHARS);
	const calls = marks.flatMap((mark) => {
		const row = mark.kind === "call" ? state.calls.raw(mark.id) : null;
		return row === null ? [] : [{ id: row.id, run: row.run_id, seq: row.seq, record: row.record, revision: row.revision }];
	});
	const agent = marks.some((mark) => mark.kind === "agent")
		? { summary: AgentSummary.strip().parse({ ...configuration, id: configuration.agentId }), revision: configuration.revision }
		: null;
	const approvals = approvalsWithin(state, marks, BATCH_CHARS);
	const eventIds = marks.flatMap(({ kind, id }) => (kind === "event" ? [id] : []));
	// One that cannot be read is not sent, and its mark goes all the same.
	const events = eventIds.flatMap((id) => state.events.read(id) ?? []);
	const schedules = schedulesToSend(state, configuration.agentId, marks);
	const { tenantId, agentId } = configuration;
	await writeArchive(db, { tenantId, agentId, agent, runs, calls, approvals, events, schedules });
	for (const { run, revision } of runs) {
		state.runs.markArchived(run.id, revision);
		if (state.runs.get(run.id)?.revision === revision) state.outbox.clear("run", run.id);
	}
	for (const { id, revision } of calls) {
		if (state.calls.revision(id) === revision) state.outbox.clear("call", id);
	}
	for (const { approval, revision } of approvals) {
		if (state.approvals.revision(approval.id) === revision) state.outbox.clear("approval", approval.id);
	}
	state.events.sent(eventIds, "event");
	schedulesSent(state, schedules);
	if (agent !== null && state.facts.configuration()?.revision === agent.revision) state.outbox.clear("agent", configuration.agentId);
	for (const mark of marks) {
		if (mark.kind === "run" && archivable(state, mark.id) === null) state.outbox.clear(mark.kind, mark.id);
		if (mark.kind === "call" && state.calls.revision(mark.id) === null) state.outbox.clear(mark.kind, mark.id);
		if (mark.kind === "approval" && state.approvals.revision(mark.id) === null) state.outbox.clear(mark.kind, mark.id);
		if (mark.kind === "schedule" && state.schedules.get(mark.id) === null) state.outbox.clear(mark.kind, mark.id);
	}
	return state.outbox.hasNext();
};

/** A run as it may go to D1: nothing of a replay does. */
const archivable = (state: ObjectState, runId: string): RunRow | null => {
	const row = state.runs.get(runId);
	return row?.state.mode === "replay" ? null : row;
};

/** The marked runs as they are now, as many as fit; at least one. */
const runsWithin = (state: ObjectState, agentId: string, marks: readonly z.infer<typeof Mark>[], most: number): ArchivedRun[] => {
	const runs: ArchivedRun[] = [];
	let chars = 0;
	for (const mark of marks) {
		const row = mark.kind === "run" && chars < most ? archivable(state, mark.id) : null;
		if (row === null) continue;
		const run = describe(state, agentId, row);
		chars += JSON.stringify(run.result).length + run.logs.reduce((sum, line) => sum + line.text.length, 0);
		const [files, { revision }] = [state.files(row.id, "output").stored(), row];
		runs.push({ run, files, ownUsdMicros: ownUsdMicros(state, row), parent: row.state.parent, revision });
	}
	return runs;
};

/** The marked approvals as they are now, as many as fit with their arguments; at least one. */
const approvalsWithin = (
	state: ObjectState,
	marks: readonly z.infer<typeof Mark>[],
	most: number,
): { approval: Approval; revision: number }[] => {
	const approvals: { approval: Approval; revision: number }[] = [];
	let chars = 0;
	for (const mark of marks) {
		const approval = mark.kind === "approval" && chars < most ? state.approvals.get(mark.id) : null;
		const revision = approval === null ? null : state.approvals.revision(approval.id);
		if (approval === null || revision === null) continue;
		chars += approval.args.length;
		approvals.push({ approval, revision });
	}
	return approvals;
};
