import type { ObjectStore } from "../../verbs/verb.ts";
import { BudgetBook } from "./budget-book.ts";
import { CallRows } from "./call-rows.ts";
import { Facts } from "./facts.ts";
import { FileRows } from "./file-rows.ts";
import { Outbox } from "./outbox.ts";
import { RunRows } from "./run-rows.ts";
import { StateRows } from "./state-rows.ts";

/** Everything one agent's object keeps. All of it is synchronous: nothing is awaited between a read and the write that depends on it. */
export class ObjectState {
	readonly facts: Facts;
	readonly runs: RunRows;
	readonly calls: CallRows;
	readonly book: BudgetBook;
	readonly outbox: Outbox;
	readonly #storage: DurableObjectStorage;

	constructor(storage: DurableObjectStorage) {
		this.#storage = storage;
		this.facts = new Facts(storage.sql);
		this.runs = new RunRows(storage.sql);
		this.calls = new CallRows(storage.sql);
		this.book = new BudgetBook(storage.sql, this.facts);
		this.outbox = new Outbox(storage.sql);
	}

	files(runId: string, origin: "input" | "output"): FileRows {
		return new FileRows(this.#storage.sql, runId, origin);
	}

	/** What a verb that acts here may use for a call of a run. */
	store(runId: string, nowMs: number): ObjectStore {
		return { files: this.files(runId, "output"), state: new StateRows(this.#storage.sql, nowMs) };
	}

	get sql(): SqlStorage {
		return this.#storage.sql;
	}

	/** One step: all of its writes or none, in storage and in memory. */
	step<Answer>(work: () => Answer): Answer {
		try {
			return this.#storage.transactionSync(work);
		} catch (error) {
			this.facts.forget();
			this.runs.forget();
			this.outbox.forget();
			throw error;
		}
	}
}
