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
	{ name: "tool", verb: "tool.call", methods: ["ask"], streams: [] },
	{ name: "web", verb: "http.fetch", methods: ["fetch", "stream"], streams: ["stream"] },
];
const program = (body: string): string => `export default async (input, env) => { ${body} }`;
const MANY = LIMITS.callsInFlightPerRun * 2 + 3;

/** A gate that answers each call at once. */
const answering = (): GateRequest[] => {
	const calls: GateRequest[] = [];
	workerd.answerWith((call) => {
		calls.push(call);
		return JSON.stringify({ kind: "value", value: "1", atMs: null });
	});
	return calls;
};

describe("the calls that a program has sent", () => {
	it("are not those whose arguments could not be read, and not those whose signal had aborted before", async () => {
		const calls = answering();
		const failing = [
			`env.web.fetch("no url")`,
			`env.web.fetch("https://x.test/", { method: "POST", signal: AbortSignal.abort() })`,
			"env.tool.ask(() => 1)",
			`env.web.stream("no url").result`,
		];
		const body = `await env.tool.ask(1); return (await Promise.allSettled([${failing.join(",")}])).map(({ status }) => status);`;
		const answer = await runProgram(workerd, program(body), { grants });
		expect(answer).toMatchObject({ outcome: { result: failing.map(() => "rejected") }, places: 5, sent: 1 });
		expect(calls).toHaveLength(1);
	});

	it("are counted when the isolate is quiet, awaited or not, whether their turn came or not", async () => {
		workerd.answerWith(() => new Promise(() => undefined));
		const slow = `new Request("https://x.test/", { method: "POST", body: new Response("body").body.pipeThrough(new CompressionStream("gzip")) })`;
		const body = `env.web.fetch(${slow}); (async () => { await crypto.subtle.digest("SHA-256", new Uint8Array(1e6)); env.tool.ask(0); })();
			for (let n = 0; n < input; n += 1) env.tool.ask(n); return 1;`;
		for (let time = 0; time < 3; time += 1)
			expect(await runProgram(workerd, program(body), { grants, input: MANY })).toMatchObject({ places: MANY + 2, sent: MANY + 2 });
	});
});

describe("a replay", () => {
	it("ends when the gate has seen every call, those too that nobody awaits", async () => {
		const calls = answering();
		const body = "for (let n = 0; n < input; n += 1) env.tool.ask(n); return 1;";
		const answer = await runProgram(workerd, program(body), { grants, input: MANY, isReplay: true });
		expect(answer).toMatchObject({ outcome: { kind: "returned", result: 1 }, sent: MANY });
		expect(calls).toHaveLength(MANY);
	});
});
