import { DurableObject } from "cloudflare:workers";
import type { SliceAck, SliceReport } from "../budgets/lease-messages.ts";
import { tellEndpoint, wantingEvents } from "../endpoints/tell-endpoints.ts";
import type { Env } from "../env.ts";
import type { RefusedAnswer } from "./object/admit-run.ts";
import { refuse } from "./object/admit-run.ts";
import { beBorn } from "./object/configure.ts";
import { endDeadLeases } from "./object/end-dead-leases.ts";
import { isOver } from "./object/follow-run.ts";
import { endExecuted, type Halted, runsLeftToEnd } from "./object/halt-agent.ts";
import { ObjectState } from "./object/object-state.ts";
import { sendBatch, type TellingOne } from "./object/outbox.ts";
import { storeRecordings } from "./object/record-run.ts";
import { RunBell } from "./object/run-bell.ts";
import { type Endpoints, tellEvents } from "./object/tell-events.ts";
import { storeContents } from "./object/store-contents.ts";
import { prepareTables } from "./object/tables.ts";
import { nextAlarm, takeUp } from "./object/take-up.ts";
import { SliceNeeded } from "./object/tenant-slices.ts";
import { readBirth } from "./read-birth.ts";
import { readIsSuspended } from "./read-is-suspended.ts";

/** How long changes gather before they go to D1, milliseconds: lists are to be right within a second. */
const GATHER_MS = 150;
/** How long after a failed batch the alarm tries again, milliseconds. */
const RETRY_MS = 2_000;
/** Leases that one step waits for, before it takes the tenant's object for one that does not answer: what is leased may be gone again when the step is made. */
const MOST_LEASES = 32;

/** Whose object it is: the same words every caller has. */
export interface Identity {
	readonly tenantId: string;
	readonly agentId: string;
}

/**
 * What every step of an agent's object rests on: its storage, its alarm, and the way of its changes to D1 and to the store. Each step is one transaction;
 * nothing outside is awaited in between.
 */
export abstract class AgentHost extends DurableObject<Env> {
	protected readonly state: ObjectState;
	/** Rings when something may have changed of a run. */
	protected readonly bell = new RunBell((runId) => isOver(this.state, runId));
	#alarmAtMs: number | null = null;
	#flush: Promise<void> | null = null;
	/** Endpoints that are being told of events. */
	readonly #telling = new Set<TellingOne>();
	/** Steps that wait for more of the tenant's budget, one after the other: else each would be made again whenever another was served. */
	#leasing: Promise<unknown> = Promise.resolve();
	/** Looks at the tenant's status that have begun, and the last of them that counted. */
	#looksBegun = 0;
	#lookTaken = 0;

	constructor(context: DurableObjectState, env: Env) {
		super(context, env);
		prepareTables(context.storage);
		this.state = new ObjectState(context.storage, env.TENANTS);
		if (env.EXECUTOR !== "remote") return;
		this.state.step(() => endDeadLeases(this.state, Date.now()));
		this.#arm();
	}

	override async alarm(): Promise<void> {
		this.#alarmAtMs = null;
		const queue = this.step(null, () => takeUp(this.state, Date.now()));
		// Before anything that others may keep waiting: a tick that is made too late is missed. What it takes to compile a program is not waited for.
		this.ctx.waitUntil(this.startTicks());
		await this.sendToQueue(queue);
		await this.sendAll();
		await this.state.slices.alarm(Date.now());
		await this.tellKin();
		this.#arm();
	}

	/** A step that may need more of the tenant's budget than the agent has leased: it is rolled back, more is leased, and it is made again. Of many that wait at once each has its turn. */
	protected async withSlices<Answer>(makeStep: () => Answer): Promise<Answer> {
		try {
			return makeStep();
		} catch (error) {
			if (!(error instanceof SliceNeeded)) throw error;
		}
		const turn = this.#leasing.then(() => this.#leaseFor(makeStep));
		this.#leasing = turn.catch(() => {});
		return await turn;
	}

	async #leaseFor<Answer>(makeStep: () => Answer): Promise<Answer> {
		for (let tries = 0; ; tries += 1) {
			try {
				return makeStep();
			} catch (error) {
				if (!(error instanceof SliceNeeded)) throw error;
				const { keeper, amount } = error;
				const obtained = tries < MOST_LEASES ? await keeper.obtain(amount) : { kind: "unreachable" as const };
				if (obtained.kind === "again") continue;
				try {
					return this.state.slices.refusing(keeper, obtained, makeStep);
				} catch (other) {
					// The other line is short as well.
					if (!(other instanceof SliceNeeded)) throw other;
				}
			}
		}
	}

	/** Gives back a slice of the tenant's budget; only the tenant's object asks. Null: the agent has no such line. */
	async giveBackSlice(holder: string, n: number): Promise<readonly SliceReport[] | null> {
		const given = this.state.slices.keeperOf(holder)?.giveBack(n) ?? null;
		this.#arm();
		return given;
	}

	/** What the tenant's object knows of slices that are over. */
	async takeSliceAcks(holder: string, acks: readonly SliceAck[]): Promise<void> {
		this.state.slices.keeperOf(holder)?.takeAcks(acks);
		this.#arm();
	}

	/** One step on storage, then whatever it left to do is on its way. @param runId whose followers are to look; null: everybody's */
	protected step<Answer>(runId: string | null, work: () => Answer): Answer {
		const answer = this.state.step(work);
		this.#arm();
		this.bell.ring(runId);
		if (!this.state.outbox.isEmpty()) this.#flush ??= this.#gather();
		if ((this.state.kin.dueAtMs() ?? Number.POSITIVE_INFINITY) <= Date.now()) this.ctx.waitUntil(this.tellKin());
		return answer;
	}

	/** Sends what other agents' objects are to be told of runs that started each other. */
	protected abstract tellKin(): Promise<void>;

	/** Makes the ticks of schedules that have come, and has their runs started. */
	protected abstract startTicks(): Promise<void>;

	/** The same where followers are to look only at some answers: those who only look again must not wake each other. */
	protected stepIf<Answer>(runId: string, work: () => Answer, changed: (answer: Answer) => boolean): Answer {
		const answer = this.state.step(work);
		if (!changed(answer)) return answer;
		return this.step(runId, () => answer);
	}

	protected async sendToQueue(runIds: readonly string[]): Promise<void> {
		const configuration = this.state.facts.configuration();
		if (configuration === null) return;
		const { tenantId, agentId } = configuration;
		for (const runId of runIds) await this.env.RUNS.send({ tenantId, agentId, runId });
	}

	/** Sends everything to D1 and to the store; what fails stays in the outbox for the alarm. */
	protected async sendAll(): Promise<void> {
		// Not waited for: an endpoint's object that does not answer keeps nothing from D1.
		this.ctx.waitUntil(this.#tellAll());
		try {
			while (await sendBatch(this.state, this.env.DB));
			if (this.state.outbox.contents().length > 0) {
				await storeContents(this.state, this.env.BLOBS);
				while (await sendBatch(this.state, this.env.DB));
			}
			while (await storeRecordings(this.state, this.env.BLOBS));
		} catch (error) {
			console.error("Archiving an agent's changes: they were not taken; the alarm tries again.", error instanceof Error ? error.name : "");
		} finally {
			this.#flush = null;
		}
	}

	/** Tells the tenant's endpoints of everything; what they do not take stays in the outbox for the alarm. */
	async #tellAll(): Promise<void> {
		const tenantId = this.state.facts.configuration()?.tenantId;
		try {
			if (tenantId === undefined) return;
			const endpoints: Endpoints = {
				wanting: (events) => wantingEvents(this.env, tenantId, events),
				tell: (endpointId, told) => tellEndpoint(this.env, tenantId, endpointId, told),
			};
			await tellEvents(this.state, endpoints, this.#telling);
		} catch (error) {
			console.error(
				"Telling a tenant's endpoints: they did not take it; the alarm tells them again.",
				error instanceof Error ? error.name : "",
			);
		}
	}

	/** Whether there is such an agent; on the first use its configuration comes from the registry. */
	protected async isBorn(identity: Identity): Promise<boolean> {
		if (this.state.facts.configuration() !== null) return true;
		// Who is born into a suspension is suspended; one that begins from now on tells the agent itself.
		const [born] = await Promise.all([readBirth(this.env.DB, identity), this.lookAtTenant(identity.tenantId)]);
		if (born === null) return false;
		this.state.step(() => beBorn(this.state, { ...identity, createdAtMs: born.createdAtMs }, born.birth));
		return true;
	}

	/**
	 * Reads the tenant's status where it is the truth, and acts on it. Of looks that overtake each other the one that began last counts: what it read is
	 * at least as new, whatever order their answers come in. An agent whose runs are not all ended yet stays suspended.
	 */
	protected async lookAtTenant(tenantId: string): Promise<Halted> {
		this.#looksBegun += 1;
		const look = this.#looksBegun;
		const isSuspended = await readIsSuspended(this.env.DB, tenantId);
		if (look < this.#lookTaken) return { executedRuns: [], calls: [] };
		this.#lookTaken = look;
		return this.step(null, () => {
			const { facts } = this.state;
			if (isSuspended !== facts.isSuspended() && (isSuspended || runsLeftToEnd(this.state) === 0)) facts.putSuspended(isSuspended);
			return isSuspended ? endExecuted(this.state, Date.now()) : { executedRuns: [], calls: [] };
		});
	}

	protected async refuseArchived(identity: Identity): Promise<RefusedAnswer | null> {
		if (!(await this.isBorn(identity))) return refuse("not_found", "Changing an agent: there is no such agent");
		return this.state.facts.configuration()?.status === "archived"
			? refuse("conflict", "Changing an agent: it is archived, for good")
			: null;
	}

	/** Keeps the alarm at the earliest moment that anything waits for; written in the same step as what it guards. */
	#arm(): void {
		if (this.#alarmAtMs !== null && this.#alarmAtMs <= Date.now() + RETRY_MS) return;
		const due = nextAlarm(this.state, Date.now(), RETRY_MS);
		if (due === null || (this.#alarmAtMs !== null && this.#alarmAtMs <= due)) return;
		this.#alarmAtMs = due;
		this.ctx.storage.setAlarm(due).catch(() => {
			this.#alarmAtMs = null;
		});
	}

	async #gather(): Promise<void> {
		await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
		await this.sendAll();
	}
}
