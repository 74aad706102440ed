import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Budget } from "../../contract/budgets.ts";
import { type Call, Call as CallSchema, Run } from "../../contract/runs.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import type { Hostile } from "./hostile.ts";
import { HOSTILE_BOUNDARY } from "./hostile-boundary.ts";
import { HOSTILE_EXHAUSTION } from "./hostile-exhaustion.ts";
import { HOSTILE_SURFACE } from "./hostile-surface.ts";
import { allPages, errorOf, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

let platform: Platform;
let upstream: Upstream;
let neighbour: Neighbour;
let agentId: string;
let attacker: ApiClient;

/** An honest tenant that runs its program all the time. */
interface Neighbour {
	runs(): readonly Run[];
	stop(): Promise<void>;
}

const HONEST = `export default async (input: { n: number }, env) => {
	if (Object.keys(globalThis).some((name) => name.startsWith("hostile"))) throw new Error("somebody was here");
	if ({}.polluted !== undefined || [].polluted !== undefined) throw new Error("polluted");
	await env.files.writeText("/workspace/n.txt", String(input.n));
	console.log("honest", input.n);
	return JSON.parse(await env.files.readText("/workspace/n.txt")) + 1;
};`;

const startNeighbour = async (api: ApiClient): Promise<Neighbour> => {
	await makeAgent(api, {
		name: "honest",
		policy: { grants: { files: { verb: "files", mounts: { "/workspace": "write" } } }, limits: { wallMs: 20_000 } },
	});
	const runs: Run[] = [];
	let stopped = false;
	const work = (async () => {
		while (!stopped) runs.push(await api.run({ agent: "honest", program: HONEST, input: { n: runs.length } }));
	})();
	return {
		runs: () => runs,
		stop: async () => {
			stopped = true;
			await work;
		},
	};
};

beforeAll(async () => {
	upstream = await startUpstream();
	platform = await startPlatform([upstream.host]);
	attacker = (await platform.tenant("attacker")).api;
	await attacker.request("PUT", "/v1/secrets/token", { value: "a-secret-of-the-attacker" });
	const agent = await makeAgent(attacker, {
		name: "hostile",
		policy: {
			grants: {
				files: { verb: "files", mounts: { "/workspace/input": "read", "/workspace/output": "write" } },
				web: { verb: "http.fetch", allow: [{ host: upstream.host, scheme: "http", methods: ["GET", "POST"] }] },
			},
			limits: { wallMs: 20_000, cpuMs: 5_000, calls: 10_000 },
		},
	});
	agentId = agent.id;
	neighbour = await startNeighbour((await platform.tenant("honest")).api);
});
afterAll(async () => {
	await platform.stop();
	await upstream.close();
});

/** Codes that only a bug of ours gives. */
const BUGS = ["internal", "interrupted", "executor_lost"];
const seen: Run[] = [];
const start = async (hostile: Hostile): Promise<Run> => {
	const run = await attacker.run({
		agent: "hostile",
		program: hostile.program,
		language: hostile.language ?? "javascript",
		input: { upstream: upstream.host },
		limits: { wallMs: 8_000, cpuMs: 600, ...hostile.limits },
	});
	seen.push(run);
	return run;
};

describe("beside an honest neighbour, a hostile program", () => {
	test.concurrent.each([...HOSTILE_EXHAUSTION, ...HOSTILE_BOUNDARY, ...HOSTILE_SURFACE])("$name", async (hostile) => {
		if (hostile.ends.kind === "not compiled") {
			const body = { agent: "hostile", program: hostile.program, language: hostile.language ?? "javascript" };
			const answer = await attacker.request("POST", "/v1/runs", body);
			expect([400, 422]).toContain(answer.status);
			expect(errorOf(answer).message).toMatch(hostile.ends.says);
			expect(errorOf(answer).message).not.toContain("\u001b");
			return;
		}
		const run = await start(hostile);
		const what = JSON.stringify({ status: run.status, error: run.error, result: run.result })?.slice(0, 600);
		expect(BUGS, what).not.toContain(run.error?.code);
		expect(run.usage.cpuMs, what).toBeLessThan((hostile.limits?.cpuMs ?? 600) + 3_000);
		expect(run.usage.wallMs, what).toBeLessThan((hostile.limits?.wallMs ?? 8_000) + 10_000);
		if (hostile.ends.kind === "code") expect(hostile.ends.codes, what).toContain(run.error?.code);
		else if (hostile.ends.kind === "contained") expect(["none", ...hostile.ends.codes], what).toContain(run.error?.code ?? "none");
		else expect([run.status, run.result], what).toEqual(["succeeded", hostile.ends.result]);
		hostile.also?.(run);
	});
});

describe("calls of a hostile run", () => {
	const callsOf = (run: Run): Promise<Call[]> => allPages(attacker, `/v1/runs/${run.id}/calls`, CallSchema, 200);
	const arrivals = (path: string): number => upstream.arrived.filter((request) => request.url === path).length;

	test("in a flood of ten thousand are bounded, counted and all recorded", async () => {
		const run = await start({
			name: "flood",
			program: `export default async (input, env) => {
				const codes = {};
				const work = [];
				for (let i = 0; i < 10000; i++) work.push(env.files.exists("/workspace/output/a").then(() => "ok", (e) => e.code).then((c) => { codes[c] = (codes[c] ?? 0) + 1; }));
				await Promise.all(work);
				return codes;
			}`,
			limits: { cpuMs: 5_000, wallMs: 20_000, calls: 300 },
			ends: { kind: "result", result: null },
		});
		if (run.status === "succeeded") {
			expect(run.result).toMatchObject({ ok: expect.any(Number), calls_exceeded: expect.any(Number) });
			expect(Object.keys(run.result ?? {}).toSorted()).toEqual(["calls_exceeded", "ok"]);
		} else expect(["cpu_exceeded", "wall_time_exceeded", "memory_exceeded"]).toContain(run.error?.code);
		const calls = await callsOf(run);
		expect(calls.length).toBeLessThanOrEqual(300);
		expect(calls.map((call) => call.seq)).toEqual(calls.map((_, index) => index + 1));
	}, 30_000);

	test("that dangle when it returns do nothing after the end", async () => {
		const run = await start({
			name: "dangling",
			program: `export default async (input, env) => {
				const go = async (path) => { for (let i = 0; ; i++) { await env.web.fetch("http://" + input.upstream + path); } };
				go("/dangling"); go("/dangling");
				setTimeout(() => go("/dangling-late"), 200);
				await new Promise((resolve) => setTimeout(resolve, 100));
				return "over";
			}`,
			ends: { kind: "result", result: "over" },
		});
		expect([run.status, run.result]).toEqual(["succeeded", "over"]);
		const calls = (await callsOf(run)).length;
		await neighbourRuns(5);
		expect((await callsOf(run)).length).toBe(calls);
		expect(arrivals("/dangling")).toBeLessThanOrEqual(calls);
		expect(arrivals("/dangling-late")).toBe(0);
	});

	test("after a cancel are refused, whatever the program holds on to", async () => {
		const begun = await attacker.run({
			agent: "hostile",
			program: `export default async (input, env) => {
				const keep = env.web.fetch;
				for (;;) { try { await keep("http://" + input.upstream + "/after-cancel"); } catch {} }
			}`,
			language: "javascript",
			input: { upstream: upstream.host },
			wait: 0,
		});
		await pollUntil(
			async () => arrivals("/after-cancel"),
			(count) => count > 2,
			10_000,
		);
		await attacker.expect(200, Run, "POST", `/v1/runs/${begun.id}/cancel`);
		const calls = (await callsOf(begun)).length;
		await neighbourRuns(5);
		expect((await callsOf(begun)).length).toBe(calls);
		expect(arrivals("/after-cancel")).toBeLessThanOrEqual(calls);
	});
});

/** Waits until the neighbour has run so many times more: time passes, and something honest happens in it. */
const neighbourRuns = async (count: number): Promise<void> => {
	const until = neighbour.runs().length + count;
	await pollUntil(
		async () => neighbour.runs().length,
		(runs) => runs >= until,
		20_000,
	);
};

describe("after all of it", () => {
	test("the neighbour has succeeded every time", async () => {
		await neighbour.stop();
		expect(neighbour.runs().length).toBeGreaterThan(20);
		expect(neighbour.runs().filter((run, index) => run.status !== "succeeded" || run.result !== index + 1)).toEqual([]);
	});

	test("nothing is held, nothing is live, and the platform is well", async () => {
		const budget = await pollUntil(
			() => attacker.expect(200, Budget, "GET", `/v1/agents/${agentId}/budget`),
			({ windows }) => Object.values(windows.lifetime.held).every((amount) => amount === 0),
			5_000,
		);
		for (const window of Object.values(budget.windows)) expect(new Set(Object.values(window.held))).toEqual(new Set([0]));
		expect(budget.windows.lifetime.settled.runs).toBeGreaterThanOrEqual(seen.length);
		for (const status of ["queued", "running"]) {
			const live = await attacker.request("GET", `/v1/runs?status=${status}`);
			expect(live.body).toEqual({ data: [], nextCursor: null });
		}
		expect((await platform.api.request("GET", "/healthz")).status).toBe(200);
	});

	test("no secret of the host, no path and no other run was ever seen", () => {
		const everything = JSON.stringify(seen);
		for (const secret of [
			platform.cordon.key,
			platform.cordon.adminToken,
			platform.cordon.dataFolder,
			"a-secret-of-the-attacker",
			"Bearer ",
		]) {
			expect(everything.includes(secret), secret).toBe(false);
		}
		expect(everything).not.toMatch(/root:x:0|harness\.js:\d|node_modules/);
	});
});
