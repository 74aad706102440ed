import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Agent } from "../../contract/agents.ts";
import { Budget } from "../../contract/budgets.ts";
import { pageOf } from "../../contract/common.ts";
import { Call, Run, RunSummary } from "../../contract/runs.ts";
import { type SharedPlatform, sharePlatform } from "./share-platform.ts";
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

describe("narrowing", () => {
	test("takes grants and limits away for one run, never adds", async () => {
		await makeAgent(platform.api, {
			name: "wide",
			policy: {
				grants: { ...web(), files: { verb: "files", mounts: { "/workspace": "write" } } },
				limits: { wallMs: 5_000, cpuMs: 500, calls: 3 },
			},
		});
		const names = "export default async (input, env) => Object.keys(env)";
		expect((await platform.api.run({ agent: "wide", program: names })).result).toEqual(["web", "files"]);
		const narrow = await platform.api.run({ agent: "wide", program: names, grants: ["files"] });
		expect([narrow.result, narrow.grants]).toEqual([["files"], ["files"]]);
		expect((await platform.api.run({ agent: "wide", program: names, grants: [] })).result).toEqual([]);
		const more = await post({ agent: "wide", program: ONE, grants: ["files", "llm"] });
		expect([more.status, errorOf(more).message]).toEqual([400, expect.stringContaining('"llm", wanted names out of web, files')]);
		for (const limits of [{ wallMs: 5_001 }, { cpuMs: 501 }, { calls: 4 }]) {
			const above = await post({ agent: "wide", program: ONE, limits });
			expect([above.status, errorOf(above).message]).toEqual([400, expect.stringMatching(/limits\.\w+: found \d+, wanted at most \d+/)]);
		}
		const write =
			"export default async (input, env) => { const done = []; for (let i = 0; i < 5; i++) done.push(await env.files.writeText('/workspace/' + i, '').then(() => 1, (e) => e.code)); return done; }";
		expect((await platform.api.run({ agent: "wide", program: write })).result).toEqual([1, 1, 1, "calls_exceeded", "calls_exceeded"]);
		expect((await platform.api.run({ agent: "wide", program: write, limits: { calls: 0 } })).result).toEqual(
			Array(5).fill("calls_exceeded"),
		);
		const timed = await platform.api.run({
			agent: "wide",
			program: "export default async () => { await new Promise((r) => setTimeout(r, 4000)); }",
			limits: { wallMs: 300 },
		});
		expect([timed.status, timed.error?.code]).toEqual(["timed_out", "wall_time_exceeded"]);
	});

	test("by label stops what is external after private and untrusted have met", async () => {
		const program = `export default async (input, env) => env.web.fetch("http://${upstream.host}/flow").then((r) => r.status, (e) => e.code)`;
		await makeAgent(platform.api, { name: "flowing", policy: { grants: web() } });
		expect((await platform.api.run({ agent: "flowing", program })).result).toBe(200);
		const labels = ["private", "untrusted"] as const;
		const asked = await platform.api.run({ agent: "flowing", program, labels: [...labels] });
		expect([asked.status, asked.pendingApproval?.grant]).toEqual(["waiting_approval", "web"]);
		const flow = { "private+untrusted -> external": "deny" } as const;
		await makeAgent(platform.api, { name: "locked", policy: { grants: web(), flow } });
		expect((await platform.api.run({ agent: "locked", program, labels: [...labels] })).result).toBe("flow_denied");
	});
});

describe("a budget", () => {
	test("that is used up refuses with what, how much is left, and when it resets", async () => {
		const agent = await makeAgent(platform.api, { name: "poor", budget: { limits: { day: { runs: 2 } } } });
		const answers = await Promise.all(Array.from({ length: 8 }, () => post({ agent: "poor", program: ONE })));
		expect(answers.filter((answer) => answer.status === 201).length).toBe(2);
		const refused = answers.find((answer) => answer.status === 402);
		expect(refused && errorOf(refused).code).toBe("budget_exceeded");
		expect(refused && errorOf(refused).message).toMatch(/runs.*day|day.*runs/);
		const { windows } = await platform.api.expect(200, Budget, "GET", `/v1/agents/${agent.id}/budget`);
		expect([windows.day.settled.runs, windows.day.held.runs, windows.day.left.runs]).toEqual([2, 0, 0]);
		expect(windows.day.resetsAtMs).toBeGreaterThan(Date.now());
		await platform.api.expect(200, Budget, "PUT", `/v1/agents/${agent.id}/budget`, { limits: { day: { runs: 3 } } });
		expect((await platform.api.run({ agent: "poor", program: ONE })).status).toBe("succeeded");
		expect((await post({ agent: "poor", program: ONE })).status).toBe(402);
	});

	test("for calls is refused at the call, and the run may go on", async () => {
		await makeAgent(platform.api, {
			name: "frugal",
			policy: { grants: { files: { verb: "files", mounts: { "/workspace": "write" } } } },
			budget: { limits: { day: { calls: 2 } } },
		});
		const program =
			"export default async (input, env) => { const done = []; for (let i = 0; i < 3; i++) done.push(await env.files.writeText('/workspace/' + i, '').then(() => 1, (e) => [e.code, e.message])); return done; }";
		const run = await platform.api.run({ agent: "frugal", program });
		expect(run.result).toEqual([1, 1, ["budget_exceeded", expect.stringContaining("calls")]]);
		const thrown = await platform.api.run({
			agent: "frugal",
			program: "export default async (input, env) => env.files.writeText('/workspace/a', '')",
		});
		expect([thrown.status, thrown.error?.code]).toEqual(["budget_exceeded", "budget_exceeded"]);
	});
});

describe("an agent", () => {
	test("has versions of its policy, and each run says which it ran under", async () => {
		const agent = await makeAgent(platform.api, { name: "versioned", program: "export default async (input, env) => Object.keys(env)" });
		expect([agent.policyVersion, (await platform.api.run({ agent: "versioned" })).policyVersion]).toEqual([1, 1]);
		const changed = await platform.api.expect(200, Agent, "PATCH", `/v1/agents/${agent.id}`, { policy: { grants: web() } });
		expect(changed.policyVersion).toBe(2);
		expect(await platform.api.run({ agent: "versioned" })).toMatchObject({ policyVersion: 2, result: ["web"] });
		const renamed = await platform.api.expect(200, Agent, "PATCH", `/v1/agents/${agent.id}`, { name: "versioned2" });
		expect([renamed.policyVersion, (await platform.api.run({ agent: "versioned2" })).policyVersion]).toEqual([2, 2]);
	});

	test("that is archived takes no runs, its runs stay readable, its name is free", async () => {
		const agent = await makeAgent(platform.api, {
			name: "leaving",
			policy: { grants: { files: { verb: "files", mounts: { "/workspace": "write" } } } },
		});
		const made = await platform.api.run({
			agent: "leaving",
			program: "export default async (i, env) => { console.log(1); await env.files.writeText('/workspace/a', 'b'); return 5; }",
		});
		await platform.api.expect(200, Agent, "DELETE", `/v1/agents/${agent.id}`);
		expect(await readRun(made.id)).toEqual(made);
		expect((await allPages(platform.api, `/v1/runs/${made.id}/calls`, Call, 10)).length).toBe(1);
		expect((await platform.api.request("GET", `/v1/runs/${made.id}/files/workspace/a`)).body).toBe("b");
		const listed = await pollUntil(
			() => platform.api.expect(200, pageOf(RunSummary), "GET", `/v1/runs?agent=${agent.id}`),
			({ data }) => data.length > 0,
		);
		expect(listed.data.map((run) => run.id)).toEqual([made.id]);
		for (const name of ["leaving", agent.id]) {
			const refused = await post({ agent: name, program: ONE });
			expect([refused.status, errorOf(refused).code], name).toEqual([404, "not_found"]);
		}
		expect((await makeAgent(platform.api, { name: "leaving" })).id).not.toBe(agent.id);
	});
});
