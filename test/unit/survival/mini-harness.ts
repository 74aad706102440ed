import { encodeValue, decodeValue } from "../../../contract/tagged-json.ts";
import { GateAnswer, type GateCall, type Job } from "../../../worker/executor/protocol.ts";

/** What a program of these tests may do: call, and sleep. */
export interface World {
	call(grant: string, method: string, ...args: unknown[]): Promise<unknown>;
	sleep(ms: number): Promise<void>;
	log(text: string): void;
}
export type TestProgram = (world: World) => Promise<unknown>;

/** A call's way out of the isolate: text of a GateAnswer, or null when none came. */
export type Send = (call: GateCall) => Promise<string | null>;

const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const encoded = (value: unknown): string => {
	const encoding = encodeValue(value);
	if (encoding.kind === "refused") throw new Error(encoding.message);
	return encoding.text;
};

/** The harness's rules of events (docs/design/replay.md) in a hundred lines: one at a time, in recorded order as long as there is one. */
class Events {
	readonly choices: string[] = [];
	readonly #recorded: readonly string[];
	readonly #open = new Map<string, (text: string) => void>();
	readonly #arrived = new Map<string, string>();
	readonly #timers: { dueMs: number; isDue: boolean; fire: () => void }[] = [];
	#hasRung = false;
	#wakeUp: () => void = () => {};
	#place = 0;
	/** Why nothing more is told to the program; null: it goes on. */
	ending: "parked" | "cut" | null = null;

	constructor(timeline: string) {
		this.#recorded =
			timeline === ""
				? []
				: timeline.split(",").flatMap((item) => {
						const [name = "", times = "1"] = item.split("*");
						return Array<string>(Number(times)).fill(name);
					});
	}

	ask(send: Send, grant: string, method: string, args: unknown[]): Promise<unknown> {
		this.#place += 1;
		const place = String(this.#place);
		const at = `${place} 0 ${this.choices.join(",")}`;
		const told = new Promise<string>((resolve) => this.#open.set(place, resolve));
		void send({ grant, method, args: encoded(args), at }).then((text) => {
			const answer = text === null ? null : GateAnswer.parse(JSON.parse(text));
			if (answer === null || (answer.kind === "error" && answer.code === "run_ended")) this.ending ??= "cut";
			else if (answer.kind === "parked") this.ending ??= "parked";
			else if (answer.kind !== "never") this.#arrived.set(place, text ?? "");
			this.wake();
		});
		return told.then(readAnswer);
	}

	sleep(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = { dueMs: Date.now() + ms, isDue: false, fire: resolve };
			this.#timers.push(timer);
			setTimeout(() => {
				timer.isDue = true;
				this.wake();
			}, ms);
			this.wake();
		});
	}

	/** Delivers events until the program is done, or nothing more is told to it. */
	async deliver(isDone: () => boolean): Promise<void> {
		for (;;) {
			await quiet();
			if (isDone() || this.ending !== null) return;
			const wanted = this.#candidates() >= 2 ? this.#recorded[this.choices.length] : undefined;
			const next = this.#next(wanted);
			if (next === null) await this.#rung();
			else this.#tell(next);
		}
	}

	/** How many calls the program has made. */
	get places(): number {
		return this.#place;
	}

	/** What is said of a program to which nothing more is told. */
	ended(): unknown {
		const dueMs = this.#timers.map((timer) => timer.dueMs);
		return this.ending === "parked" ? { kind: "parked", timerAtMs: dueMs.length === 0 ? null : Math.min(...dueMs) } : { kind: this.ending };
	}

	wake(): void {
		this.#hasRung = true;
		this.#wakeUp();
	}

	#candidates(): number {
		return this.#open.size + (this.#timers.length > 0 ? 1 : 0);
	}

	#next(wanted: string | undefined): string | null {
		if (wanted !== undefined) return wanted === "t" || this.#arrived.has(wanted) ? wanted : null;
		const [arrived] = this.#arrived.keys();
		if (arrived !== undefined) return arrived;
		const isDue = this.#timers.some((timer) => timer.isDue);
		return isDue ? "t" : null;
	}

	#tell(name: string): void {
		if (this.#candidates() >= 2) this.choices.push(name);
		if (name === "t") {
			this.#timers.sort((one, other) => one.dueMs - other.dueMs);
			this.#timers.shift()?.fire();
			return;
		}
		const text = this.#arrived.get(name) ?? "";
		const resolve = this.#open.get(name);
		this.#arrived.delete(name);
		this.#open.delete(name);
		resolve?.(text);
	}

	async #rung(): Promise<void> {
		if (!this.#hasRung)
			await new Promise<void>((resolve) => {
				this.#wakeUp = resolve;
			});
		this.#hasRung = false;
	}
}

const readAnswer = (text: string): unknown => {
	const answer = GateAnswer.parse(JSON.parse(text));
	if (answer.kind === "error") throw new Error(`${answer.code}: ${answer.message}`);
	if (answer.kind !== "value") throw new Error(`a call that is ${answer.kind} is told nothing`);
	if (answer.value.startsWith('{"$response":')) return JSON.parse(answer.value).$response.body;
	const decoding = decodeValue(answer.value);
	if (decoding.kind === "refused") throw new Error(decoding.why);
	return decoding.value;
};

/** Executes a program as an isolate would. @returns JSON text of a HarnessAnswer */
export const executeProgram = async (job: Pick<Job, "timeline">, program: TestProgram, send: Send): Promise<string> => {
	const events = new Events(job.timeline);
	const logs: { seq: number; atMs: number; level: "log"; text: string }[] = [];
	const world: World = {
		call: (grant, method, ...args) => events.ask(send, grant, method, args),
		sleep: (ms) => events.sleep(ms),
		log: (text) => logs.push({ seq: logs.length + 1, atMs: 1, level: "log", text }),
	};
	let outcome: unknown = null;
	const done = program(world).then(
		(value) => {
			outcome = { kind: "returned", result: JSON.parse(encoded(value)) };
			events.wake();
		},
		(error: unknown) => {
			outcome = { kind: "threw", code: "program_threw", name: "Error", message: error instanceof Error ? error.message : "", stack: "" };
			events.wake();
		},
	);
	await events.deliver(() => outcome !== null);
	if (events.ending === null) await done;
	const choices = `0 ${events.choices.join(",")}`;
	return JSON.stringify({ outcome: outcome ?? events.ended(), choices, places: events.places, sent: events.places, logs, logsDropped: 0 });
};
