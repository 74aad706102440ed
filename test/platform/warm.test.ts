import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Agent } from "../../contract/agents.ts";
import { Approval, ListedApproval } from "../../contract/approvals.ts";
import { pageOf } from "../../contract/common.ts";
import { Run } from "../../contract/runs.ts";
import type { ApiClient, CreateRunInput } from "../../scripts/support/api-client.ts";
import { runEnded } from "./run-to-end.ts";
import { errorOf, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

let platform: Platform;
let upstream: Upstream;
beforeAll(async () => {
	upstream = await startUpstream();
	platform = await startPlatform([upstream.host]);
});
afterAll(async () => {
	await platform.stop();
	await upstream.close();
});

let agents = 0;
const COUNTER = "let count = 0; export default async () => { count += 1; return count; };";
const web = (labels: readonly string[] = []) => ({
	verb: "http.fetch" as const,
	allow: [{ host: upstream.host, scheme: "http" as const, methods: ["GET" as const] }],
	labels: [...labels],
});
const files = { verb: "files" as const, mounts: { "/workspace/output": "write" as const } };
const state = { verb: "state" as const, prefix: "kept/", mode: "write" as const, vouched: ["private" as const, "untrusted" as const] };

/** An agent whose stored program is warm. */
const warmAgent = (program: string, policy: object = {}, api: ApiClient = platform.api): Promise<Agent> => {
	agents += 1;
	return makeAgent(api, { name: `warm-${agents}`, program, language: "javascript", isolation: "warm", policy });
};
const resultOf = async (agent: Agent, request: Partial<CreateRunInput> = {}, api: ApiClient = platform.api): Promise<unknown> => {
	const run = await api.run({ agent: agent.id, ...request });
	if (run.status !== "succeeded") throw new Error(`Running ${agent.name}: ${JSON.stringify(run.error)}, wanted it to succeed`);
	return run.result;
};
const results = async (count: number, agent: Agent, request: Partial<CreateRunInput> = {}, api?: ApiClient): Promise<unknown[]> => {
	const all: unknown[] = [];
	for (let index = 0; index < count; index += 1) all.push(await resultOf(agent, request, api));
	return all;
};

describe("a warm agent's module state", () => {
	test("lingers from run to run, and each run says that it was warm", async () => {
		const agent = await warmAgent(COUNTER);
		expect(await results(3, agent)).toEqual([1, 2, 3]);
		expect((await platform.api.run({ agent: agent.id })).isolation).toBe("warm");
	});

	test("is not another agent's, another tenant's, nor another version's", async () => {
		const agent = await warmAgent(COUNTER);
		expect(await results(2, agent)).toEqual([1, 2]);
		expect(await results(1, await warmAgent(COUNTER))).toEqual([1]);
		const other = await platform.tenant("warm-other");
		expect(await results(1, await warmAgent(COUNTER, {}, other.api), {}, other.api)).toEqual([1]);
		await platform.api.expect(200, Agent, "PATCH", `/v1/agents/${agent.id}`, { program: `${COUNTER} // 2` });
		expect(await results(2, agent)).toEqual([1, 2]);
	});

	test("is none of a run's that asks to be fresh, or brings its program", async () => {
		const agent = await warmAgent(COUNTER);
		expect(await results(2, agent)).toEqual([1, 2]);
		expect(await resultOf(agent, { isolation: "fresh" })).toBe(1);
		expect(await resultOf(agent, { program: COUNTER, language: "javascript" })).toBe(1);
		expect(await resultOf(agent, { dryRun: true })).toBe(1);
		expect(await resultOf(agent)).toBe(3);
	});

	test("is not there for an agent that does not allow it", async () => {
		const agent = await makeAgent(platform.api, { name: "fresh-counter", program: COUNTER, language: "javascript" });
		expect(await results(2, agent)).toEqual([1, 1]);
		const refused = await platform.api.request("POST", "/v1/runs", { agent: agent.id, isolation: "warm" });
		expect([refused.status, errorOf(refused).code]).toEqual([400, "invalid_request"]);
	});

	test("is gone after a run that threw, or was stopped", async () => {
		const program =
			"let count = 0; export default async (input) => { count += 1; if (input === 'throw') throw new Error('no'); if (input === 'spin') for (;;); return count; };";
		for (const [input, code] of [
			["throw", "program_threw"],
			["spin", "cpu_exceeded"],
		]) {
			const agent = await warmAgent(program, { limits: { cpuMs: 200 } });
			expect(await results(2, agent)).toEqual([1, 2]);
			expect((await platform.api.run({ agent: agent.id, input })).error?.code).toBe(code);
			expect(await resultOf(agent)).toBe(1);
		}
	});

	test("does not outlive a change of the policy, and neither does a grant", async () => {
		const program = `let kept; export default async (input, env) => { const names = Object.keys(env); const before = kept !== undefined; kept ??= env; return [names, before]; };`;
		const agent = await warmAgent(program, { grants: { files } });
		expect(await results(2, agent)).toEqual([
			[["files"], false],
			[["files"], true],
		]);
		await platform.api.expect(200, Agent, "PATCH", `/v1/agents/${agent.id}`, { policy: { grants: {} } });
		expect(await resultOf(agent)).toEqual([[], false]);
	});

	test("does not outlive a switch of the agent's", async () => {
		const agent = await warmAgent(COUNTER, { grants: { files } });
		expect(await results(2, agent)).toEqual([1, 2]);
		for (const path of ["disable", "enable"]) await platform.api.expect(200, z.unknown(), "POST", `/v1/agents/${agent.id}/${path}`);
		expect(await results(2, agent)).toEqual([1, 2]);
		await platform.api.expect(200, z.unknown(), "POST", `/v1/agents/${agent.id}/grants/files/disable`);
		expect(await resultOf(agent)).toBe(1);
	});

	test("is no run's that another agent's program starts", async () => {
		const child = await warmAgent(COUNTER);
		expect(await results(2, child)).toEqual([1, 2]);
		const start = { verb: "agent.run" as const, agent: child.name, budget: { calls: 0, cpuMs: 500, wallMs: 5_000, usdMicros: 10_000 } };
		const program = "export default async (input, env) => [(await env.child.run({})).result, (await env.child.run({})).result];";
		const parent = await makeAgent(platform.api, {
			name: "warm-parent",
			program,
			language: "javascript",
			policy: { grants: { child: start } },
		});
		expect(await resultOf(parent)).toEqual([1, 1]);
		expect(await resultOf(child)).toBe(3);
	});

	test("is shared by no runs with other grants", async () => {
		const agent = await warmAgent(COUNTER, { grants: { files, state } });
		expect(await resultOf(agent)).toBe(1);
		expect(await resultOf(agent, { grants: ["files"] })).toBe(1);
		expect(await resultOf(agent)).toBe(2);
	});
});

describe("what a warm run has read", () => {
	const reader = (grant: string): string =>
		`let kept = null; let count = 0; export default async (input, env) => { count += 1; const before = kept; if (input === "read") kept = await (${grant}); return [count, before]; };`;

	test("is not in the isolate of one that begins without the labels of that", async () => {
		const fetched = `env.web.fetch("http://${upstream.host}/echo").then((r) => r.text())`;
		const agent = await warmAgent(reader(fetched), { grants: { web: web(["private"]) } });
		const [first, read, after] = [
			await platform.api.run({ agent: agent.id }),
			await platform.api.run({ agent: agent.id, input: "read" }),
			await platform.api.run({ agent: agent.id }),
		];
		expect([first.labels, read.labels.toSorted(), after.labels]).toEqual([[], ["private", "untrusted"], []]);
		expect([first.result, read.result, after.result]).toEqual([
			[1, null],
			[2, null],
			[1, null],
		]);
	});

	test("lingers for those that begin with its labels, and for no others", async () => {
		const fetched = `env.web.fetch("http://${upstream.host}/echo").then((r) => r.status)`;
		const agent = await warmAgent(reader(fetched), { grants: { web: web() } });
		expect(await resultOf(agent, { input: "read", labels: ["untrusted"] })).toEqual([1, null]);
		expect(await resultOf(agent, { labels: ["untrusted"] })).toEqual([2, 200]);
		expect(await resultOf(agent)).toEqual([1, null]);
		expect(await resultOf(agent, { labels: ["untrusted", "private"] })).toEqual([1, null]);
	});

	test("lingers where every run of the agent begins with its labels", async () => {
		const fetched = `env.web.fetch("http://${upstream.host}/echo").then((r) => r.status)`;
		const agent = await warmAgent(reader(fetched), { grants: { web: web() }, flow: { labels: ["untrusted"] } });
		expect(await results(2, agent, { input: "read" })).toEqual([
			[1, null],
			[2, 200],
		]);
	});

	test("by the leave of a person is not in the isolate of the next", async () => {
		const allowed = async (): Promise<number> => {
			const agent = await warmAgent(reader('env.files.list("/workspace/output")'), { grants: { files: { ...files, approval: "always" } } });
			expect(await results(2, agent)).toEqual([
				[1, null],
				[2, null],
			]);
			const asking = platform.api.run({ agent: agent.id, input: "read", wait: 20 });
			const pending = () => platform.api.expect(200, pageOf(ListedApproval), "GET", "/v1/approvals?status=pending");
			const { data } = await pollUntil(pending, (page) => page.data.some((each) => each.agent === agent.id));
			const approval = data.find((each) => each.agent === agent.id);
			await platform.api.request("POST", `/v1/approvals/${approval?.id}/decide`, { decision: "approve", digest: approval?.digest });
			const { attempt, result } = await asking;
			if (attempt === 1) {
				expect(result).toEqual([3, null]);
				expect(await resultOf(agent)).toEqual([1, null]);
			}
			return attempt;
		};
		// A busy machine may be late with the decision: then the isolate was given up, and there was nothing to be left in it.
		let attempt = await allowed();
		for (let round = 1; round < 5 && attempt > 1; round += 1) attempt = await allowed();
		expect(attempt).toBe(1);
	});

	test("is never a honeytoken: an agent whose policy has one is not warm", async () => {
		const agent = await warmAgent(COUNTER, {
			grants: { files: { verb: "files", mounts: { "/workspace/input": "read" } } },
			canary: { path: "/workspace/input/.env" },
		});
		expect(await results(2, agent)).toEqual([1, 1]);
	});
});

describe("a warm run", () => {
	test("is refused with the env that an earlier one was given, and nothing of that reaches anybody", async () => {
		const program = `let kept; export default async (input, env) => { if (kept === undefined) { kept = env; return "kept"; }
			try { await kept.files.writeText("/workspace/output/late.txt", "late"); return "wrote"; } catch (error) { return error.code; } };`;
		const agent = await warmAgent(program, { grants: { files } });
		expect(await resultOf(agent)).toBe("kept");
		const second = await platform.api.run({ agent: agent.id });
		expect([second.result, second.files, second.usage.calls]).toEqual(["run_ended", [], 0]);
	});

	test("has a log of its own lines, and no timer of an earlier one", async () => {
		const program = `let fired = 0; export default async (input) => { console.log("run", input); setTimeout(() => { fired += 1; console.log("late", input); }, 5);
			if (input === 2) await new Promise((done) => setTimeout(done, 50)); return fired; };`;
		const agent = await warmAgent(program);
		const [first, second] = [await platform.api.run({ agent: agent.id, input: 1 }), await platform.api.run({ agent: agent.id, input: 2 })];
		expect([first.result, second.result]).toEqual([0, 1]);
		expect([first, second].map(({ logs }) => logs.map(({ text }) => text))).toEqual([["run 1"], ["run 2", "late 2"]]);
	});

	test("has chance and time of its own, and the next its own again", async () => {
		const agent = await warmAgent("const draw = Math.random; export default async () => [draw(), crypto.randomUUID(), Date.now()];");
		const before = Date.now();
		const all = await results(3, agent);
		expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(3);
		const times = all.map((each) => (Array.isArray(each) ? Number(each[2]) : 0));
		expect(times).toEqual(times.toSorted((one, other) => one - other));
		expect(times[0]).toBeGreaterThanOrEqual(before);
	});

	test("that waits for a person goes on in a fresh isolate", async () => {
		const program = `let count = 0; export default async (input, env) => { count += 1; if (input !== "ask") return count; await env.files.writeText("/workspace/output/a.txt", "a"); return count; };`;
		const agent = await warmAgent(program, { grants: { files: { ...files, approval: "always" } } });
		expect(await resultOf(agent)).toBe(1);
		const asked = await platform.api.run({ agent: agent.id, input: "ask", wait: 0 });
		const read = () => platform.api.expect(200, Run, "GET", `/v1/runs/${asked.id}`);
		const waiting = await pollUntil(read, ({ status }) => status === "waiting_approval");
		const { id, digest } = await platform.api.expect(200, Approval, "GET", `/v1/approvals/${waiting.pendingApproval?.id}`);
		await platform.api.request("POST", `/v1/approvals/${id}/decide`, { decision: "approve", digest });
		const ended = await runEnded(platform.api, asked.id);
		expect([ended.status, ended.attempt, ended.result]).toEqual(["succeeded", 2, 1]);
	});
});
