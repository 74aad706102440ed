import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { Model } from "./model.ts";
import type { SimArchive } from "./sim-archive.ts";
import type { SimStorage } from "./sim-storage.ts";

const TERMINAL = new Set(["succeeded", "failed", "timed_out", "cancelled", "budget_exceeded"]);

const revisionOf = (rows: readonly Record<string, unknown>[]): number => Number(rows[0]?.["revision"] ?? 0);

/** What the archive does not have yet stands in the outbox. */
export const expectMarked = (storage: SimStorage, archive: SimArchive, model: Model, touched: ReadonlySet<string>): void => {
	for (const id of touched) {
		const run = model.runs.get(id);
		// A run that goes on is told of when something is to be seen of it; one that has ended, whole.
		if (run !== undefined && run.settled === 1 && !model.forgotten.has(id)) {
			const has = revisionOf(archive.look("SELECT revision FROM runs WHERE id = ?", id));
			if (has !== run.revision && !isMarked(storage, "run", id))
				fail(`run ${id}: the archive has revision ${has} of ${run.revision}, and nothing is to be sent`);
		}
		const call = model.calls.get(id);
		if (call !== undefined && !model.forgotten.has(call.record.run)) {
			const has = revisionOf(archive.look("SELECT revision FROM calls WHERE id = ?", id));
			if (has !== call.revision && !isMarked(storage, "call", id))
				fail(`call ${id}: the archive has revision ${has} of ${call.revision}, and nothing is to be sent`);
		}
		const [approval] = model.approvals.has(id) ? storage.look("SELECT revision FROM approvals WHERE id = ?", id) : [];
		if (approval !== undefined) {
			const has = revisionOf(archive.look("SELECT revision FROM approvals WHERE id = ?", id));
			if (has !== Number(approval["revision"]) && !isMarked(storage, "approval", id))
				fail(`approval ${id}: the archive has revision ${has}, and nothing is to be sent`);
		}
	}
};

const isMarked = (storage: SimStorage, kind: string, id: string): boolean =>
	storage.look("SELECT 1 FROM outbox WHERE kind = ? AND id = ?", kind, id).length > 0;

/** What the archive says of runs only ever grows, and an end stays as it is. */
export class ArchiveRules {
	readonly #ends = new Map<string, string>();
	readonly #revisions = new Map<string, number>();
	readonly #archive: SimArchive;

	constructor(archive: SimArchive) {
		this.#archive = archive;
	}

	expectStep(): void {
		for (const row of this.#archive.look("SELECT id, status, ended_at_ms, revision FROM runs")) {
			const [id, status, revision] = [String(row["id"]), String(row["status"]), Number(row["revision"])];
			if (revision < (this.#revisions.get(id) ?? 0))
				fail(`archive: run ${id}: revision ${this.#revisions.get(id)} is followed by ${revision}`);
			this.#revisions.set(id, revision);
			const end = `${status} at ${row["ended_at_ms"]}`;
			const before = this.#ends.get(id);
			if (before !== undefined && before !== end) fail(`archive: run ${id} ended as ${before} and now as ${end}`);
			if (TERMINAL.has(status)) this.#ends.set(id, end);
		}
	}
}
