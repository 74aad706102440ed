import type { Attempt } from "../../../worker/agents/object/admit-run.ts";
import { admitRun } from "../../../worker/agents/object/admit-run.ts";
import { type BeginCallAnswer, beginCall } from "../../../worker/agents/object/begin-call.ts";
import { type FinishCommand, finishRun } from "../../../worker/agents/object/finish-run.ts";
import { callUp } from "../../../worker/agents/object/line-up.ts";
import { noteAwaited } from "../../../worker/agents/object/park-run.ts";
import { waitedCall } from "../../../worker/agents/object/recorded-call.ts";
import { claimRun, releaseRun, renewLease } from "../../../worker/agents/object/take-up.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { Acts } from "./acts.ts";
import { CANCELLED, type End, LOST, PARKED, RETURNED, THREW, TIMED_OUT } from "./ends.ts";
import type { Execution, SimRun } from "./execution.ts";
import type { ModelRun } from "./model.ts";
import { noteEnd, noteRefusal } from "./notes.ts";
import { groupsOf, type PlannedCall } from "./program.ts";
import type { World } from "./world.ts";

/** As the policy has it (world-policy.ts). */
const WALL_MS = 5_000;

/** Who executes runs: takes them, makes their programs' calls, keeps their leases, tells their ends, and dies. */
export class Executions {
	readonly all: Execution[] = [];
	readonly #world: World;
	readonly #acts: Acts;

	constructor(world: World, acts: Acts) {
		this.#world = world;
		this.#acts = acts;
	}

	async admit(run: SimRun): Promise<void> {
		const world = this.#world;
		const { model } = world.rules;
		if (model.forgotten.has(run.id)) {
			// Who asks again is answered by the archive then (runs/start-run.ts).
			if (world.archive.look("SELECT 1 FROM runs WHERE id = ?", run.id).length === 0)
				fail(`run ${run.id}: it is forgotten, and not in the archive`);
			return;
		}
		const wasThere = model.runs.has(run.id);
		const answer = await world.stepWithSlices(`admit ${run.id.slice(-20)}`, (state) => admitRun(state, run.command, world.nowMs));
		if (answer === null || this.#isLost()) return;
		if (wasThere) {
			if (answer.kind !== "exists") fail(`run ${run.id}: it was admitted, and now again: ${answer.kind}`);
			world.reach("an admission was sent again and found its run");
		}
		if (answer.kind === "refused") {
			run.wasRefused = true;
			noteRefusal(world, answer.code, JSON.stringify(answer.details));
			return;
		}
		if (run.wasRefused && !run.isAdmitted) world.reach("an admission was refused and taken later");
		run.isAdmitted = true;
		if (answer.kind === "execute") this.#execute(run, answer.attempt);
		if (answer.kind === "queue") world.queue.push(run.id);
	}

	/** A message of the queue comes to somebody. */
	async claim(run: SimRun): Promise<void> {
		const world = this.#world;
		const isExecuted = this.all.some((each) => each.run === run);
		let wasClaimed = false;
		const attempt = await world.stepWithSlices(`claim ${run.id.slice(-20)}`, (state) => {
			wasClaimed = state.runs.get(run.id)?.claimed === 1;
			return claimRun(state, run.id, world.nowMs);
		});
		if (attempt !== null && wasClaimed) fail(`run ${run.id}: it is executed, and was given to somebody else`);
		if (attempt === null && isExecuted) world.reach("two executors claimed one run, and one got it");
		if (attempt === null || this.#isLost()) return;
		this.#execute(run, attempt);
	}

	/** What an execution does next. @param isLate whether one that is past its wall time is ended for that */
	async advance(execution: Execution, isLate: boolean): Promise<void> {
		const { chance } = this.#world;
		if (!execution.isStarted && chance.isIn(0.6)) return this.renew(execution, true);
		if (execution.mustPark) return this.finish(execution, PARKED);
		if (execution.isCut) return this.finish(execution, LOST);
		// The clock may have been put back: wall time is measured without it.
		if (isLate && Math.abs(this.#world.nowMs - execution.sinceMs) > WALL_MS) return this.finish(execution, TIMED_OUT);
		const call = execution.unsent.shift();
		if (call !== undefined) return this.#call(execution, call);
		const waiting = [...execution.open.values()].filter(({ waits }) => waits);
		if (waiting.length > 0) return this.#look(execution, chance.pick(waiting));
		if (execution.open.size > 0) return;
		execution.group += 1;
		execution.unsent = [...(groupsOf(execution.run.program, execution.attempt)[execution.group] ?? [])];
		if (execution.unsent.length > 0) return;
		await this.finish(execution, execution.run.program.throws ? THREW : RETURNED);
	}

	/** Says that it goes on; where it is told to stop, it does. @param starts whether it says that the program has started */
	async renew(execution: Execution, starts: boolean): Promise<void> {
		const world = this.#world;
		if (starts) execution.isStarted = true;
		const startedAtMs = execution.isStarted ? world.nowMs : null;
		const goesOn = world.step(`renew ${this.#name(execution)}`, (state) =>
			renewLease(state, execution.run.id, execution.attempt, startedAtMs, world.nowMs),
		);
		if (goesOn !== false) return;
		world.reach("an attempt was told to stop and stopped");
		await this.finish(execution, CANCELLED);
	}

	/** No executor takes it. */
	release(execution: Execution): void {
		const world = this.#world;
		if (execution.made > 0) return;
		this.#drop(execution);
		world.step(`release ${this.#name(execution)}`, (state) => releaseRun(state, execution.run.id, execution.attempt, world.nowMs));
	}

	/** Dies without a word. */
	vanish(execution: Execution): void {
		this.#world.say(`vanish ${this.#name(execution)}`);
		this.#drop(execution);
	}

	async finish(execution: Execution, end: End): Promise<void> {
		const world = this.#world;
		this.#drop(execution);
		const { run, attempt } = execution;
		const timerAtMs = end.ending === "parked" && world.chance.isIn(0.3) ? world.nowMs + world.chance.int(60_000) : null;
		const measured = { cpuMs: world.chance.int(1_200), wallMs: world.chance.int(6_000), startedAtMs: world.nowMs };
		const command: FinishCommand = { ...end, runId: run.id, attempt, places: execution.made, timerAtMs, ...measured };
		run.told.push(command);
		await this.tell(run, command);
	}

	/** An end is told, for the first time or once more. */
	async tell(run: SimRun, command: FinishCommand): Promise<void> {
		const world = this.#world;
		const before = world.rules.model.runs.get(run.id);
		const done = world.step(`finish ${run.id.slice(-20)}/${command.attempt} ${command.ending}`, (state) => ({
			answer: finishRun(state, command, world.nowMs),
			next: callUp(state, world.nowMs),
		}));
		if (done === null) {
			if (!this.#isLost()) await this.#again(run, command);
			return;
		}
		world.queue.push(...done.next);
		const { answer } = done;
		if (answer === null) return;
		this.#expectHeeded(before, command);
		noteEnd(world, run.id, command, before?.status);
		if (answer.again && !this.#isLost()) await this.claim(run);
	}

	/** A call's end as its program hears it. */
	hear(runId: string, attempt: number, callId: string, text: string | null, atMs: number | null): void {
		const execution = this.all.find((each) => each.run.id === runId && each.attempt === attempt);
		const found = [...(execution?.open.values() ?? [])].find((each) => each.callId === callId);
		if (execution === undefined || found === undefined) return;
		execution.open.delete(found.call.place);
		if (text === null) execution.isCut = true;
		else this.#heard(execution, found.call, text, atMs);
	}

	/** What an attempt tells that is not the run's any more changes nothing of it. */
	#expectHeeded(before: ModelRun | undefined, { runId, attempt }: FinishCommand): void {
		const after = this.#world.rules.model.runs.get(runId);
		if (before === undefined || after === undefined) return;
		const isOwn = before.attempt === attempt && before.claimed === 1 && before.settled === 0;
		if (!isOwn && before.revision !== after.revision)
			fail(`run ${runId}: it heeds the end of attempt ${attempt}, and is at ${before.attempt}`);
	}

	/** An end whose step died is told again, if its run is there. */
	async #again(run: SimRun, command: FinishCommand): Promise<void> {
		const { runs, forgotten } = this.#world.rules.model;
		if (runs.has(run.id) && !forgotten.has(run.id)) await this.tell(run, command);
	}

	async #call(execution: Execution, call: PlannedCall): Promise<void> {
		const world = this.#world;
		const { run, attempt } = execution;
		const isEarly = !execution.early.delete(call.place);
		execution.made = Math.max(execution.made, call.place);
		const command = {
			runId: run.id,
			attempt,
			grant: call.grant,
			method: call.method,
			args: call.args,
			at: `${call.place} 0 `,
			locator: world.locator,
			isEarly,
		};
		const name = `call ${this.#name(execution)} ${call.place} ${call.grant}.${call.method}`;
		const answer = await world.stepWithSlices(name, (state) => beginCall(state, command, { resources: NO_RESOURCES, nowMs: world.nowMs }));
		if (answer !== null) this.#expectOwn(execution, answer);
		// Who hears nothing stops: a program sees nothing that the journal does not have.
		if (answer === null || this.#isLost()) execution.isCut = true;
		else this.#take(execution, call, answer);
	}

	async #look(execution: Execution, { call, callId }: { call: PlannedCall; callId: string }): Promise<void> {
		const world = this.#world;
		const asked = { runId: execution.run.id, attempt: execution.attempt, callId };
		const name = `look ${this.#name(execution)} ${call.place}`;
		const answer = await world.stepWithSlices(name, (state) => waitedCall(state, asked, { resources: NO_RESOURCES, nowMs: world.nowMs }));
		if (answer === null) return;
		this.#expectOwn(execution, answer);
		noteAwaited(world.state, execution.run.id, callId, answer.kind === "wait");
		if (this.#isLost()) execution.isCut = true;
		else this.#take(execution, call, answer);
	}

	/** An attempt that is not the run's any more is told so, and nothing else. */
	#expectOwn({ run: { id }, attempt }: Execution, answer: BeginCallAnswer): void {
		const run = this.#world.rules.model.runs.get(id);
		if (run?.attempt === attempt || (answer.kind === "answer" && answer.text.includes('"code":"run_ended"'))) return;
		fail(`run ${id}: attempt ${attempt} was answered with ${answer.kind}, and the run is at ${run?.attempt}`);
	}

	#take(execution: Execution, call: PlannedCall, answer: BeginCallAnswer): void {
		const world = this.#world;
		switch (answer.kind) {
			case "early":
				execution.early.add(call.place);
				execution.unsent.push(call);
				return;
			case "wait":
				execution.open.set(call.place, { call, callId: answer.callId, waits: true });
				noteAwaited(world.state, execution.run.id, answer.callId, true);
				return;
			case "act":
				execution.open.set(call.place, { call, callId: answer.callId, waits: false });
				this.#acts.give(execution, call, answer);
				return;
			case "parked":
				execution.mustPark = true;
				return;
			case "answer":
				execution.open.delete(call.place);
				if (answer.text.includes('"code":"run_ended"')) execution.isCut = true;
				else this.#heard(execution, call, answer.text, answer.atMs);
				return;
			case "stored":
				execution.open.delete(call.place);
				this.#heard(execution, call, `stored ${answer.key}`, answer.atMs);
				return;
			case "keep":
			case "never":
				fail(`call ${call.place} of ${execution.run.id}: it was answered with ${answer.kind}`);
		}
	}

	#heard({ run, attempt }: Execution, { place }: PlannedCall, text: string, atMs: number | null): void {
		// What is recorded nowhere takes no time, and may be another thing the next time.
		if (atMs === null) return;
		const heard = `${atMs} ${text}`;
		const before = run.heard.get(place);
		const isAstray = run.program.straysFrom !== null && attempt >= run.program.straysFrom;
		if (before !== undefined) this.#world.reach("a call was answered from the journal");
		if (before !== undefined && before !== heard && !isAstray)
			fail(`run ${run.id}: call ${place} was answered with ${before}, now with ${heard}`);
		run.heard.set(place, heard);
	}

	#execute(run: SimRun, { attempt }: Attempt): void {
		const groups = groupsOf(run.program, attempt);
		const others = this.all.filter((each) => each.run === run && each.attempt === attempt);
		if (others.length > 0) fail(`run ${run.id}: attempt ${attempt} is executed by two`);
		this.all.push({
			...{ run, attempt, group: 0, unsent: [...(groups[0] ?? [])], open: new Map(), early: new Set() },
			...{ made: 0, sinceMs: this.#world.nowMs, isStarted: false, mustPark: false, isCut: false },
		});
	}

	#isLost(): boolean {
		return this.#world.chance.isIn(this.#world.faults.answersLost);
	}

	#drop(execution: Execution): void {
		const at = this.all.indexOf(execution);
		if (at >= 0) this.all.splice(at, 1);
	}

	#name({ run, attempt }: Execution): string {
		return `${run.id.slice(-20)}/${attempt}`;
	}
}
