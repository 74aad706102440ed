import { LIMITS } from "../../../contract/limits.ts";
import type { TenantNamespace } from "../../env.ts";
import type { ObjectStore } from "../../verbs/verb.ts";
import { ApprovalRows } from "./approval-rows.ts";
import { AwaitedRows } from "./awaited-rows.ts";
import { BudgetBook, type Reached } from "./budget-book.ts";
import { RunBudgetView } from "./budget-view.ts";
import { CallRows } from "./call-rows.ts";
import { EventRows } from "./event-rows.ts";
import { Facts } from "./facts.ts";
import { FileRows } from "./file-rows.ts";
import { KinRows } from "./kin-rows.ts";
import { LiveLogs } from "./live-logs.ts";
import { Outbox } from "./outbox.ts";
import { ProgramRows } from "./program-rows.ts";
import { ReceivedRows } from "./received-rows.ts";
import { RunRows } from "./run-rows.ts";
import { ScheduleRows } from "./schedule-rows.ts";
import { ScopedApprovalRows } from "./scoped-approval-rows.ts";
import { StateRows } from "./state-rows.ts";
import { TenantSlices } from "./tenant-slices.ts";

/** Everything one agent's object keeps. All of it is synchronous: nothing is awaited between a read and the write that depends on it. */
export class ObjectState {
	readonly facts: Facts;
	readonly runs: RunRows;
	readonly calls: CallRows;
	readonly slices: TenantSlices;
	readonly book: BudgetBook;
	readonly outbox: Outbox;
	readonly events: EventRows;
	readonly approvals: ApprovalRows;
	readonly scopes: ScopedApprovalRows;
	readonly liveLogs: LiveLogs;
	/** Runs here that other runs have started, or that have started others. */
	readonly kin: KinRows;
	readonly programs: ProgramRows;
	/** Calls that somebody performs, who was told so in this object's life: their ends will come. `attempt`: in the process of the attempt, and they die with it. */
	readonly performing = new Map<string, "gate" | "attempt">();
	/**
	 * Calls that the gate was told to perform and of which it has not told that it is done: also those that their run has given up meanwhile. Those of a gate
	 * that died are among them until others take their place.
	 */
	readonly underWay = new Set<string>();
	/** Streams that nobody reads any more and that have not ended yet, with their runs: their programs may call others meanwhile. */
	readonly leaving = new Map<string, string>();
	/** What has come to the triggers of the agent. */
	readonly received: ReceivedRows;
	readonly schedules: ScheduleRows;
	readonly awaited: AwaitedRows;
	/** Calls that were given to somebody in the step that goes on. */
	#given: string[] = [];
	readonly #storage: DurableObjectStorage;

	constructor(storage: DurableObjectStorage, tenants: TenantNamespace) {
		this.#storage = storage;
		this.facts = new Facts(storage.sql);
		this.runs = new RunRows(storage.sql);
		this.calls = new CallRows(storage.sql);
		this.outbox = new Outbox(storage.sql);
		this.events = new EventRows(storage.sql, this.outbox);
		this.slices = new TenantSlices(this.facts, tenants, (work) => this.step(work));
		this.book = new BudgetBook(storage.sql, this.facts, this.slices, (reached, nowMs) => this.#tellReached(reached, nowMs));
		this.approvals = new ApprovalRows(storage.sql);
		this.awaited = new AwaitedRows(storage.sql);
		this.scopes = new ScopedApprovalRows(storage.sql);
		this.liveLogs = new LiveLogs(storage.sql);
		this.kin = new KinRows(storage.sql);
		this.programs = new ProgramRows(storage.sql);
		this.received = new ReceivedRows(storage.sql);
		this.schedules = new ScheduleRows(storage.sql);
	}

	files(runId: string, origin: "input" | "output"): FileRows {
		return new FileRows(this.#storage.sql, runId, origin);
	}

	/** What a verb that acts here may use for a call of a run. */
	store(runId: string, nowMs: number): ObjectStore {
		return {
			files: this.files(runId, "output"),
			state: new StateRows(this.#storage.sql, nowMs),
			budget: new RunBudgetView(this, runId, nowMs),
		};
	}

	#tellReached(data: Reached, nowMs: number): void {
		this.events.add({ type: "budget.threshold", agent: this.facts.configuration()?.agentId ?? null, run: null, data }, nowMs);
	}

	get sql(): SqlStorage {
		return this.#storage.sql;
	}

	/** Notes that somebody is told to perform a call. */
	give(callId: string, to: "gate" | "attempt"): void {
		this.performing.set(callId, to);
		if (to === "gate") this.#takeWay(callId);
		this.#given.push(callId);
	}

	#takeWay(callId: string): void {
		const [oldest] = this.underWay;
		if (this.underWay.size >= LIMITS.callsUnderWay && oldest !== undefined) this.underWay.delete(oldest);
		this.underWay.add(callId);
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
			this.awaited.forget();
			this.kin.forget();
			this.programs.forget();
			this.schedules.forget();
			for (const callId of this.#given) {
				this.performing.delete(callId);
				this.underWay.delete(callId);
			}
			throw error;
		}
	}
}
