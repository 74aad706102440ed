import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GrantShape, HarnessAnswer, Job } from "../../../worker/executor/protocol.ts";
import { readAnswer } from "../../../worker/executor/read-answer.ts";
import { copyRecording, emptyRecording, type Gate, type Recording, recordingGate, takeChoices } from "./recording-gate.ts";
import { execute, makeJob } from "./run-program.ts";
import { startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

/** 1,000 take two minutes. */
const RUNS = 60;

const grants: GrantShape[] = [
	{ name: "tool", verb: "tool.call", methods: ["ask", "stream"], streams: ["stream"] },
	{ name: "web", verb: "http.fetch", methods: ["fetch"], streams: [] },
];

/** A program as data. Every call's arguments, and the log, depend on all that the program has seen so far, in its order. */
type Step =
	| { do: "ask" | "sleep" | "stream" | "fetch" | "interval"; n: number }
	| { do: "chance" | "time" | "platform" | "forget" }
	| { do: "all" | "race" | "seq"; of: Step[] };

const PROGRAM = `
	let seen = 7;
	const see = (value) => { for (const char of JSON.stringify(value) ?? "") seen = (seen * 31 + char.charCodeAt(0)) % 1000003; console.log(seen, value); return value; };
	export default async (plan, env) => {
		const steps = {
			ask: async () => see(await env.tool.ask(seen)),
			sleep: async ({ n }) => { await new Promise((resolve) => setTimeout(resolve, n)); see("slept"); },
			stream: async ({ n }) => { let parts = 0; for await (const part of env.tool.stream(seen)) { see(part); parts += 1; if (parts > n) break; } },
			fetch: async ({ n }) => { try { await env.web.fetch("https://x.test/" + seen, { signal: AbortSignal.timeout(n) }); see("fetched"); } catch (error) { see(error.name); } },
			interval: ({ n }) => new Promise((resolve) => { let ticks = 0; const id = setInterval(() => { ticks += 1; see(ticks); if (ticks === 3) { clearInterval(id); resolve(); } }, n); }),
			chance: async () => see([Math.random(), crypto.randomUUID()]),
			time: async () => see([Date.now(), new Date().toISOString(), performance.now()]),
			platform: async () => see(await new Response(new Response("platform").body.pipeThrough(new CompressionStream("gzip"))).arrayBuffer().then((bytes) => bytes.byteLength)),
			forget: async () => { env.tool.ask(seen).then(see, () => undefined); },
			all: ({ of }) => Promise.all(of.map(run)),
			race: ({ of }) => Promise.race(of.map(run)),
			seq: async ({ of }) => { for (const step of of) await run(step); },
		};
		const run = (step) => steps[step.do](step);
		await run(plan);
		return seen;
	};`;

const { plan } = fc.letrec<{ plan: Step; step: Step }>((tie) => ({
	step: fc.oneof(
		fc.record({ do: fc.constantFrom("ask" as const), n: fc.constant(0) }),
		fc.record({ do: fc.constantFrom("ask", "sleep", "stream", "fetch", "interval"), n: fc.integer({ min: 0, max: 6 }) }),
		fc.record({ do: fc.constantFrom("chance", "time", "platform", "forget") }),
	),
	plan: fc.oneof(
		{ maxDepth: 3, depthSize: "small" },
		tie("step"),
		fc.record({ do: fc.constantFrom("all", "race", "seq", "all"), of: fc.array(tie("plan"), { minLength: 1, maxLength: 4 }) }),
	),
}));

/** Delays that differ from one call to the next and from one execution to another. */
const delays = (salt: number): Gate["delayMs"] => {
	return (place, frame) => ((place * 7919 + frame * 104729 + salt * 15485863) >>> 3) % 9;
};
const valueFor: Gate["valueOf"] = (call, frame) => ({ of: call.args.length, frame, time: Date.now() });

const answerOf = async (job: Job): Promise<HarnessAnswer> => {
	const outcome = await execute(workerd, job);
	if (outcome.kind !== "answered") throw new Error(`wanted an answer, found ${JSON.stringify(outcome)}`);
	const reading = readAnswer(outcome.answer);
	if (reading.kind === "malformed") throw new Error(reading.why);
	return reading.answer;
};

const seen = ({ outcome, logs }: HarnessAnswer) => ({ outcome, logs });

describe("a program that is executed again", () => {
	it("with its recorded answers and choices takes the same path, whenever the answers come", async () => {
		await fc.assert(
			fc.asyncProperty(plan, fc.nat(1000), fc.nat(1000), async (input, salt, other) => {
				const job = await makeJob(workerd, PROGRAM, { grants, input });
				const recording = emptyRecording();
				workerd.answerWith(recordingGate(recording, { delayMs: delays(salt), valueOf: valueFor }).answer);
				const first = await answerOf(job);
				takeChoices(recording, first.choices);
				expect(first.outcome.kind).toBe("returned");

				const copy = copyRecording(recording);
				const gate = recordingGate(copy, { delayMs: delays(other), valueOf: valueFor });
				workerd.answerWith(gate.answer);
				const second = await answerOf({ ...job, timeline: recording.items.join(",") });
				takeChoices(copy, second.choices);
				expect(gate.diverged).toEqual([]);
				expect(seen(second)).toEqual(seen(first));
				expect(copy.items).toEqual(recording.items);
			}),
			{ numRuns: RUNS },
		);
	});

	it("after it was cut at any call asks for what was recorded of it, in the same places", async () => {
		await fc.assert(
			fc.asyncProperty(plan, fc.nat(1000), fc.nat(12), async (input, salt, at) => {
				const job = await makeJob(workerd, PROGRAM, { grants, input });
				const recording = emptyRecording();
				let snapshot: Recording | undefined;
				const onCall = (): void => {
					if (recording.calls.size === at + 1) snapshot ??= copyRecording(recording);
				};
				workerd.answerWith(recordingGate(recording, { delayMs: delays(salt), valueOf: valueFor, onCall }).answer);
				await answerOf(job);
				if (snapshot === undefined) return;

				const places = [...snapshot.calls.keys()];
				const again = recordingGate(snapshot, { delayMs: delays(salt + 1), valueOf: valueFor });
				workerd.answerWith(again.answer);
				const second = await answerOf({ ...job, timeline: snapshot.items.join(",") });
				expect(again.diverged).toEqual([]);
				expect(second.places).toBeGreaterThanOrEqual(Math.max(...places));
			}),
			{ numRuns: RUNS },
		);
	});
});
