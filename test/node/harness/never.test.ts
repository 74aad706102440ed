import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { GrantShape } from "../../../worker/executor/protocol.ts";
import { runProgram } from "./run-program.ts";
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
const NEVER = JSON.stringify({ kind: "never" });
const program = (body: string): string => `export default async (input, env) => { ${body} }`;
const placeOf = (call: GateRequest): number => Number(call.at.split(" ")[0]);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isNever = ({ args, method }: GateRequest): boolean => method === "fetch" || args.includes("never");

/** Answers each call with its place, `slow` ones after a while, and says of others that no answer comes. */
const gate = (): GateRequest[] => {
	const calls: GateRequest[] = [];
	workerd.answerWith(async (call) => {
		calls.push(call);
		if (isNever(call)) return NEVER;
		if (call.args.includes("slow")) await pause(200);
		return JSON.stringify({ kind: "value", value: `${placeOf(call)}`, atMs: null });
	});
	return calls;
};
const run = (body: string, timeline = "", clockMs = Date.now()) =>
	runProgram(workerd, program(body), { grants, timeline, clockMs, wallMs: 20_000 });

const PARKED = { kind: "parked", timerAtMs: null };
const WORK = "for (let n = 0; n < 1500; n += 1) await crypto.subtle.digest('SHA-256', new Uint8Array(20000));";

describe("a call that is never answered", () => {
	it("leaves its program all the time that it works after leaving it", async () => {
		gate();
		const left = `await env.web.fetch("https://x.test/", { signal: AbortSignal.timeout(30) }).catch(() => 0);`;
		expect((await run(`${left} ${WORK} return env.tool.ask();`)).outcome).toEqual({ kind: "returned", result: 2 });
		const raced = `await Promise.race([env.tool.ask("never"), scheduler.wait(50)]);`;
		expect((await run(`${raced} ${WORK} return env.tool.ask("slow");`)).outcome).toEqual({ kind: "returned", result: 2 });
	});

	it("ends the execution where the program awaits it and nothing else, and tells the program nothing", async () => {
		gate();
		const answer = await run(
			`console.log("before"); try { await env.tool.ask("never"); console.log("told"); } finally { console.log("told"); }`,
		);
		expect(answer).toMatchObject({ outcome: PARKED, choices: "0 ", places: 1, logs: [{ text: "before" }] });
	});

	it("ends it only when every call made beside it has been seen and answered", async () => {
		const calls = gate();
		const body = `env.tool.ask("slow").then(() => env.tool.ask("slow too")).then(() => console.log("answered")); await env.tool.ask("never"); `;
		expect(await run(body)).toMatchObject({ outcome: PARKED, places: 3, logs: [{ text: "answered" }] });
		expect(calls.map(placeOf).sort()).toEqual([1, 2, 3]);
	});

	it("ends nothing while a timer is pending, which fires at its time", async () => {
		gate();
		const body = `setTimeout(() => console.log("fired"), 150); await env.tool.ask("never");`;
		expect(await run(body)).toMatchObject({ outcome: PARKED, logs: [{ text: "fired" }] });
	});

	it("does not keep a program from returning", async () => {
		gate();
		expect((await run(`env.tool.ask("never"); env.tool.stream("never"); return 1;`)).outcome).toEqual({ kind: "returned", result: 1 });
	});

	it("does not make an overdue timer wait, as an answer that is still to come does", async () => {
		gate();
		const body = `await Promise.race([env.tool.ask("never"), scheduler.wait(10)]); return performance.now();`;
		expect((await run(body, "", Date.now() - 60_000)).outcome).toEqual({ kind: "returned", result: 10 });
	});

	it("is among the events that could have come next, so that recorded choices mean the same", async () => {
		gate();
		const body = `env.tool.ask("never"); await scheduler.wait(1); await env.tool.ask(2); await env.tool.ask(3);`;
		expect((await run(body)).choices).toBe("2 3");
		expect((await run(body, "t,2,3")).choices).toBe("3 ");
	});

	it("makes choices void that say it was answered", async () => {
		gate();
		const body = `const out = []; await Promise.all([2, 3].map((n) => Promise.race([env.tool.ask("never" + n), env.tool.ask(n)]).then((v) => out.push(v)))); return out.length;`;
		expect((await run(body, "1,2")).outcome).toEqual({ kind: "returned", result: 2 });
	});

	it("keeps its turn, as a call in flight does: those behind it are not sent, and the execution ends", async () => {
		const calls = gate();
		const most = LIMITS.callsInFlightPerRun;
		expect(await run(`await Promise.all(Array.from({ length: ${most + 4} }, () => env.tool.ask("never")));`)).toMatchObject({
			outcome: PARKED,
			places: most + 4,
		});
		expect(calls.length).toBe(most);
		const behind = `for (let n = 0; n < ${most}; n += 1) env.tool.ask("never"); await env.tool.ask("behind");`;
		expect((await run(behind, `${most + 1}`)).outcome).toEqual(PARKED);
	});

	it("ends a stream that is read; one that is left gives its turn back", async () => {
		gate();
		expect((await run(`for await (const part of env.tool.stream("never"));`)).outcome).toEqual(PARKED);
		expect((await run(`env.tool.stream("never"); await env.tool.ask("never");`)).outcome).toEqual(PARKED);
		const left = `for (let n = 0; n < ${LIMITS.callsInFlightPerRun}; n += 1) await env.tool.stream("never")[Symbol.asyncIterator]().return(); return env.tool.ask();`;
		expect((await run(left)).outcome).toEqual({ kind: "returned", result: LIMITS.callsInFlightPerRun + 1 });
	});
});
