import type { BudgetLimits, Limits } from "../../../contract/budgets.ts";
import { locatorOf, newId } from "../../../contract/ids.ts";
import { beBorn } from "../../../worker/agents/object/configure.ts";
import { endDeadLeases } from "../../../worker/agents/object/end-dead-leases.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { sendBatch } from "../../../worker/agents/object/outbox.ts";
import { storeRecordings } from "../../../worker/agents/object/record-run.ts";
import { storeContents } from "../../../worker/agents/object/store-contents.ts";
import { tellEvents } from "../../../worker/agents/object/tell-events.ts";
import { nextAlarm, takeUp } from "../../../worker/agents/object/take-up.ts";
import { SliceNeeded } from "../../../worker/agents/object/tenant-slices.ts";
import { expectArmed, expectTakenUp } from "./alarm-rules.ts";
import type { Chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import { setFates } from "./fates.ts";
import { noticeChanges } from "./notice-changes.ts";
import { Rules } from "./rules.ts";
import type { SimArchive } from "./sim-archive.ts";
import { type SimStorage, StepDied } from "./sim-storage.ts";
import { SimEndpoints } from "./sim-endpoints.ts";
import { SimStore } from "./sim-store.ts";
import { SimTenant } from "./sim-tenant.ts";
import type { Sometimes } from "./sometimes.ts";
import { agentLimits, payLimits, policyOf, tenantLimits } from "./world-policy.ts";

/** A Wednesday, two minutes before a month ends in Berlin. */
const START = Date.UTC(2029, 0, 31, 22, 58);
/** As in agents/agent-host.ts. */
const RETRY_MS = 2_000;
const MOST_LEASES = 32;

/** One agent's object with its real steps, around it everything that an agent's object talks to, and the faults of all that. */
export class World {
	readonly chance: Chance;
	faults: Faults;
	readonly storage: SimStorage;
	readonly archive: SimArchive;
	readonly store = new SimStore();
	readonly endpoints = new SimEndpoints();
	readonly tenant = new SimTenant(() => this.nowMs);
	readonly rules: Rules;
	readonly tenantId: string;
	readonly agentId: string;
	readonly locator: string;
	readonly reached: Set<Sometimes>;
	/** What was done, one line each; null: nobody reads it. */
	readonly trace: string[] | null;
	/** Runs of which the queue says that they may be waiting. */
	readonly queue: string[] = [];
	nowMs = START;
	state: ObjectState;
	alarmAtMs: number | null = null;
	pay: Limits;
	expireMs: number;
	/** What else happens while a message is under way; set by who knows what may happen. */
	meanwhile: () => Promise<void> = async () => {};
	#life = 0;
	#isLeasing = false;
	#touched = 0;

	constructor(chance: Chance, faults: Faults, storage: SimStorage, archive: SimArchive, reached: Set<Sometimes>, trace: string[] | null) {
		this.chance = chance;
		this.faults = faults;
		this.storage = storage;
		this.archive = archive;
		this.reached = reached;
		this.trace = trace;
		this.rules = new Rules(storage, archive);
		this.tenantId = newId("ten", this.nowMs);
		this.agentId = newId("agt", this.nowMs);
		this.locator = locatorOf(this.agentId);
		this.pay = payLimits(chance);
		this.expireMs = chance.pick([30_000, 600_000, 86_400_000]);
		this.tenant.setLimits(chance.isIn(0.5) ? tenantLimits(chance) : {}, chance.pick(["UTC", "Europe/Berlin", "Asia/Kolkata"]));
		this.state = this.#live();
		const budget = { limits: chance.isIn(0.7) ? agentLimits(chance) : {} };
		const birth = {
			name: "agent",
			policy: policyOf(this.pay, this.expireMs, false),
			program: null,
			language: "typescript",
			budget,
		} as const;
		const identity = { tenantId: this.tenantId, agentId: this.agentId, createdAtMs: this.nowMs };
		this.state.step(() => beBorn(this.state, identity, birth));
		this.state.step(() => endDeadLeases(this.state, this.nowMs));
		this.look();
		setFates(this);
	}

	/** Counts changes that the archive may hear of while a batch is under way. */
	get touched(): number {
		return this.#touched;
	}

	/** Counts how often the object was made anew. */
	get life(): number {
		return this.#life;
	}

	get grantLimits(): Readonly<Record<string, BudgetLimits>> {
		return { pay: { lifetime: this.pay } };
	}

	reach(what: Sometimes): void {
		this.reached.add(what);
	}

	say(line: string): void {
		this.trace?.push(`${new Date(this.nowMs).toISOString().slice(8, 23)} ${line}`);
	}

	/** Looks whether everything holds. @param name of what was done */
	look(name = ""): void {
		const changes = this.rules.expectSound(this.agentId, this.grantLimits, this.nowMs);
		this.#touched += changes.runs.length + changes.calls.length;
		noticeChanges(name, changes, this.reached);
	}

	/** One step, as the object makes it; null: it died, and nothing of it is left. */
	step<Answer>(name: string, work: (state: ObjectState) => Answer): Answer | null {
		try {
			return this.#make(name, () => work(this.state));
		} catch (error) {
			return this.#died(name, error);
		}
	}

	/** The same of a step that may need more of the tenant's budget than the agent has leased. */
	async stepWithSlices<Answer>(name: string, work: (state: ObjectState) => Answer): Promise<Answer | null> {
		try {
			return await this.#withSlices(name, () => this.#make(name, () => work(this.state)));
		} catch (error) {
			return this.#died(name, error);
		}
	}

	/** What only is in memory is gone. Calls that somebody performs go on, and so does who executes runs. */
	evict(): void {
		this.state = this.#live();
		this.say("evicted");
		this.#arm();
	}

	/** The process was started anew: nobody holds any run. */
	restart(): void {
		this.state = this.#live();
		this.storage.write("UPDATE facts SET value = 'of a process before' WHERE name = 'life'");
		this.state.step(() => endDeadLeases(this.state, this.nowMs));
		this.say("restarted");
		this.#arm();
		this.look();
	}

	/** The object's alarm rings. */
	async ring(): Promise<void> {
		this.alarmAtMs = null;
		const queue = this.step("alarm", (state) => takeUp(state, this.nowMs));
		if (queue !== null) {
			this.queue.push(...queue);
			expectTakenUp(this.storage, this.nowMs);
		}
		await this.sendAll();
		await this.#reportSlices();
		this.#arm();
		expectArmed(this.storage, this.alarmAtMs, this.nowMs, RETRY_MS);
		this.look();
	}

	/** Sends everything to the archive and to the store, as agents/agent-host.ts does; what is not taken waits for the alarm. */
	async sendAll(): Promise<void> {
		await this.#tellAll();
		const { state } = this;
		const [archive, store] = [this.archive.asDatabase(), this.store.asBucket()];
		try {
			while (await sendBatch(state, archive));
			if (state.outbox.contents().length > 0) {
				await storeContents(state, store);
				while (await sendBatch(state, archive));
			}
			while (await storeRecordings(state, store));
		} catch (error) {
			if (!(error instanceof Error) || !/archive|Storing recordings|step died|object/.test(error.message)) throw error;
			this.say(`sending failed: ${error.message}`);
		}
		this.look();
		this.rules.inArchive.expectStep();
	}

	/** Tells the endpoints of everything; what they do not take waits for the alarm. */
	async #tellAll(): Promise<void> {
		const { state } = this;
		try {
			await tellEvents(state, this.endpoints, new Set());
		} catch (error) {
			if (!(error instanceof Error) || !/the endpoints|step died|object/.test(error.message)) throw error;
			this.say(`telling failed: ${error.message}`);
		}
		this.look();
	}

	async #reportSlices(): Promise<void> {
		try {
			await this.state.slices.alarm(this.nowMs);
		} catch (error) {
			if (!(error instanceof StepDied)) throw error;
		}
		this.look();
	}

	#make<Answer>(name: string, work: () => Answer): Answer {
		this.#armDeath();
		const answer = this.state.step(work);
		this.say(`${name} ${this.trace === null ? "" : JSON.stringify(answer)?.slice(0, 300)}`);
		this.#arm();
		this.look(name);
		return answer;
	}

	#died(name: string, error: unknown): null {
		if (!(error instanceof StepDied)) throw error;
		this.say(`${name} died: ${error.message}`);
		this.look();
		this.rules.expectRemembered(this.state, this.nowMs);
		if (this.chance.isIn(0.3)) this.evict();
		return null;
	}

	#armDeath(): void {
		if (!this.chance.isIn(this.faults.stepsDie)) return;
		const isAtEnd = this.chance.isIn(0.2);
		this.storage.dieIn(isAtEnd ? null : this.chance.int(25), () =>
			this.reach(isAtEnd ? "a step died when it was to be kept" : "a step died in the middle"),
		);
	}

	/** As in agents/agent-host.ts. */
	async #withSlices<Answer>(name: string, makeStep: () => Answer): Promise<Answer> {
		for (let tries = 0; ; tries += 1) {
			try {
				return makeStep();
			} catch (error) {
				if (!(error instanceof SliceNeeded)) throw error;
				// Steps take turns at leasing: one that comes meanwhile is given up by who asked for it.
				if (this.#isLeasing) throw new StepDied("another step is leasing");
				const { keeper, amount } = error;
				const life = this.#life;
				this.#isLeasing = true;
				const obtained = tries < MOST_LEASES ? await keeper.obtain(amount).finally(() => (this.#isLeasing = false)) : UNREACHABLE;
				this.#isLeasing = false;
				this.look();
				if (life !== this.#life) throw new StepDied("the object was evicted");
				this.say(`${name} leases: ${obtained.kind}`);
				if (obtained.kind === "again") continue;
				if (obtained.kind === "unreachable") this.reach("the tenant's object could not be asked");
				try {
					return this.state.slices.refusing(keeper, obtained, makeStep);
				} catch (other) {
					if (!(other instanceof SliceNeeded)) throw other;
				}
			}
		}
	}

	#live(): ObjectState {
		this.#life += 1;
		this.alarmAtMs = null;
		const life = this.#life;
		return new ObjectState(
			this.storage.asStorage(() => life === this.#life),
			this.tenant.asNamespace(),
		);
	}

	/** Keeps the alarm at the earliest moment that anything waits for. */
	#arm(): void {
		if (this.alarmAtMs !== null && this.alarmAtMs <= this.nowMs + RETRY_MS) return;
		const due = nextAlarm(this.state, this.nowMs, RETRY_MS);
		if (due !== null && (this.alarmAtMs === null || due < this.alarmAtMs)) this.alarmAtMs = due;
	}
}

const UNREACHABLE = { kind: "unreachable" } as const;
