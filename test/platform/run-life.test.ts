import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Agent, DisableAgent } from "../../contract/agents.ts";
import { pageOf } from "../../contract/common.ts";
import { Call, Run, RunSummary } from "../../contract/runs.ts";
import { type SharedPlatform, sharePlatform } from "./share-platform.ts";
import { runEnded } from "./run-to-end.ts";
import { allPages, errorOf, makeAgent, pollUntil } from "./start-platform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

let platform: SharedPlatform;
let upstream: Upstream;
const ONE = "export default async () => 1";
beforeAll(async () => {
	platform = await sharePlatform();
	upstream = await startUpstream(platform.ports[0]);
});
afterAll(async () => {
	await platform.stop();
	await upstream.close();
});

const web = () => ({ web: { verb: "http.fetch", allow: [{ host: upstream.host, scheme: "http", methods: ["GET", "POST"] }] } });
const readRun = (id: string): Promise<Run> => platform.api.expect(200, Run, "GET", `/v1/runs/${id}`);
const post = (body: unknown, headers?: Record<string, string>) => platform.api.request("POST", "/v1/runs", body, headers);
const arrivals = (path: string): number => upstream.arrived.filter((request) => request.url === path).length;

/** Calls the upstream for as long as it is let. */
const caller = (path: string): string =>
	`export default async (input, env) => { for (;;) { await env.web.fetch("http://${upstream.host}${path}"); } }`;

describe("a run", () => {
	test("that is not waited for is 202 with its place, and its end is there later", async () => {
		const answer = await post({
			program: "export default async (i) => { await new Promise((r) => setTimeout(r, 300)); return i; }",
			input: 7,
			wait: 0,
		});
		const early = Run.parse(answer.body);
		expect([answer.status, answer.headers.get("location")]).toEqual([202, `/v1/runs/${early.id}`]);
		expect(["queued", "running"]).toContain(early.status);
		expect([early.result, early.endedAtMs]).toEqual([null, null]);
		expect(await runEnded(platform.api, early.id)).toMatchObject({ status: "succeeded", result: 7 });
	});

	test("is whole by its id the moment POST has answered, and in the lists a moment later", async () => {
		const answer = await post({ program: 'export default async () => { console.log("a"); return [1]; }', metadata: { ticket: "T-1" } });
		const made = Run.parse(answer.body);
		expect([answer.status, answer.headers.get("location")]).toEqual([201, `/v1/runs/${made.id}`]);
		expect(await readRun(made.id)).toEqual(made);
		expect(made).toMatchObject({ result: [1], metadata: { ticket: "T-1" }, attempt: 1, files: [], grants: [], labels: [] });
		expect(made.programDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
		expect(made.usage.usdMicros).toBeGreaterThanOrEqual(0);
		expect(made.createdAtMs).toBeLessThanOrEqual(made.startedAtMs ?? 0);
		expect(made.startedAtMs).toBeLessThanOrEqual(made.endedAtMs ?? 0);
		const lists = ["/v1/runs", "/v1/runs?status=succeeded", "/v1/runs?agent=default", `/v1/runs?agent=${made.agent}&status=succeeded`];
		for (const path of lists) {
			const page = await pollUntil(
				() => platform.api.expect(200, pageOf(RunSummary), "GET", path),
				({ data }) => data.some((run) => run.id === made.id && run.endedAtMs !== null),
			);
			expect(page.data.find((run) => run.id === made.id)).toEqual(RunSummary.strip().parse(made));
		}
		expect((await platform.api.expect(200, pageOf(RunSummary), "GET", "/v1/runs?status=failed")).data).toEqual([]);
	});

	test("is found once in the pages of the list, newest first", async () => {
		await makeAgent(platform.api, { name: "lister" });
		const ids = new Set<string>();
		for (let at = 0; at < 11; at += 1) ids.add((await platform.api.run({ agent: "lister", program: ONE })).id);
		const listed = await pollUntil(
			() => allPages(platform.api, "/v1/runs?agent=lister", RunSummary, 3),
			(runs) => runs.length === 11,
		);
		expect(new Set(listed.map((run) => run.id))).toEqual(ids);
		expect(listed.map((run) => run.id)).toEqual(
			listed
				.map((run) => run.id)
				.toSorted()
				.toReversed(),
		);
	});

	test("may be longer than a request waits: it goes through the queue", async () => {
		await makeAgent(platform.api, { name: "slow", policy: { limits: { wallMs: 120_000 } } });
		const short = await post({ agent: "slow", program: ONE });
		expect([short.status, Run.parse(short.body).result]).toEqual([201, 1]);
		const begun = await post({
			agent: "slow",
			program: 'export default async () => { await new Promise((r) => setTimeout(r, 27_000)); console.log("woke"); return "rested"; }',
			wait: 1,
		});
		expect(begun.status).toBe(202);
		const early = Run.parse(begun.body);
		const running = await pollUntil(
			() => readRun(early.id),
			(run) => run.status === "running",
		);
		expect(running).toMatchObject({ status: "running", endedAtMs: null });
		const ended = await runEnded(platform.api, early.id, 90_000);
		expect(ended).toMatchObject({ status: "succeeded", result: "rested", attempt: 1 });
		expect(ended.logs.map((line) => line.text)).toEqual(["woke"]);
		expect(ended.usage.wallMs).toBeGreaterThanOrEqual(27_000);
	}, 180_000);
});

describe("cancelling", () => {
	test("ends a run, and no call begins after the answer", async () => {
		await makeAgent(platform.api, { name: "busy", policy: { grants: web(), limits: { wallMs: 120_000, calls: 10_000 } } });
		const { id } = await platform.api.run({ agent: "busy", program: caller("/cancelled"), wait: 0 });
		await pollUntil(
			async () => arrivals("/cancelled"),
			(count) => count >= 3,
		);
		const answer = await platform.api.expect(200, Run, "POST", `/v1/runs/${id}/cancel`);
		const begun = (await allPages(platform.api, `/v1/runs/${id}/calls`, Call, 200)).length;
		expect(answer).toMatchObject({ status: "cancelled", error: { code: "cancelled" }, result: null });
		expect(await platform.api.run({ agent: "busy", program: ONE })).toMatchObject({ status: "succeeded" });
		const settled = await pollUntil(
			() => readRun(id),
			(run) => run.usage.wallMs > 0,
		);
		expect(settled).toMatchObject({ status: "cancelled", endedAtMs: answer.endedAtMs });
		const calls = await allPages(platform.api, `/v1/runs/${id}/calls`, Call, 200);
		expect(calls.length).toBe(begun);
		expect(arrivals("/cancelled")).toBeLessThanOrEqual(begun);
		expect(calls.every((call) => call.startedAtMs <= (answer.endedAtMs ?? 0))).toBe(true);
	});

	test("is repeatable, and changes nothing of a run that has ended", async () => {
		const ended = await platform.api.run({ program: ONE });
		expect(await platform.api.expect(200, Run, "POST", `/v1/runs/${ended.id}/cancel`)).toEqual(ended);
		const { id } = await platform.api.run({ program: "export default async () => { for (;;); }", wait: 0, limits: { cpuMs: 1_000 } });
		const first = await platform.api.expect(200, Run, "POST", `/v1/runs/${id}/cancel`);
		const second = await platform.api.expect(200, Run, "POST", `/v1/runs/${id}/cancel`);
		expect([first.status, second.status, second.endedAtMs]).toEqual(["cancelled", "cancelled", first.endedAtMs]);
	});
});

describe("the kill switch", () => {
	test("ends live runs, takes nothing new, and lets go again", async () => {
		const agent = await makeAgent(platform.api, { name: "rogue", policy: { grants: web(), limits: { wallMs: 120_000, calls: 10_000 } } });
		const { id } = await platform.api.run({ agent: "rogue", program: caller("/rogue"), wait: 0 });
		await pollUntil(
			async () => arrivals("/rogue"),
			(count) => count >= 2,
		);
		const stopped = await platform.api.expect(200, DisableAgent, "POST", `/v1/agents/${agent.id}/disable`);
		expect([stopped.agent.status, stopped.cancelledRuns]).toEqual(["disabled", [id]]);
		const calls = (await allPages(platform.api, `/v1/runs/${id}/calls`, Call, 200)).length;
		const refused = await post({ agent: "rogue", program: ONE });
		expect([refused.status, errorOf(refused).code]).toEqual([403, "agent_disabled"]);
		expect(
			(
				await pollUntil(
					() => readRun(id),
					(run) => run.usage.wallMs > 0,
				)
			).status,
		).toBe("cancelled");
		expect((await allPages(platform.api, `/v1/runs/${id}/calls`, Call, 200)).length).toBe(calls);
		await platform.api.expect(200, Agent, "POST", `/v1/agents/${agent.id}/enable`);
		expect((await platform.api.run({ agent: "rogue", program: ONE })).status).toBe("succeeded");
	});
});
