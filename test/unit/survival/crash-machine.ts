import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { newRoutedId } from "../../../contract/ids.ts";
import type { Run } from "../../../contract/runs.ts";
import { AgentObject } from "../../../worker/agents/agent-object.ts";
import type { AgentPort, Env } from "../../../worker/env.ts";
import type { Executor, Job } from "../../../worker/executor/protocol.ts";
import { readToken } from "../../../worker/gate/attempt-token.ts";
import { performCall } from "../../../worker/gate/perform-call.ts";
import { executeAttempt } from "../../../worker/runs/execute-attempt.ts";
import { type AgentUnderTest, makeAgent, stubOf } from "../agents/agent-under-test.ts";
import { executeProgram, type TestProgram } from "./mini-harness.ts";

/** One request as the far side saw it. */
export interface Effect {
	readonly step: string;
	readonly method: string;
	readonly key: string;
}

/** What is to die, and before which step: every message between gate, executor, object and far side is one, on its way there and on its way back. */
export interface Death {
	/** `executor`: the isolate's process. `machine`: all of it. `object`: the agent's object is put out of memory, and what was asked of it fails. */
	readonly who: "executor" | "machine" | "object";
	readonly atStep: number;
}

/** What a test does at a step besides: while it does, whoever took the step waits. */
export interface Deed {
	readonly atStep: number;
	does(machine: CrashMachine): Promise<void>;
}

/** One process and all that lives in it. What asks a dead one hears nothing any more. */
interface Life {
	isAlive: boolean;
	readonly ended: PromiseWithResolvers<void>;
}
const newLife = (): Life => ({ isAlive: true, ended: Promise.withResolvers() });
const never = <Answer>(): Promise<Answer> => new Promise(() => {});

/** The agent's object as it is, but that it does nothing once its life is over. */
class MortalObject extends AgentObject {
	readonly life: Life;

	constructor(context: DurableObjectState, env: Env, life: Life) {
		super(context, env);
		this.life = life;
		const { state } = this;
		const step = state.step.bind(state);
		const mortal = <Answer>(work: () => Answer): Answer => {
			if (!life.isAlive) throw new Error("the object is gone");
			return step(work);
		};
		Object.defineProperty(state, "step", { value: mortal });
	}

	/** What goes to D1 and to the store is another test's. */
	protected override async sendAll(): Promise<void> {}

	/** Sends it all the same. */
	async archive(): Promise<void> {
		await super.sendAll();
	}
}

/** A machine on which one agent's runs are executed, with everything of ours real but for the isolate, and with deaths at the steps that a test names. */
export class CrashMachine {
	readonly agent: AgentUnderTest;
	readonly effects: Effect[] = [];
	/** Calls that a person let be performed once more. */
	repeats = 0;
	/** Runs that the object's alarm sent to the queue. */
	readonly queue: string[] = [];
	readonly #context: DurableObjectState;
	readonly #program: TestProgram;
	readonly #deaths: readonly (Death | Deed)[];
	#steps = 0;
	#machine = newLife();
	#objectLife = newLife();
	#executor = newLife();
	#object: MortalObject;
	readonly died: string[] = [];
	/** Ids of its runs, oldest first. */
	readonly admitted: string[] = [];
	/** Decisions after which their run was to be executed at once. */
	woken = 0;
	#database = bindings.DB;

	constructor(agent: AgentUnderTest, context: DurableObjectState, program: TestProgram, deaths: readonly (Death | Deed)[]) {
		this.agent = agent;
		this.#context = context;
		this.#program = program;
		this.#deaths = [...deaths];
		this.#object = this.#newObject();
	}

	/** Steps so far. */
	get steps(): number {
		return this.#steps;
	}

	/** The object as somebody asks it who does not die. */
	get object(): AgentPort {
		return this.#object;
	}

	sql(statement: string): void {
		this.#context.storage.sql.exec(statement);
	}

	/** Admits a run, without executing it. */
	async admit(): Promise<string> {
		const runId = newRoutedId("run", this.agent.locator);
		const answer = await this.#object.admit(this.agent.entry, this.agent.command({ runId, executesUpToMs: 0 }));
		if (answer.kind !== "queue") throw new Error(`the run was to be admitted: ${JSON.stringify(answer)}`);
		this.admitted.push(runId);
		return runId;
	}

	/** Another D1, for an object that comes up from now on. */
	set database(database: D1Database) {
		this.#database = database;
		this.#objectLife.isAlive = false;
		this.#object = this.#newObject();
	}

	/** Executes a run if it waits. Resolves when its attempts have ended, or when what executed them is dead. @returns whether it waited */
	async execute(runId: string): Promise<boolean> {
		const machine = this.#machine;
		const attempt = await this.#object.claim(this.agent.entry, runId);
		if (attempt === null) return false;
		const work = executeAttempt(this.#env(machine), this.agent.entry, this.#executorOf(machine), attempt).catch(() => null);
		await Promise.race([work, machine.ended.promise]);
		return true;
	}

	/** The time of every lease is over, and the alarm rings. */
	async takeUp(): Promise<void> {
		this.sql("UPDATE runs SET lease_expires_at_ms = 1 WHERE lease_expires_at_ms IS NOT NULL");
		this.#objectLife.isAlive = false;
		this.#object = this.#newObject();
		await this.#object.alarm();
	}

	/** The alarm rings. */
	async ring(): Promise<void> {
		await this.#object.alarm();
	}

	/** Sends everything to D1 and to the store. */
	async archive(): Promise<void> {
		await this.#object.archive();
	}

	async run(runId: string): Promise<Run> {
		const run = await this.#object.run(runId);
		if (run === null) throw new Error("the run is there");
		return run;
	}

	/** One step of the machine's life; whoever dies at it takes no further one. @returns false: who asked is to hear of a failure */
	async #step(machine: Life): Promise<boolean> {
		if (!machine.isAlive) return never();
		this.#steps += 1;
		const death = this.#deaths.find(({ atStep }) => atStep === this.#steps);
		if (death === undefined) return true;
		if ("does" in death) {
			await death.does(this);
			return machine.isAlive ? true : never();
		}
		this.died.push(death.who);
		switch (death.who) {
			case "executor":
				this.#executor.isAlive = false;
				this.#executor.ended.resolve();
				return true;
			case "object":
				this.#objectLife.isAlive = false;
				this.#object = this.#newObject();
				return false;
			case "machine":
				machine.isAlive = false;
				machine.ended.resolve();
				this.#objectLife.isAlive = false;
				this.#machine = newLife();
				this.#object = this.#newObject();
				return never();
		}
	}

	#newObject(): MortalObject {
		this.#objectLife = newLife();
		const env = { ...bindings, DB: this.#database, RUNS: this.#queueOf() };
		return new MortalObject(this.#context, env, this.#objectLife);
	}

	#queueOf(): Env["RUNS"] {
		const { queue } = this;
		return new Proxy(bindings.RUNS, {
			get: (target, name) =>
				name === "send" ? async (message: { runId: string }) => void queue.push(message.runId) : Reflect.get(target, name),
		});
	}

	#env(machine: Life): Env {
		const port = this.#port(machine);
		return {
			...bindings,
			AGENTS: { idFromName: (name) => bindings.AGENTS.idFromName(name), get: () => port },
			GATE_KEY: btoa("0123456789abcdef0123456789abcdef"),
			EGRESS: {
				fetch: async (input: RequestInfo | URL) => this.#answer(machine, new Request(input)),
				connect: () => {
					throw new Error("nobody connects");
				},
			},
		};
	}

	async #answer(machine: Life, request: Request): Promise<Response> {
		await this.#step(machine);
		const step = new URL(request.url).pathname.slice(1);
		this.effects.push({ step, method: request.method, key: request.headers.get("idempotency-key") ?? "" });
		await this.#step(machine);
		const body = step === "large" ? "x".repeat(300_000) : `${step} happened`;
		return new Response(body, { headers: { "content-type": "text/plain" } });
	}

	/** The object as who lives on the machine asks it: each question is two steps. */
	#port(machine: Life): AgentPort {
		const ask = async (name: string | symbol, args: unknown[]): Promise<unknown> => {
			if (!(await this.#step(machine))) throw new Error("the object was put out of memory");
			const object = this.#object;
			const method: unknown = Reflect.get(object, name);
			if (typeof method !== "function") throw new Error(`the object has no ${String(name)}`);
			// Waits for something that may never come are given up with their object.
			const answer: unknown = await Promise.race([Reflect.apply(method, object, args), object.life.ended.promise]);
			if (!object.life.isAlive || !(await this.#step(machine))) throw new Error("the object was put out of memory");
			return answer;
		};
		// Looks of a call for the end of its run come at times of their own, and change nothing.
		const quietly = new Set<string | symbol>(["untilStopped", "renew", "appendLogs"]);
		return new Proxy<AgentPort>(this.#object, {
			get: (_target, name) =>
				quietly.has(name)
					? (...args: unknown[]) => (machine.isAlive ? Reflect.apply(Reflect.get(this.#object, name), this.#object, args) : never())
					: (...args: unknown[]) => ask(name, args),
		});
	}

	#executorOf(machine: Life): Executor {
		const env = this.#env(machine);
		const run: Executor["run"] = async (job, onStart) => {
			const startedAtMs = Date.now();
			const measured = { cpuMs: 1, wallMs: 1, startedAtMs };
			const executor = newLife();
			this.#executor = executor;
			onStart(startedAtMs);
			const answered = executeProgram(job, this.#program, (call) => this.#send(env, job, executor, call));
			const answer = await Promise.race([answered, executor.ended.promise.then(() => null)]);
			return answer === null || !executor.isAlive
				? { kind: "lost", ...measured, logs: [], logsDropped: 0 }
				: { kind: "answered", answer, ...measured };
		};
		const none = () => {
			throw new Error("nobody asks for it");
		};
		return { run, cancel: async () => {}, keep: async () => {}, compile: none, importDataset: none, status: none };
	}

	async #send(env: Env, { token }: Job, executor: Life, call: Parameters<typeof performCall>[2]): Promise<string | null> {
		const authority = readToken(env, token);
		if (authority === null) throw new Error("the token is good");
		const reply = await performCall(env, authority, call);
		if (!executor.isAlive) return never();
		if (reply.kind !== "answer") throw new Error(`no ${reply.kind} is awaited`);
		return reply.text;
	}
}

/** Lets a test use a machine on an agent of its own. */
export const withMachine = async <Answer>(
	policy: Parameters<typeof makeAgent>[0],
	program: TestProgram,
	deaths: readonly (Death | Deed)[],
	work: (machine: CrashMachine) => Promise<Answer>,
): Promise<Answer> => {
	const agent = await makeAgent(policy);
	return runInDurableObject(stubOf(agent), async (_instance, context) => {
		// The agent's own instance must not wake up beside ours: tests ring the alarm by themselves.
		Object.defineProperty(context.storage, "setAlarm", { value: async () => {} });
		return await work(new CrashMachine(agent, context, program, deaths));
	});
};
