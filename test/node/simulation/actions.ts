import { newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { Acts, type HowEnded } from "./acts.ts";
import { Deliveries } from "./deliveries.ts";
import { LOST } from "./ends.ts";
import type { Execution, SimRun } from "./execution.ts";
import { Executions } from "./executions.ts";
import { People } from "./people.ts";
import { makeProgram } from "./program.ts";
import type { World } from "./world.ts";
import { PRICES, SWITCHED_GRANTS, tenantLimits } from "./world-policy.ts";

const HOW: readonly HowEnded[] = ["done", "done", "done", "failed", "unknown", "stored", "not kept"];
const PASSES_MS = [5, 50, 70, 400, 3_000, 9_000, 21_000, 30_000, 61_000, 600_000, 3_600_000, 26 * 3_600_000, -900, -61_000, -3_700_000];

/** Everybody who has to do with an agent, and what they may do next. */
export class Actions {
	readonly world: World;
	readonly acts: Acts;
	readonly executions: Executions;
	readonly people: People;
	readonly deliveries: Deliveries;
	readonly runs: SimRun[] = [];
	readonly #table: readonly (readonly [weight: number, act: () => Promise<void> | void])[];
	readonly #sum: number;
	/** Few runs come far, many get in each other's way. */
	readonly #mostRuns: number;
	readonly #sends: number;

	constructor(world: World) {
		this.world = world;
		this.acts = new Acts(world);
		this.executions = new Executions(world, this.acts);
		this.people = new People(world);
		this.deliveries = new Deliveries(world, () => this.#newRun());
		this.acts.hear = (...heard) => this.executions.hear(...heard);
		const { chance } = world;
		this.#mostRuns = chance.pick([1, 3, 6, 12]);
		this.#sends = chance.pick([0, 0.1, 0.5]);
		// Each world does some things often and others never.
		this.#table = this.#all().map(([weight, act, isNeeded]) => [
			weight * (isNeeded ? chance.pick([0.5, 1, 2]) : chance.pick([0, 0.3, 1, 3, 8])),
			act,
		]);
		this.#sum = this.#table.reduce((sum, [weight]) => sum + weight, 0);
		world.meanwhile = () => this.#meanwhile();
	}

	/** Something happens, and what it changes is sent, soon or later. */
	async next(): Promise<void> {
		await this.#act();
		if (this.world.chance.isIn(this.#sends)) await this.world.sendAll();
	}

	async #act(): Promise<void> {
		const { world } = this;
		world.nowMs += world.chance.int(40);
		let left = world.chance.int(1_000_000) * (this.#sum / 1_000_000);
		for (const [weight, act] of this.#table) {
			left -= weight;
			if (left < 0) return await act();
		}
	}

	/** A message of the queue is delivered, maybe twice, maybe not at all. */
	async deliver(): Promise<void> {
		const { queue, chance, faults } = this.world;
		const id = queue.splice(chance.int(Math.max(1, queue.length)), 1)[0];
		const run = this.runs.find((each) => each.id === id);
		if (id === undefined || run === undefined || chance.isIn(faults.queueLoses)) return;
		if (chance.isIn(faults.queueRepeats)) queue.push(id);
		await this.executions.claim(run);
	}

	#isBusy = false;
	/** What happens while a message is under way: nothing that itself waits for such a one. */
	async #meanwhile(): Promise<void> {
		const { chance, faults } = this.world;
		if (this.#isBusy || !chance.isIn(faults.overtakes)) return;
		this.#isBusy = true;
		for (let left = chance.between(1, 3); left > 0; left -= 1) await (chance.isIn(0.3) ? this.#endAct() : this.#act());
		this.#isBusy = false;
	}

	#all(): readonly (readonly [weight: number, act: () => Promise<void> | void, isNeeded?: boolean])[] {
		const { world, executions, people } = this;
		const { chance } = world;
		const execution = (work: (each: Execution) => Promise<void> | void) => () => {
			const each = chance.maybe(executions.all);
			return each === undefined ? undefined : work(each);
		};
		return [
			[5, () => this.#admit(), true],
			[1, () => this.#admitAgain()],
			[3, () => this.deliveries.send()],
			[5, () => this.deliver(), true],
			[40, execution((each) => executions.advance(each, chance.isIn(0.1))), true],
			[2, execution((each) => executions.renew(each, false))],
			[1, execution((each) => executions.vanish(each))],
			[1, execution((each) => executions.finish(each, LOST))],
			[0.5, execution((each) => executions.release(each))],
			[1, () => this.#finishAgain()],
			[12, () => this.#endAct(), true],
			[1, () => this.#endActAgain()],
			[1, () => this.#killAct()],
			[4, () => this.#decide()],
			[3, () => this.#resolve()],
			[1, () => this.#cancel()],
			[0.4, () => people.disable()],
			[0.4, () => people.suspend(true)],
			[1.5, () => people.switchGrant(chance.pick(SWITCHED_GRANTS), false)],
			[2, () => people.allOn(), true],
			[0.5, () => people.changePolicy()],
			[0.5, () => people.changeLimits()],
			[0.5, () => world.tenant.setLimits(tenantLimits(chance), "Europe/Berlin")],
			[0.5, () => this.#askBack()],
			[2, () => this.#evict()],
			[0.5, () => this.#restart()],
			[6, () => this.#ringIfDue(), true],
			[0.5, () => world.ring()],
			[0.5, () => this.#loseAlarm()],
			[2, () => world.sendAll(), true],
			[5, () => this.#pass()],
			[1.5, () => this.#lapse()],
			[4, execution((each) => this.#takeUp(each)), true],
			[1, () => this.#sendAgain()],
		];
	}

	async #admit(): Promise<void> {
		const run = this.#newRun();
		if (run !== null) await this.executions.admit(run);
	}

	#newRun(): SimRun | null {
		const { chance, locator, nowMs } = this.world;
		if (this.runs.length >= this.#mostRuns) return null;
		const id = newRoutedId("run", locator, nowMs);
		const run: SimRun = {
			id,
			command: {
				...{ runId: id, program: { main: "main.js", modules: { "main.js": "export default 1;" }, sources: {} }, programDigest: "sha256:0" },
				...{
					input: "null",
					files: [],
					grants: null,
					limits: null,
					labels: [],
					metadata: {},
					executesUpToMs: chance.isIn(0.7) ? 25_000 : 0,
				},
				...{ inlineMs: chance.pick([0, 500, 3_000]), mode: "live", origin: null, plan: null },
				prices: chance.isIn(0.5) ? { version: 1, table: PRICES } : null,
			},
			program: makeProgram(chance),
			isAdmitted: false,
			wasRefused: false,
			heard: new Map(),
			told: [],
		};
		this.runs.push(run);
		return run;
	}

	async #admitAgain(): Promise<void> {
		const run = this.world.chance.maybe(this.runs);
		if (run !== undefined) await this.executions.admit(run);
	}

	async #finishAgain(): Promise<void> {
		const run = this.world.chance.maybe(this.runs);
		const command = run === undefined ? undefined : this.world.chance.maybe(run.told);
		if (run === undefined || command === undefined) return;
		this.world.reach("an end was told twice");
		await this.executions.tell(run, command);
	}

	#endAct(): void {
		const act = this.world.chance.maybe(this.acts.open);
		if (act !== undefined) this.acts.end(act, this.world.chance.pick(HOW));
	}

	#endActAgain(): void {
		const act = this.world.chance.maybe(this.acts.told);
		const command = act === undefined ? undefined : this.world.chance.maybe(act.ends);
		if (act !== undefined && command !== undefined) this.acts.tell(act, command);
	}

	#killAct(): void {
		const act = this.world.chance.maybe(this.acts.open);
		if (act !== undefined) this.acts.die(act);
	}

	#decide(): void {
		const { chance, rules } = this.world;
		const pending = this.people.pending();
		const id = pending.length > 0 && chance.isIn(0.85) ? chance.pick(pending) : chance.maybe([...rules.model.approvals.keys()]);
		if (id === undefined) return;
		this.people.decide(id, chance.isIn(0.75) ? "approve" : "deny", chance.isIn(0.2));
		// What was approved and not performed yet is where a switch is easily forgotten.
		if (chance.isIn(0.1)) this.people.switchGrant("send", false);
	}

	#resolve(): void {
		const id = this.world.chance.maybe(this.people.unknown());
		if (id !== undefined) this.people.resolve(id, this.world.chance.pick(["done", "failed", "repeat"]));
	}

	#cancel(): void {
		const run = this.world.chance.maybe(this.runs);
		if (run !== undefined) this.people.cancel(run.id);
	}

	#askBack(): void {
		const { world } = this;
		const isHeld = world.rules.model.holds.size > 0;
		if (world.tenant.askAllBack(world.state) > 0 && isHeld) world.reach("slices were asked back while something was held from them");
		world.look();
	}

	/** The object alone, while who performs calls for it may live on or not. */
	#evict(): void {
		this.world.evict();
		if (this.world.chance.isIn(0.3)) this.acts.open.length = 0;
	}

	#restart(): void {
		if (this.executions.all.length > 0) this.world.reach("the process was restarted under runs that were executed");
		this.executions.all.length = 0;
		this.acts.open.length = 0;
		this.world.restart();
	}

	async #ringIfDue(): Promise<void> {
		const { world } = this;
		if (world.alarmAtMs !== null && world.alarmAtMs <= world.nowMs) await world.ring();
	}

	#loseAlarm(): void {
		if (this.world.alarmAtMs !== null) this.world.reach("the alarm was lost");
		this.world.alarmAtMs = null;
	}

	/** Whoever executes something is away for longer than its lease, and comes back when others have taken it up. */
	async #lapse(): Promise<void> {
		const { world } = this;
		world.nowMs += LIMITS.leaseMs + 1_000;
		await this.#ringAndDeliver();
	}

	/** What executes a run dies under a call, and the next attempt comes as far, whatever became of who performs the call. Some die each time. */
	async #takeUp(execution: Execution): Promise<void> {
		const { chance } = this.world;
		let next: Execution | undefined = execution;
		for (let deaths = chance.isIn(0.15) ? 2 * LIMITS.crashesPerRun + 4 : 1; deaths > 0 && next !== undefined; deaths -= 1) {
			await this.executions.finish(next, LOST);
			if (chance.isIn(0.4)) this.#evict();
			await this.deliver();
			if (deaths > 1) await this.#rest();
			next = this.executions.all.find(({ run }) => run === execution.run);
		}
		for (let left = chance.int(8); left > 0 && next !== undefined && this.executions.all.includes(next); left -= 1)
			await this.executions.advance(next, false);
	}

	/** As long as a run may have to rest that has died. */
	async #rest(): Promise<void> {
		this.world.nowMs += 65_000;
		await this.#ringAndDeliver();
	}

	async #ringAndDeliver(): Promise<void> {
		await this.world.ring();
		for (let left = this.world.queue.length; left > 0; left -= 1) await this.deliver();
	}

	/** A message of the queue comes that was delivered long ago. */
	#sendAgain(): void {
		const run = this.world.chance.maybe(this.runs);
		if (run !== undefined) this.world.queue.push(run.id);
	}

	#pass(): void {
		const { world } = this;
		const ms = world.chance.pick(PASSES_MS);
		if (ms < 0) world.reach("the clock was put back");
		world.nowMs += ms;
		world.say(`${ms} ms pass`);
	}
}
