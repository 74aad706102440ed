import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Agent } from "../../contract/agents.ts";
import { Approval } from "../../contract/approvals.ts";
import { Budget } from "../../contract/budgets.ts";
import { pageOf } from "../../contract/common.ts";
import { LIMITS } from "../../contract/limits.ts";
import { Replay } from "../../contract/replays.ts";
import { Run, RunSummary, RunTree } from "../../contract/runs.ts";
import { UsageReport } from "../../contract/usage.ts";
import type { CreateRunInput } from "../../scripts/support/api-client.ts";
import { type HeldUpstream, startHeldUpstream } from "./held-upstream.ts";
import { executorsIn, killNow } from "./fault-processes.ts";
import { runsSoFar } from "./runs-so-far.ts";
import { runEnded } from "./run-to-end.ts";
import { allPages, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";
import { sumsOf, wholeTree } from "./tree-sums.ts";

const SMALL = { calls: 20, cpuMs: 10_000, wallMs: 60_000, egressBytes: 100_000, usdMicros: 20_000 };
const LARGE = { runs: 20, calls: 100, cpuMs: 70_000, wallMs: 400_000, egressBytes: 500_000, usdMicros: 200_000 };

let platform: Platform;
let upstream: HeldUpstream;
let ids: Record<"leaf" | "middle" | "boss", string>;
beforeAll(async () => {
	upstream = await startHeldUpstream();
	platform = await startPlatform([upstream.host]);
	const web = { verb: "http.fetch", allow: [{ host: upstream.host, scheme: "http", methods: ["GET"], paths: ["/*"] }] };
	const common = { web, ask: { verb: "human.ask" }, memory: { verb: "state" } };
	const limits = { wallMs: 50_000, cpuMs: 10_000, calls: 100 };
	const { api } = platform;
	const leaf = await makeAgent(api, {
		name: "leaf",
		policy: { grants: common, limits },
		program: `export default async (input, env) => {
			if (input.path) await env.web.fetch("http://${upstream.host}" + input.path);
			if (input.ask) return await env.ask.ask({ question: input.ask });
			if (input.throws) throw new Error("no leaf");
			let burnt = 0; for (let i = 0; i < (input.burn ?? 0); i += 1) burnt += i % 7;
			return { leaf: input.n ?? null, burnt: burnt > 0 };
		}`,
	});
	const toLeaf = { verb: "agent.run", agent: "leaf", budget: SMALL };
	const middle = await makeAgent(api, {
		name: "middle",
		policy: { grants: { ...common, leaf: toLeaf }, limits },
		program: `export default async (input, env) => {
			const runs = await Promise.all(Array.from({ length: input.wide ?? 1 }, (_, n) => env.leaf.run({ input: { ...input.leaf, n } })));
			return runs.map((run) => [run.status, run.result]);
		}`,
	});
	const boss = await makeAgent(api, {
		name: "boss",
		policy: {
			grants: {
				...common,
				leaf: toLeaf,
				middle: { verb: "agent.run", agent: "middle", budget: LARGE },
				self: { verb: "agent.run", agent: "self", budget: LARGE, program: "given" },
			},
			limits,
		},
	});
	ids = { leaf: leaf.id, middle: middle.id, boss: boss.id };
});
afterAll(async () => {
	await platform.stop();
	await upstream.close();
});

const start = (body: string, rest: Partial<CreateRunInput> = {}): Promise<Run> =>
	platform.api.run({ agent: "boss", program: `export default async (input, env) => { ${body} };`, ...rest });
const read = (id: string): Promise<Run> => platform.api.expect(200, Run, "GET", `/v1/runs/${id}`);
const ended = (id: string): Promise<Run> => runEnded(platform.api, id);
const treeOf = (id: string): Promise<RunTree> => platform.api.expect(200, RunTree, "GET", `/v1/runs/${id}/tree`);
const heldBy = async (agent: string): Promise<number> => {
	const { windows } = await platform.api.expect(200, Budget, "GET", `/v1/agents/${agent}/budget`);
	return Object.values(windows.day.held).reduce((sum, amount) => sum + amount, 0);
};
/** Before the end of a lease would give it back. */
const SOON_MS = LIMITS.leaseMs - 2_000;
const nothingHeld = async (): Promise<void> => {
	for (const agent of Object.values(ids))
		expect(
			await pollUntil(
				() => heldBy(agent),
				(held) => held === 0,
				SOON_MS,
			),
		).toBe(0);
};

const expectAddsUp = (tree: RunTree): void => {
	for (const { id, lent, used } of sumsOf(tree)) expect({ id, ...lent }).toEqual({ id, ...used });
};

describe("runs that a program starts", () => {
	test("go on side by side, start others, and add up", async () => {
		const run = await start(`
			const [a, b, c] = await Promise.all([
				env.leaf.run({ input: { n: 1, path: "/a" } }), env.leaf.run({ input: { throws: true } }), env.middle.run({ input: { wide: 3 } }),
			]);
			return [a.status, a.result, b.status, b.error.code, c.result];
		`);
		expect(run.error).toBeNull();
		const leaves = [0, 1, 2].map((leaf) => ["succeeded", { leaf, burnt: false }]);
		expect(run.result).toEqual(["succeeded", { leaf: 1, burnt: false }, "failed", "program_threw", leaves]);
		const tree = await wholeTree(platform.api, run.id, 7);
		expect(tree).toMatchObject({ root: run.id, truncated: false });
		expect(tree.data.map(({ depth }) => depth).sort()).toEqual([0, 1, 1, 1, 2, 2, 2]);
		expectAddsUp(tree);
		expect(tree.data[0]?.lent.runs).toBe(6);
		const middle = tree.data.find(({ agent }) => agent === ids.middle)?.id ?? "";
		expect((await treeOf(middle)).data).toHaveLength(4);
		const children = await platform.api.expect(200, pageOf(RunSummary), "GET", `/v1/runs?parent=${run.id}`);
		expect(children.data.map(({ parent }) => parent?.run)).toEqual([run.id, run.id, run.id]);
		await nothingHeld();
	});

	test("do not keep each other from the executors: more parents than places, all waiting for children", async () => {
		const runs = await Promise.all(
			Array.from({ length: 8 }, (_, n) =>
				start(`return (await env.middle.run({ input: { wide: 2, leaf: { burn: 100000 } } })).result.length + ${n};`),
			),
		);
		const ends = await Promise.all(runs.map(({ id }) => ended(id)));
		expect(ends.map(({ status, result, error }) => ({ status, result, error }))).toEqual(
			ends.map((_, n) => ({ status: "succeeded", result: 2 + n, error: null })),
		);
		await nothingHeld();
	});

	test("may be of the same agent with another program, and its budget counts them once", async () => {
		const before = await platform.api.expect(200, Budget, "GET", `/v1/agents/${ids.boss}/budget`);
		const run = await start(`
			const program = "export default async (input, env) => (await env.leaf.run({ input })).result.leaf + 1";
			return (await env.self.run({ program, input: { n: 41 } })).result;
		`);
		expect(run).toMatchObject({ status: "succeeded", result: 42 });
		const tree = await wholeTree(platform.api, run.id, 3);
		expectAddsUp(tree);
		const after = await platform.api.expect(200, Budget, "GET", `/v1/agents/${ids.boss}/budget`);
		// The run, what it lent, and no more: the second run of the agent is within what the first one lent.
		expect(after.windows.lifetime.settled.runs - before.windows.lifetime.settled.runs).toBe(3);
		const [root] = tree.data;
		expect(after.windows.lifetime.settled.usdMicros - before.windows.lifetime.settled.usdMicros).toBe(
			(root?.usage.usdMicros ?? 0) + (root?.lent.usdMicros ?? 0),
		);
	});

	test("end when the run that started them is cancelled, those that they started too", async () => {
		const run = await start(`return await env.middle.run({ input: { wide: 2, leaf: { path: "/silent?cancel" } } });`, { wait: 0 });
		await upstream.arrived("/silent?cancel", 2);
		const cancelled = await platform.api.expect(200, Run, "POST", `/v1/runs/${run.id}/cancel`);
		expect(cancelled.status).toBe("cancelled");
		const tree = await wholeTree(platform.api, run.id, 4);
		expect(new Set(tree.data.map(({ status }) => status))).toEqual(new Set(["cancelled"]));
		expectAddsUp(tree);
		await nothingHeld();
	});

	test("wait for a person while the run that started them waits for them, without an isolate", async () => {
		const run = await start(`return (await env.middle.run({ input: { leaf: { ask: "may I?" } } })).result;`, { wait: 0 });
		const approvals = pageOf(Approval.partial().passthrough());
		const pending = await pollUntil(
			() => platform.api.expect(200, approvals, "GET", "/v1/approvals?status=pending"),
			({ data }) => data.length === 1,
		);
		await pollUntil(
			async () => executorsBusy(),
			(busy) => busy === 0,
		);
		expect((await read(run.id)).status).toBe("running");
		const approval = pending.data[0];
		const decided = await platform.api.request("POST", `/v1/approvals/${String(approval?.id)}/decide`, {
			decision: "approve",
			digest: approval?.digest,
			answer: "you may",
		});
		expect(decided.status).toBe(200);
		expect(await ended(run.id)).toMatchObject({ status: "succeeded", result: [["succeeded", "you may"]] });
		expectAddsUp(await wholeTree(platform.api, run.id, 3));
		await nothingHeld();
	});

	test("survive that executors are killed under them, and none is started twice", { timeout: 120_000 }, async () => {
		const runs = await Promise.all(
			Array.from({ length: 2 }, () =>
				start(`return (await env.middle.run({ input: { wide: 3, leaf: { path: "/held" } } })).result.map(([status]) => status);`, {
					wait: 0,
				}),
			),
		);
		for (let kills = 1; kills <= 3; kills += 1) {
			await upstream.arrived("/held", kills);
			for (const executor of executorsIn(process.pid)) killNow(executor);
			upstream.answer();
		}
		upstream.answerAll();
		for (const { id } of runs) {
			const run = await ended(id);
			expect(run).toMatchObject({ status: "succeeded", result: ["succeeded", "succeeded", "succeeded"], error: null });
			expectAddsUp(await wholeTree(platform.api, id, 5));
		}
		await nothingHeld();
	});

	test("of an agent that is switched off are not started, and end when it is switched off", async () => {
		const run = await start(
			`
			const first = await env.leaf.run({ input: { path: "/silent?off" } });
			try { await env.leaf.run({ input: {} }); } catch (error) { return [first.status, error.code]; }
		`,
			{ wait: 0 },
		);
		await upstream.arrived("/silent?off", 1);
		await platform.api.request("POST", `/v1/agents/${ids.leaf}/disable`);
		expect(await ended(run.id)).toMatchObject({ status: "succeeded", result: ["cancelled", "agent_disabled"] });
		await platform.api.expect(200, Agent, "POST", `/v1/agents/${ids.leaf}/enable`);
		await nothingHeld();
	});

	test("have no more than the run that starts them, and are told of in the types", async () => {
		const policy = { grants: { wide: { verb: "files", mounts: { "/workspace": "write" } } } };
		const more = await makeAgent(platform.api, { name: "more", policy, program: "export default () => 1" });
		await makeAgent(platform.api, {
			name: "less",
			policy: {
				grants: {
					more: { verb: "agent.run", agent: more.name, budget: SMALL },
					nobody: { verb: "agent.run", agent: "nobody", budget: SMALL },
				},
			},
		});
		const run = await platform.api.run({
			agent: "less",
			program: `export default async (input, env) => {
				const codes = [];
				for (const name of ["more", "nobody"]) try { await env[name].run(); } catch (error) { codes.push(error.code); }
				return [...codes, (await env.more.run({ grants: [] })).status];
			}`,
		});
		expect(run).toMatchObject({ status: "succeeded", result: ["capability_not_granted", "capability_not_granted", "succeeded"] });
		const types = await platform.api.request("GET", `/v1/agents/${ids.boss}/types`);
		expect(JSON.stringify(types.body)).toContain("Starts a run of the agent leaf");
	});

	test("are answered from the record in a replay and a fork, and planned in a dry run: none is started", async () => {
		const program = `export default async (input, env) => (await env.leaf.run({ input: { n: 5 } })).result`;
		const run = await platform.api.run({ agent: "boss", program });
		expect(run.result).toEqual({ leaf: 5, burnt: false });
		const count = async (): Promise<number> => (await runsSoFar(platform.api, "leaf")).length;
		await wholeTree(platform.api, run.id, 2);
		const before = await count();
		const replay = await platform.api.expect(200, Replay, "POST", `/v1/runs/${run.id}/replay`, {});
		expect(replay.verdict).toBe("identical");
		const fork = await platform.api.expect(200, Replay, "POST", `/v1/runs/${run.id}/replay`, { from: 1 });
		expect(fork.run).toMatchObject({ status: "succeeded", result: { leaf: 5, burnt: false } });
		const dry = await platform.api.run({ agent: "boss", program, dryRun: true });
		expect(dry).toMatchObject({
			status: "succeeded",
			result: null,
			plan: { effects: [{ grant: "leaf", verb: "agent.run", effect: "write" }] },
		});
		expect(await count()).toBe(before);
	});

	test("stand in the ledger once each: it adds up to what the runs say, and to what their roots say with all below them", async () => {
		const sum = (found: readonly RunSummary[], of: (run: RunSummary) => number): number => found.reduce((whole, run) => whole + of(run), 0);
		const NAMES = ["usdMicros", "calls", "cpuMs", "egressBytes"] as const;
		/** By the ledger, by what the runs say, and by what their roots say. What ends late reaches the archive a moment after its run. */
		const read = async () => {
			const runs = await allPages(platform.api, "/v1/runs", RunSummary, 100);
			const { total } = await platform.api.expect(200, UsageReport, "GET", "/v1/usage");
			const live = runs.filter(({ mode }) => mode !== "replay");
			const roots = live.filter(({ parent }) => parent === null);
			const sums = NAMES.map((name) => [
				total[name],
				sum(live, ({ usage }) => usage[name]),
				sum(roots, ({ usage, lent }) => usage[name] + lent[name]),
			]);
			return { runs, live, roots, sums };
		};
		const { live, roots, sums } = await pollUntil(
			read,
			(found) =>
				found.runs.every(({ endedAtMs }) => endedAtMs !== null) &&
				found.sums.every(([one, ...others]) => others.every((each) => each === one)),
		);
		for (const [one, ...others] of sums) expect(others).toEqual([one, one]);
		expect(live.length).toBe(sum(roots, ({ lent }) => 1 + lent.runs));
	});
});

const executorsBusy = async (): Promise<number> => {
	const { body } = await platform.api.request("GET", "/healthz");
	return Number(JSON.parse(JSON.stringify(body)).executors.busy);
};
