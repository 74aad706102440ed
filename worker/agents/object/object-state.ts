import type { ObjectStore } from "../../verbs/verb.ts";
import { ApprovalRows } from "./approval-rows.ts";
import { BudgetBook } from "./budget-book.ts";
import { CallRows } from "./call-rows.ts";
import { Facts } from "./facts.ts";
import { FileRows } from "./file-rows.ts";
import { LiveLogs } from "./live-logs.ts";
import { Outbox } from "./outbox.ts";
import { RunRows } from "./run-rows.ts";
import { ScopedApprovalRows } from "./scoped-approval-rows.ts";
import { StateRows } from "./state-rows.ts";

/** Everything one agent's object keeps. All of it is synchronous: nothing is awaited between a read and the write that depends on it. */
export class ObjectState {
	readonly facts: Facts;
	readonly runs: RunRows;
	readonly calls: CallRows;
	readonly book: BudgetBook;
	readonly outbox: Outbox;
	readonly approvals: ApprovalRows;
	readonly scopes: ScopedApprovalRows;
	readonly liveLogs: LiveLogs;
	/** Calls that somebody performs, who was told so in this object's life: their ends will come. `attempt`: in the process of the attempt, and they die with it. */
	readonly performing = new Map<string, "gate" | "attempt">();
	/** Streams that nobody reads any more and that have not ended yet, with their runs: their programs may call others meanwhile. */
	readonly leaving = new Map<string, string>();
	/** Calls of a run whose attempt was told to wait, and has not been told more since: it asks again, or dies. */
	readonly awaited = new Map<string, Set<string>>();
	/** Calls that were given to somebody in the step that goes on. */
	#given: string[] = [];
	readonly #storage: DurableObjectStorage;

	constructor(storage: DurableObjectStorage) {
		this.#storage = storage;
		this.facts = new Facts(storage.sql);
		this.runs = new RunRows(storage.sql);
		this.calls = new CallRows(storage.sql);
		this.book = new BudgetBook(storage.sql, this.facts);
		this.outbox = new Outbox(storage.sql);
		this.approvals = new ApprovalRows(storage.sql);
		this.scopes = new ScopedApprovalRows(storage.sql);
		this.liveLogs = new LiveLogs(storage.sql);
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

	/** Notes that somebody is told to perform a call. */
	give(callId: string, to: "gate" | "attempt"): void {
		this.performing.set(callId, to);
		this.#given.push(callId);
	}

	/** One step: all of its writes or none, in storage and in memory. */
	step<Answer>(work: () => Answer): Answer {
		this.#given = [];
		try {
			return this.#storage.transactionSync(work);
		} catch (error) {
			this.facts.forget();
			this.runs.forget();
			this.outbox.forget();
			for (const callId of this.#given) this.performing.delete(callId);
			throw error;
		}
	}
}
