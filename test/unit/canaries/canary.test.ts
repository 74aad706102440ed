import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { bindPolicy } from "../../../worker/policy/bind-policy.ts";
import { doneEnd, makeAgent } from "../agents/agent-under-test.ts";
import { admitTo, type Asked } from "../agents/run-under-test.ts";
import { PATH, post, readFile, startWatched, toldBy, tokenIn, tokenOf, WATCHED } from "./canary-scene.ts";

describe("a run's honeytoken", () => {
	it("stands in a file of the run, is no other run's, and is the same in each of its executions", async () => {
		const agent = await makeAgent(WATCHED);
		const [run, other] = [await admitTo(agent), await admitTo(agent)];
		const text = await readFile(run, 1);
		expect(tokenIn(text)).toMatch(/^[A-Za-z0-9]{40}$/);
		expect(await tokenOf(other)).not.toBe(tokenIn(text));
		await run.lose();
		await run.claim();
		expect(await readFile(run, 1)).toBe(text);
		expect(await readFile(run, 2)).toBe(text);
	});

	it("makes no run that has a file in its place, and none of too many files", async () => {
		const agent = await makeAgent(WATCHED);
		for (const path of [PATH, `${PATH}/a`, "/workspace/input"]) {
			const refused = await agent.object.admit(agent.entry, agent.command({ files: [{ path, bytes: new Uint8Array(1) }] }));
			expect(refused, path).toMatchObject({ kind: "refused", code: "invalid_request", message: expect.stringContaining("canary") });
		}
		const files = Array.from({ length: LIMITS.filesPerRun }, (_, index) => ({
			path: `/workspace/input/${index}`,
			bytes: new Uint8Array(1),
		}));
		expect(await agent.object.admit(agent.entry, agent.command({ files }))).toMatchObject({ kind: "refused", code: "invalid_request" });
		expect(await agent.object.admit(agent.entry, agent.command({ files: files.slice(1) }))).toMatchObject({ kind: "execute" });
	});

	it("that goes out is denied, ends the run, and is told of once, and nothing goes through afterwards", async () => {
		const run = await startWatched();
		const token = await tokenOf(run);
		const denied = await run.ask(2, post(`key=${token}`));
		expect(denied).toMatchObject({ kind: "error", code: "canary_seen" });
		expect(await run.run()).toMatchObject({ status: "failed", error: { code: "quarantined" } });
		for (const asked of [post("nothing"), ["memory", "put", "k", 1], ["files", "readText", PATH]] satisfies Asked[])
			expect(await run.ask(3, asked)).toMatchObject({ kind: "error", code: "run_ended" });
		const [call] = (await run.calls()).slice(1);
		expect(call).toMatchObject({ decision: "denied", status: "denied", error: { code: "canary_seen" } });
		const data = { grant: "web", method: "fetch", code: "canary_seen", reason: "canary", call: call?.id };
		expect((await toldBy(run)).map((event) => ({ type: event.type, run: event.run, data: event.data }))).toEqual([
			{ type: "call.denied", run: run.runId, data },
		]);
		expect(JSON.stringify(await run.finish({ status: "succeeded", result: { fine: true } }))).not.toContain(token);
		expect(await run.run()).toMatchObject({ status: "failed", result: null, error: { code: "quarantined" } });
	});

	it("is told of with how many webhooks led to its run", async () => {
		const run = await startWatched({}, { hops: 3 });
		await run.ask(1, post(await tokenOf(run)));
		const told = await run.inside((state) => state.events.next(100));
		expect(told.filter(({ event }) => event.type === "call.denied").map(({ hops }) => hops)).toEqual([3]);
	});

	it.each<[string, (token: string) => Asked]>([
		["a fetch's header", (token) => post("", [[`x-${token}`, "1"]])],
		[
			"a host's name",
			(token) => [
				"web",
				"fetch",
				{ url: `https://${token.toLowerCase()}.example.com/`, method: "GET", headers: [], body: null, redirect: "follow" },
			],
		],
		["a question to a person", (token) => ["ask", "ask", { question: `Is ${token} right?` }]],
		["a prompt", (token) => ["llm", "complete", { prompt: btoa(token) }]],
		["what another run is given", (token) => ["child", "run", { input: { token } }]],
		["a value of a grant that is labelled external", (token) => ["out", "put", "k", [...token].reverse().join("")]],
		["a key of it", (token) => ["out", "put", token, 1]],
		["arguments that fit no method", (token) => ["web", "fetch", token, token]],
	])("is found in %s", async (_where, asked) => {
		const run = await startWatched();
		expect(await run.ask(2, asked(await tokenOf(run)))).toMatchObject({ kind: "error", code: "canary_seen" });
		expect((await run.run()).error?.code).toBe("quarantined");
	});

	it("may stay within the run: in its memory, its files and their names", async () => {
		const run = await startWatched();
		const token = await tokenOf(run);
		expect(await run.ask(2, ["memory", "put", "k", token])).toMatchObject({ kind: "done" });
		expect(await run.ask(3, ["files", "writeText", `/workspace/output/${token}`, token])).toMatchObject({ kind: "done" });
		expect((await run.run()).status).toBe("running");
	});

	it("is found letter by letter over as many calls", async () => {
		const run = await startWatched();
		const token = await tokenOf(run);
		let sent = 0;
		for (const [index, letter] of [...token].entries()) {
			const begun = await run.begin(index + 2, post(`c=${letter}&v=1`));
			if (begun.kind !== "act") break;
			sent += 1;
			await run.agent.object.endCall(doneEnd(begun.callId));
		}
		expect(sent).toBeLessThan(2 * LIMITS.canaryPartChars);
		expect((await run.run()).error?.code).toBe("quarantined");
	});

	it("of another run says nothing of this one, and this one's nothing of that", async () => {
		const agent = await makeAgent(WATCHED);
		const [run, neighbour] = [await admitTo(agent), await admitTo(agent)];
		const [own, theirs] = [await tokenOf(run), await tokenOf(neighbour)];
		await run.act(2, post(theirs));
		await neighbour.act(2, post(own));
		expect([(await run.run()).status, (await neighbour.run()).status]).toEqual(["running", "running"]);
	});

	it("of the run that started it ends a run too", async () => {
		const parent = await startWatched();
		const token = await tokenOf(parent);
		const canaries = await parent.inside((state) => state.runs.get(parent.runId)?.state.canaries ?? []);
		const run = await admitTo(await makeAgent({ ...WATCHED, canary: undefined }), { canaries });
		expect(await run.ask(1, post(token))).toMatchObject({ kind: "error", code: "canary_seen" });
		expect((await run.run()).error?.code).toBe("quarantined");
		expect((await parent.run()).status).toBe("running");
	});

	it("is that of the run that a fork repeats", async () => {
		const run = await startWatched();
		const token = await tokenOf(run);
		const { canaries, row } = await run.inside((state) => ({
			canaries: state.runs.get(run.runId)?.state.canaries ?? [],
			row: state
				.files(run.runId, "output")
				.inputs()
				.map(({ path, read }) => ({ path, bytes: read() })),
		}));
		const origin = { source: run.runId, seed: "0", clockMs: 0, choices: "", labels: [], shapes: null, terms: null, calls: [], canaries };
		const fork = await admitTo(run.agent, { origin, files: row });
		expect(await tokenOf(fork)).toBe(token);
		expect(await fork.ask(2, post(token))).toMatchObject({ code: "canary_seen" });
	});

	it("is found in a dry run, which would have sent nothing", async () => {
		const run = await startWatched({}, { mode: "dry" });
		expect(await run.ask(2, post(await tokenOf(run)))).toMatchObject({ code: "canary_seen" });
		expect((await run.run()).error?.code).toBe("quarantined");
	});
});

describe("a policy", () => {
	it.each([
		["elsewhere", "/etc/passwd", "a files grant"],
		["at a mount itself", "/workspace/input", "below a mount"],
		["with a segment that is none", "/workspace/input/../a", "the path"],
	])("with a canary %s is refused in words", (_where, path, wanted) => {
		expect(() => bindPolicy({ ...WATCHED, canary: { path } })).toThrow(/canary\.path/);
		expect(() => bindPolicy({ ...WATCHED, canary: { path } })).toThrow(wanted);
		expect(() => bindPolicy({ grants: {}, canary: { path: PATH } })).toThrow("a files grant");
	});
});
