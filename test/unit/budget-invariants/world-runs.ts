import { childRunId, locatorOf, newRoutedId } from "../../../contract/ids.ts";
import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";
import type { BeginCallCommand } from "../../../worker/agents/object/begin-call.ts";
import type { EndCallCommand } from "../../../worker/agents/object/end-call.ts";
import type { FinishCommand } from "../../../worker/agents/object/finish-run.ts";
import { admitCommand } from "../agents/admit-command.ts";
import { callOf, doneEnd, failedEnd, FETCH_ARGS, goodEnd } from "../agents/agent-under-test.ts";
import { POST_ARGS } from "../agents/run-under-test.ts";
import type { BudgetWorld } from "./budget-world.ts";
import type { Place } from "./place.ts";
import { PRICES } from "./world-policy.ts";

/** What a program calls. */
export const CALLS = ["put", "get", "free GET", "free POST", "web GET", "web POST", "pay POST", "self", "self bare", "other"] as const;
export type Called = (typeof CALLS)[number];

/** A run, whoever executes it, and what its program has asked for. `attempt` 0: nobody executes it. */
interface TestRun {
	readonly place: Place;
	readonly command: AdmitCommand;
	attempt: number;
	readonly asked: BeginCallCommand[];
	/** Ends that were told of attempts. */
	readonly told: FinishCommand[];
	readonly waits: Set<string>;
}

/** A call that somebody performs, and the ends that were told of it. */
interface TestAct {
	readonly run: TestRun;
	readonly callId: string;
	readonly command: BeginCallCommand;
	readonly ends: EndCallCommand[];
}

/** Who works with the agents of a world: starts runs, executes them, performs their calls, and tells everything as often as it likes. */
export class WorldRuns {
	readonly #world: BudgetWorld;
	readonly runs: TestRun[] = [];
	readonly acts: TestAct[] = [];

	constructor(world: BudgetWorld) {
		this.#world = world;
	}

	async admit(which: number, isQueued: boolean, prices: number): Promise<void> {
		const place = this.#world.placeOf(which);
		const command = commandOf(newRoutedId("run", locatorOf(place.agentId)), isQueued, PRICES[prices % PRICES.length] ?? null);
		const run: TestRun = { place, command, attempt: 0, asked: [], told: [], waits: new Set() };
		this.runs.push(run);
		await this.#admit(run);
	}

	/** The same admission once more: its answer may never have come. */
	async admitAgain(which: number): Promise<void> {
		const run = this.#run(which);
		if (run !== undefined) await this.#admit(run);
	}

	async claim(which: number): Promise<void> {
		const run = this.#run(which);
		if (run === undefined) return;
		const attempt = await this.#world.ask(run.place, (object) => object.claim(run.place.identity, run.command.runId));
		if (attempt !== null) this.#execute(run, attempt.attempt);
	}

	async call(which: number, called: Called): Promise<void> {
		const run = this.#executed(which);
		if (run === undefined) return;
		const place = run.asked.length + 1;
		const command = {
			...callOf(
				{ locator: locatorOf(run.place.agentId) },
				{ runId: run.command.runId, attempt: run.attempt, place, ...madeOf(called, place) },
			),
		};
		run.asked.push(command);
		await this.#begin(run, command);
	}

	/** A call that was made before is made again, by the same attempt or the next. */
	async callAgain(which: number, nth: number): Promise<void> {
		const run = this.#executed(which);
		const command = run?.asked[nth % Math.max(1, run.asked.length)];
		if (run !== undefined && command !== undefined) await this.#begin(run, { ...command, attempt: run.attempt });
	}

	/** Whoever waits for a call looks: the run may be parked. */
	async look(which: number, nth: number): Promise<void> {
		const run = this.#executed(which);
		const callId = [...(run?.waits ?? [])][nth % Math.max(1, run?.waits.size ?? 0)];
		if (run === undefined || callId === undefined) return;
		const answer = await this.#world.ask(run.place, (object) => object.look(run.command.runId, run.attempt, callId));
		if (answer === null) return;
		if (answer.kind !== "wait") run.waits.delete(callId);
		if (answer.kind === "parked") await this.#finish(run, { ...LOST, ending: "parked" });
		if (answer.kind === "act") this.#perform(run, answer.callId);
	}

	/** A call ends, for the first time or once more. */
	async end(which: number, how: "done" | "failed" | "unknown", egressBytes: number, again: boolean): Promise<void> {
		const act = this.acts[which % Math.max(1, this.acts.length)];
		if (act === undefined) return;
		const command = again ? act.ends[0] : endOf(act.callId, how, egressBytes);
		if (command === undefined) return;
		act.ends.push(command);
		const ended = await this.#world.ask(act.run.place, (object) => object.endCall(command));
		if (ended !== null) act.run.waits.delete(act.callId);
	}

	/** Whoever performs a call that starts a run goes through it, as far as nothing is lost; then again. */
	async start(which: number): Promise<void> {
		const starting = this.acts.filter(({ command }) => isStarting(command));
		const act = starting[which % Math.max(1, starting.length)];
		if (act !== undefined) await this.#start(act);
	}

	async finish(which: number, how: "ended" | "lost", cpuMs: number, again: boolean): Promise<void> {
		const run = again ? this.#run(which) : this.#executed(which);
		const before = run?.told.at(-1);
		if (run === undefined) return;
		if (again && before !== undefined) await this.#world.ask(run.place, (object) => object.finish(before));
		if (!again) await this.#finish(run, how === "ended" ? { cpuMs, places: run.asked.length } : { ...LOST, cpuMs });
	}

	async cancel(which: number): Promise<void> {
		const run = this.#run(which);
		if (run !== undefined) await this.#world.ask(run.place, (object) => object.cancel(run.command.runId, "stop"));
	}

	/** Who executes something says so; where it is told to stop, it does. */
	async renew(which: number): Promise<void> {
		const run = this.#executed(which);
		if (run === undefined) return;
		const goesOn = await this.#world.ask(run.place, (object) => object.renew(run.command.runId, run.attempt, this.#world.nowMs));
		if (goesOn === false) run.attempt = 0;
	}

	/** What executes a run dies without a word. */
	vanish(which: number): void {
		const run = this.#executed(which);
		if (run !== undefined) run.attempt = 0;
	}

	/** A person says of each call of which nobody can say it that it failed. */
	async resolveAll(place: Place): Promise<void> {
		for (const { id } of this.#world.seen(place).calls.filter(({ status }) => status === "unknown"))
			await this.#world.ask(place, (object) =>
				object.resolveCall(place.identity, { callId: id, resolution: { outcome: "failed", message: "no" }, by: "key_1" }),
			);
	}

	/** Everybody does what there is to do; what is still live then is cancelled. */
	async drain(): Promise<void> {
		this.#world.post.fates.length = 0;
		for (let round = 0; round < 3; round += 1) {
			for (const act of [...this.acts]) {
				if (isStarting(act.command)) await this.#start(act);
				else await this.#world.ask(act.run.place, (object) => object.endCall(doneEnd(act.callId, { egressBytes: 9 })));
			}
			for (const place of this.#world.places) await this.resolveAll(place);
			for (const [which, run] of this.runs.entries()) {
				await this.claim(which);
				if (run.attempt > 0 && run.waits.size === 0) await this.#finish(run, { places: run.asked.length });
			}
			this.#world.nowMs += 90_000;
			await this.#world.ringAll();
			this.#world.expectSound();
		}
		for (const place of this.#world.places)
			for (const { id } of this.#world.seen(place).runs) await this.#world.ask(place, (object) => object.cancel(id, "stop"));
		for (const run of this.runs) if (run.attempt > 0) await this.#finish(run, LOST);
		await this.#world.quiet();
	}

	async #admit(run: TestRun): Promise<void> {
		const { place, command } = run;
		const admitted = await this.#world.ask(place, (object) => object.admit(place.identity, command));
		if (admitted?.kind === "execute") this.#execute(run, admitted.attempt.attempt);
	}

	async #begin(run: TestRun, command: BeginCallCommand): Promise<void> {
		const begun = await this.#world.ask(run.place, (object) => object.beginCall(command));
		if (begun?.kind === "act") this.#perform(run, begun.callId, command);
		if (begun?.kind === "wait") run.waits.add(begun.callId);
	}

	#perform(run: TestRun, callId: string, command: BeginCallCommand | undefined = undefined): void {
		if (this.acts.some((act) => act.callId === callId)) return;
		if (command !== undefined) this.acts.push({ run, callId, command, ends: [] });
	}

	async #start({ run, callId, command }: TestAct): Promise<void> {
		const { place } = run;
		const target = command.grant === "self" ? place : this.#world.otherThan(place);
		const opening = { callId, agent: command.grant === "self" ? "self" : target.agentId, atOnce: null, childAgentId: target.agentId };
		const runId = childRunId(callId, target.agentId);
		const opened = await this.#world.ask(place, (object) => object.openChild({ ...opening, childRunId: runId }));
		if (opened?.kind !== "open") {
			if (opened?.kind === "refused") await this.#refuse(run, callId);
			return;
		}
		const { parent, lender, labels } = opened;
		const isBare = command.args.includes("bare");
		const grants = isBare || command.grant === "other" ? ["memory", "free"] : null;
		const child = this.runs.find((known) => known.command.runId === runId);
		const made: TestRun = child ?? {
			...{ place: target, attempt: 0, asked: [], told: [], waits: new Set<string>() },
			command: { ...commandOf(runId, true, PRICES[1] ?? null), grants, labels: [...labels], parent, lender },
		};
		if (child === undefined) this.runs.push(made);
		const admitted = await this.#world.ask(target, (object) => object.admit(target.identity, made.command));
		if (admitted === null) return;
		if (admitted.kind !== "refused") await this.#world.ask(place, (object) => object.awaitChild(callId));
		else await this.#refuse(run, callId);
	}

	async #refuse({ place }: TestRun, callId: string): Promise<void> {
		await this.#world.ask(place, (object) => object.dropChild(callId));
		await this.#world.ask(place, (object) => object.endCall(failedEnd(callId)));
	}

	async #finish(run: TestRun, end: Partial<FinishCommand>): Promise<void> {
		const command = { ...goodEnd(run.command.runId, run.attempt), startedAtMs: this.#world.nowMs, ...end };
		run.told.push(command);
		const finished = await this.#world.ask(run.place, (object) => object.finish(command));
		if (finished === null) return;
		run.attempt = 0;
		run.waits.clear();
	}

	#execute(run: TestRun, attempt: number): void {
		run.attempt = attempt;
		run.waits.clear();
	}

	#run(which: number): TestRun | undefined {
		return this.runs[which % Math.max(1, this.runs.length)];
	}

	#executed(which: number): TestRun | undefined {
		const executed = this.runs.filter(({ attempt }) => attempt > 0);
		return executed[which % Math.max(1, executed.length)];
	}
}

const LOST = { ending: "lost", status: "failed", result: null, choices: null } as const;

const isStarting = ({ grant }: BeginCallCommand): boolean => grant === "self" || grant === "other";

const commandOf = (runId: string, isQueued: boolean, prices: (typeof PRICES)[number]): AdmitCommand =>
	admitCommand(runId, { executesUpToMs: isQueued ? 0 : 25_000, prices });

const madeOf = (called: Called, place: number): { grant: string; method: string; args: unknown[] } => {
	switch (called) {
		case "put":
			return { grant: "memory", method: "put", args: [`k${place}`, place] };
		case "get":
			return { grant: "memory", method: "get", args: ["k1"] };
		case "self":
			return { grant: "self", method: "run", args: [{ input: place }] };
		case "self bare":
			return { grant: "self", method: "run", args: [{ input: "bare", budget: { runs: 1, calls: 2, usdMicros: 300 } }] };
		case "other":
			return { grant: "other", method: "run", args: [{ input: place }] };
		default: {
			const [grant = "", method] = called.split(" ");
			return { grant, method: "fetch", args: method === "GET" ? FETCH_ARGS : POST_ARGS };
		}
	}
};

const endOf = (callId: string, how: "done" | "failed" | "unknown", egressBytes: number): EndCallCommand => {
	switch (how) {
		case "done":
			return doneEnd(callId, { egressBytes });
		case "failed":
			return failedEnd(callId, { egressBytes });
		case "unknown":
			return { callId, outcome: { kind: "unknown", message: "it broke", cost: { egressBytes } }, answer: null };
	}
};
