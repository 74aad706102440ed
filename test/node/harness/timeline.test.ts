import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { GateCall, type GateFrame, type GrantShape, type HarnessAnswer } from "../../../worker/executor/protocol.ts";
import { resultOf, runProgram } from "./run-program.ts";
import { type GateRequest, startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const grants: GrantShape[] = [
	{ name: "tool", verb: "tool.call", methods: ["ask", "stream"], streams: ["stream"] },
	{ name: "web", verb: "http.fetch", methods: ["fetch"], streams: [] },
];
const clockMs = Date.UTC(2026, 0, 2);
const program = (body: string): string => `export default async (input, env) => { ${body} }`;
const value = (json: unknown, atMs: number | null = null): string => JSON.stringify({ kind: "value", value: JSON.stringify(json), atMs });
const line = (frame: GateFrame): string => `${JSON.stringify(frame)}\n`;

/** Answers of calls by their place, given when the test says so. */
class Gate {
	readonly calls = new Map<number, GateRequest>();
	#release = new Map<number, (answer: string | null) => void>();
	#arrivals = new Map<number, () => void>();

	constructor() {
		workerd.answerWith((call) => {
			const place = Number(call.at.split(" ")[0]);
			this.calls.set(place, call);
			this.#arrivals.get(place)?.();
			return new Promise((resolve) => this.#release.set(place, resolve));
		});
	}
	/** Resolves when a call has arrived. */
	async arrived(place: number): Promise<void> {
		if (!this.calls.has(place)) await new Promise<void>((resolve) => this.#arrivals.set(place, resolve));
	}
	async answer(place: number, answer: string | null): Promise<void> {
		await this.arrived(place);
		this.#release.get(place)?.(answer);
	}
	at(place: number): string | undefined {
		return this.calls.get(place)?.at;
	}
}

const echo = (): GateRequest[] => {
	const calls: GateRequest[] = [];
	workerd.answerWith((call) => {
		calls.push(call);
		return value(Number(call.at.split(" ")[0]));
	});
	return calls;
};
const THREE = "const out = []; await Promise.all([1, 2, 3].map(async (n) => out.push(await env.tool.ask(n)))); return out;";

describe("choices", () => {
	it("are recorded when more than one event could come, and not when one could", async () => {
		echo();
		const one = await runProgram(workerd, program("await env.tool.ask(); await scheduler.wait(1); await env.tool.ask();"), { grants });
		expect(one.choices).toBe("0 ");
		const gate = new Gate();
		const run = runProgram(workerd, program(THREE), { grants });
		for (const place of [2, 3, 1]) {
			await gate.arrived(place);
		}
		await gate.answer(2, value("b"));
		await gate.answer(3, value("c"));
		await gate.answer(1, value("a"));
		const answer = await run;
		const order = answer.outcome.kind === "returned" ? answer.outcome.result : [];
		const places = (Array.isArray(order) ? order : []).map((letter) => "abc".indexOf(String(letter)) + 1);
		expect(answer.choices).toBe(`0 ${places.slice(0, 2).join(",")}`);
	});
	it("go with the next call, and are not sent again when it was answered", async () => {
		const gate = new Gate();
		const body = `const [a, b] = [env.tool.ask("a"), env.tool.ask("b")]; await b; await env.tool.ask("c"); await env.tool.ask("d"); await a;`;
		const run = runProgram(workerd, program(body), { grants });
		await gate.arrived(1);
		await gate.answer(2, value(2));
		await gate.answer(3, value(3));
		await gate.answer(4, value(4));
		await gate.answer(1, value(1));
		// Which of the last two came first is the sockets' affair.
		expect((await run).choices).toMatch(/^2 [14]$/);
		expect([1, 2, 3, 4].map((place) => gate.at(place))).toEqual(["1 0 ", "2 0 ", "3 0 2", "4 1 3"]);
	});
	it("are packed, and count timers", async () => {
		const gate = new Gate();
		const body = `const call = env.tool.ask(); let ticks = 0; await new Promise((resolve) => { const id = setInterval(() => { ticks += 1; if (ticks === 5) { clearInterval(id); resolve(); } }, 1); }); await env.tool.ask("next"); await call;`;
		const run = runProgram(workerd, program(body), { grants });
		await gate.answer(2, value(2));
		expect(gate.at(2)).toBe("2 0 t*5");
		await gate.answer(1, value(1));
		expect((await run).choices).toMatch(/^5 [12]$/);
	});
	it("that are too many for a text are said to be", async () => {
		const limits = LIMITS.choicesChars;
		const gate = new Gate();
		const body = `const never = env.tool.ask(); const wait = () => new Promise((resolve) => setTimeout(resolve, 0)); let left = input; const stream = env.tool.stream();
			for await (const part of stream) { await wait(); } await env.tool.ask("end"); return left;`;
		// A part and a timer in turn do not pack.
		const parts = Math.ceil(limits / 4) + 10;
		const frames = line({ kind: "part", value: "1", atMs: null }).repeat(parts) + line({ kind: "value", value: "1", atMs: null });
		const run = runProgram(workerd, program(body), { grants, input: 1, wallMs: 60_000 });
		await gate.answer(2, frames);
		await gate.answer(3, value(3));
		expect(gate.at(3)).toBe("3 0 !");
		const answer = await run;
		expect(answer.outcome).toMatchObject({ kind: "returned" });
		expect(answer.choices).toMatch(/^\d+ !$/);
	});
	it("are taken by the gate up to their limit and no longer", () => {
		const call = (chars: number) => ({ grant: "a", method: "b", args: "[]", at: "1".repeat(chars) });
		expect(GateCall.safeParse(call(LIMITS.choicesChars + 64)).success).toBe(true);
		expect(GateCall.safeParse(call(LIMITS.choicesChars + 65)).success).toBe(false);
	});
	it("count places when the method is called, not when its request has been read or its turn has come", async () => {
		const calls: GateRequest[] = [];
		workerd.answerWith((call) => {
			calls.push(call);
			return value(null);
		});
		const body = `const slow = new Request("https://x.test/", { method: "POST", body: new Response("body").body.pipeThrough(new CompressionStream("gzip")) });
			await Promise.all([env.web.fetch(slow), env.tool.ask("second"), ...Array.from({ length: input }, (_, n) => env.tool.ask(n))]);`;
		await runProgram(workerd, program(body), { grants, input: LIMITS.callsInFlightPerRun + 5 });
		const places = new Map(calls.map((call) => [call.args, Number(call.at.split(" ")[0])]));
		expect(calls.find((call) => call.method === "fetch")?.at).toMatch(/^1 /);
		expect(places.get('["second"]')).toBe(2);
		for (let n = 0; n < LIMITS.callsInFlightPerRun + 5; n += 1) expect(places.get(`[${n}]`)).toBe(n + 3);
	});
});

describe("a timeline", () => {
	it.each(["3,2", "2,1", "1,2", "2,3"])("of %s is followed, in whatever order the answers come", async (timeline) => {
		const gate = new Gate();
		const run = resultOf(workerd, program(THREE), { grants, timeline });
		const [first = 0, second = 0] = timeline.split(",").map(Number);
		const last = 6 - first - second;
		for (const place of [last, second, first]) await gate.answer(place, value(place));
		expect(await run).toEqual([first, second, last]);
	});
	it("counts as recorded", async () => {
		const calls = echo();
		const answer = await runProgram(
			workerd,
			program(`${THREE.replace("return out;", "")} await Promise.all([env.tool.ask(4), env.tool.ask(5)]); return out;`),
			{
				grants,
				timeline: "3,1",
			},
		);
		expect(calls.slice(0, 3).map((call) => call.at)).toEqual(["1 2 ", "2 2 ", "3 2 "]);
		expect(answer.choices).toMatch(/^2 [45]$/);
	});
	it("fires its timers at once, at their own times", async () => {
		const gate = new Gate();
		const body = `const out = []; const call = env.tool.ask(); for (const ms of [1000, 3600000]) setTimeout(() => out.push(performance.now()), ms); await call; return [...out, performance.now()];`;
		const now = Date.now();
		const run = resultOf(workerd, program(body), { grants, timeline: "t*2", clockMs: now });
		await gate.answer(1, value(1, now + 5));
		expect(await run).toEqual([1000, 3_600_000, 3_600_000]);
	});
	it("goes on live where it ends: answers as they come, timers by the real clock", async () => {
		const gate = new Gate();
		const body = `const out = []; const note = (n) => () => out.push(n); const calls = [1, 2, 3].map((n) => env.tool.ask(n).then(note(n)));
			Promise.all([calls[1], calls[2]]).then(() => new Promise((resolve) => setTimeout(resolve, 30))).then(note("timer")).then(() => env.tool.ask(4)); await Promise.all(calls); return out;`;
		const run = resultOf(workerd, program(body), { grants, timeline: "2", clockMs: Date.now() });
		await gate.answer(3, value(3));
		await gate.answer(2, value(2));
		await gate.arrived(4);
		await gate.answer(1, value(1));
		expect(await run).toEqual([2, 3, "timer", 1]);
	});
	it.each(["9", "9*3,1", "nonsense", "t", "1*0", "-1", "2,,1"])(
		"of %j that cannot be followed is void, and the run goes on live",
		async (timeline) => {
			echo();
			const answer = await runProgram(workerd, program(THREE), { grants, timeline });
			expect(answer.outcome.kind).toBe("returned");
			expect(Number(answer.choices.split(" ")[0])).toBeLessThanOrEqual(1);
		},
	);
	it("delivers parts of streams one at a time among the other events", async () => {
		const frames =
			[1, 2].map((n) => line({ kind: "part", value: String(n), atMs: clockMs + n })).join("") +
			line({ kind: "value", value: "3", atMs: clockMs + 3 });
		workerd.answerWith((call) => (call.method === "stream" ? frames : value("call", clockMs + 9)));
		const body = `const out = []; const read = async (name) => { const stream = env.tool.stream(name); for await (const part of stream) out.push(name + part); out.push(name + (await stream.result)); };
			await Promise.all([read("a"), read("b"), env.tool.ask().then((v) => out.push(v))]); return [out, performance.now()];`;
		const timeline = "2,1,2,3,1,2";
		expect(await resultOf(workerd, program(body), { grants, timeline, clockMs })).toEqual([
			["b1", "a1", "b2", "call", "a2", "b3", "a3"],
			9,
		]);
	});
	it("is not seen coming through properties of Object.prototype", async () => {
		workerd.answerWith((call) => (call.method === "stream" ? line({ kind: "value", value: "1", atMs: null }) : value(1)));
		const body = `let reads = 0; const names = ["kind", "code", "message", "hint", "atMs"]; for (const name of names) Object.defineProperty(Object.prototype, name, { __proto__: null, get() { reads += 1; }, configurable: true });
			env.tool.ask(); env.tool.stream(); await new Promise((resolve) => setTimeout(resolve, 60)); const seen = reads; for (const name of names) delete Object.prototype[name]; return seen;`;
		expect(await resultOf(workerd, program(body), { grants })).toBe(0);
	});
	it("waits for the platform's own work before each event", async () => {
		echo();
		const body = `const out = []; const zip = async (n) => { await new Response(new Response("x".repeat(1e5)).body.pipeThrough(new CompressionStream("gzip")).pipeThrough(new DecompressionStream("gzip"))).text(); for (let i = 0; i < 50; i += 1) await crypto.subtle.digest("SHA-256", new Uint8Array(100)); out.push("zipped" + n); };
			await Promise.all([1, 2, 3].map(async (n) => { await env.tool.ask(n); out.push("answer" + n); await zip(n); })); return out;`;
		for (let round = 0; round < 5; round += 1)
			expect(await resultOf(workerd, program(body), { grants, timeline: "2,1" })).toEqual([
				"answer2",
				"zipped2",
				"answer1",
				"zipped1",
				"answer3",
				"zipped3",
			]);
	});
});

describe("a run that cannot go on", () => {
	const parked = JSON.stringify({ kind: "parked" });
	const end = async (answers: (call: GateRequest) => string | null, body: string): Promise<HarnessAnswer> => {
		workerd.answerWith(answers);
		return await runProgram(workerd, program(body), { grants });
	};
	it("is parked when any call is, though others are open and nobody awaits it", async () => {
		const answer = await end(
			(call) => (call.args === '["park"]' ? parked : value(1)),
			`console.log("before"); const p = env.tool.ask("park").finally(() => console.log("never")); await env.tool.ask("other"); await new Promise(() => setInterval(() => {}, 5));`,
		);
		expect(answer.outcome).toMatchObject({ kind: "parked" });
		expect(answer.logs.map((each) => each.text)).toEqual(["before"]);
	});
	it("is parked by a stream that nobody reads, and by one that is read", async () => {
		const unread = await end(() => parked, "env.tool.stream(); await new Promise(() => setInterval(() => {}, 5));");
		expect(unread.outcome).toMatchObject({ kind: "parked" });
		const read = await end(() => line({ kind: "parked" }), "for await (const part of env.tool.stream());");
		expect(read.outcome).toEqual({ kind: "parked", timerAtMs: null });
	});
	it("is parked with the time at which its next timer is due", async () => {
		workerd.answerWith(() => parked);
		const body = "setTimeout(() => {}, 5000); setTimeout(() => {}, 70_000); await env.tool.ask();";
		const { outcome } = await runProgram(workerd, program(body), { grants, clockMs: 1_000_000 });
		expect(outcome).toEqual({ kind: "parked", timerAtMs: 1_005_000 });
	});
	it.each([
		["no answer", (): null => null],
		["an answer that is none", (): string => ""],
		["an answer of no kind", (): string => "{}"],
		["the end of the run", (): string => JSON.stringify({ kind: "error", code: "run_ended", message: "over", hint: "", atMs: null })],
	])("is cut when a call gets %s, and the program is told nothing", async (_what, answers) => {
		const answer = await end(answers, `try { await env.tool.ask(); console.log("told"); } catch { console.log("told"); }`);
		expect(answer).toMatchObject({ outcome: { kind: "cut" }, logs: [] });
	});
	it("is cut when a stream ends before its answer, but not when the program has left it", async () => {
		const part = line({ kind: "part", value: "1", atMs: null });
		const read = await end(() => part, `for await (const part of env.tool.stream()); return "read";`);
		expect(read.outcome).toEqual({ kind: "cut" });
		const left = await end(() => part, `for await (const part of env.tool.stream()) break; return "left";`);
		expect(left.outcome).toEqual({ kind: "returned", result: "left" });
	});
	it("says its choices all the same", async () => {
		const gate = new Gate();
		const run = runProgram(workerd, program("await Promise.all([env.tool.ask(1), env.tool.ask(2).then(() => env.tool.ask(3))]);"), {
			grants,
		});
		await gate.arrived(1);
		await gate.answer(2, value(2));
		await gate.answer(3, parked);
		expect(await run).toMatchObject({ outcome: { kind: "parked" }, choices: "1 ", places: 3 });
	});
});

describe("timers of no delay", () => {
	it("let answers through, and move the clock", async () => {
		const calls = echo();
		const asks = "let done = false; env.tool.ask().then(() => { done = true; }); let turns = 0;";
		const waits = "while (!done && turns < 3_000) { turns += 1; await new Promise((resolve) => setTimeout(resolve, 0)); } return done;";
		expect(await resultOf(workerd, program(asks + waits), { grants })).toBe(true);
		expect(calls).toHaveLength(1);
		const clock =
			"const end = Date.now() + 50; let turns = 0; while (Date.now() < end) { turns += 1; await scheduler.wait(0); } return turns <= 50;";
		expect(await resultOf(workerd, program(clock), { grants })).toBe(true);
	});
});
