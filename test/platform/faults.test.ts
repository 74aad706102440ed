import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Run } from "../../contract/runs.ts";
import type { CreateRunInput } from "../../scripts/support/api-client.ts";
import { makeFaultAgent, sendRun, spinRun } from "./fault-agents.ts";
import { expectLedgerMatches, expectListAgrees, expectNothingHeld, getRun, listCalls, listRuns, runEnded } from "./fault-checks.ts";
import { type PlatformProcess, startPlatform } from "./fault-platform.ts";
import { cpuTicksOf, executorsIn, killNow, until } from "./fault-processes.ts";
import { startRandom } from "./fault-random.ts";
import { type FaultUpstream, startFaultUpstream } from "./fault-upstream.ts";

/** A lease, and what a restart and one more attempt may take beside it. */
const RECOVERED_MS = 30_000;

let dataFolder: string;
let upstream: FaultUpstream;
let platform: PlatformProcess;
const start = (port = 0, executors = 2): Promise<PlatformProcess> =>
	startPlatform({ dataFolder, port, executors, upstream: upstream.host });
/** The same command again, on the same data and port. */
const restart = async (executors = 2): Promise<void> => {
	platform = await start(platform.port, executors);
};

beforeEach(async () => {
	dataFolder = await mkdtemp(join(tmpdir(), "cordon-faults-"));
	upstream = await startFaultUpstream();
	platform = await start();
	await makeFaultAgent(platform.api, upstream.host);
});
afterEach(async () => {
	await platform[Symbol.asyncDispose]();
	await upstream[Symbol.asyncDispose]();
	await rm(dataFolder, { recursive: true, force: true });
});

/** Everything that must hold once all runs have ended, whatever died before. */
const expectWhole = async (runIds: readonly string[]): Promise<Map<string, number>> => {
	const runs = await Promise.all(runIds.map((id) => runEnded(platform.api, id, RECOVERED_MS)));
	await expectNothingHeld(platform.api);
	await expectListAgrees(platform.api, runs);
	const counts = await expectLedgerMatches(platform.api, runIds, upstream.effects);
	expect(await Promise.all(runIds.map((id) => getRun(platform.api, id))), "runs read again after their end").toEqual(runs);
	return counts;
};

describe("an executor killed", () => {
	test("under a computing run ends it as executor_lost; the next run works", async () => {
		const { id } = await platform.api.run({ ...spinRun(20_000), wait: 0 });
		const busy = await until("one executor that computes", 10_000, () => {
			const found = executorsIn(platform.pid).find(({ pid }) => cpuTicksOf(pid) > 50);
			return found ?? null;
		});
		killNow(busy);
		const run = await runEnded(platform.api, id, 3_000);
		expect(run).toMatchObject({ status: "failed", error: { code: "executor_lost" } });
		expect(run.usage.cpuMs).toBeGreaterThan(300);
		const next = await platform.api.run(sendRun(upstream.host, "/now", "next"));
		expect(next.status).toBe("succeeded");
		expect(await expectWhole([id, next.id])).toEqual(new Map([["done", 1]]));
	});

	test("in the middle of a call leaves the call unknown and nothing held as soon as the run has ended", async () => {
		const { id } = await platform.api.run({ ...sendRun(upstream.host, "/later", "cut"), wait: 0 });
		await upstream.arrived("cut");
		for (const executor of executorsIn(platform.pid)) killNow(executor);
		const run = await runEnded(platform.api, id, 3_000);
		expect(run).toMatchObject({ status: "failed", error: { code: "executor_lost" } });
		await expectNothingHeld(platform.api);
		expect((await listCalls(platform.api, id)).map((call) => [call.verb, call.status])).toEqual([
			["files", "done"],
			["http.fetch", "unknown"],
		]);
		upstream.release();
		const next = await platform.api.run(sendRun(upstream.host, "/now", "next"));
		expect(next.status).toBe("succeeded");
		expect(await expectWhole([id, next.id])).toEqual(
			new Map([
				["unknown", 1],
				["done", 1],
			]),
		);
	});
});

describe("the whole platform killed", () => {
	test("while runs compute, wait for an executor, or are in a call: each ends once, and those that had done nothing are run again", async () => {
		await platform.terminate();
		await restart(2);
		const { api } = platform;
		const inCall = await api.run({ ...sendRun(upstream.host, "/later", "in-call"), wait: 0 });
		await upstream.arrived("in-call");
		const computing = await api.run({ ...spinRun(15_000), wait: 0 });
		await until("a run shown as running", 5_000, async () => ((await getRun(api, computing.id)).status === "running" ? true : null));
		const waiting = await Promise.all(["first", "second"].map((mark) => api.run({ ...sendRun(upstream.host, "/now", mark), wait: 0 })));
		const queued = await api.run({ ...sendRun(upstream.host, "/now", "queued"), limits: { wallMs: 60_000 }, wait: 0 });
		const acknowledged = await api.run({ ...sendRun(upstream.host, "/now", "acknowledged"), wait: 0 });
		await platform.kill();
		await restart(2);
		const ids = [inCall, computing, ...waiting, queued, acknowledged].map((run) => run.id);
		const counts = await expectWhole(ids);
		const ended = await Promise.all(ids.map((id) => getRun(platform.api, id)));
		expect(ended.map((run) => run.error?.code ?? run.status)).toEqual([
			"interrupted",
			"interrupted",
			"succeeded",
			"succeeded",
			"succeeded",
			"succeeded",
		]);
		expect(counts).toEqual(
			new Map([
				["unknown", 1],
				["done", 4],
			]),
		);
		const after = await platform.api.run(sendRun(upstream.host, "/now", "after"));
		expect(after.status).toBe("succeeded");
	}, 90_000);

	test("again and again at random moments with twenty runs in flight: every run that was answered or is listed ends once, and a retry finds its run", async () => {
		const random = startRandom();
		const acknowledged = new Map<string, string>();
		const unanswered = new Map<string, CreateRunInput>();
		const post = async (mark: string): Promise<void> => {
			const request = { ...sendRun(upstream.host, "/now", mark), wait: random.below(2) === 0 ? 0 : 5 };
			const answer = await platform.api.request("POST", "/v1/runs", request, { "idempotency-key": mark }).catch(() => null);
			// The control plane may outlive the supervisor by an instant: it then says that no executor took the run, and has begun nothing.
			if (answer === null || answer.status === 503) unanswered.set(mark, request);
			else if (answer.status === 201 || answer.status === 202) acknowledged.set(mark, Run.parse(answer.body).id);
			else throw new Error(`POST /v1/runs: found ${answer.status} ${JSON.stringify(answer.body)}, wanted 201, 202 or 503`);
		};
		for (let round = 0; round < 5; round += 1) {
			const posts = Array.from({ length: 20 }, (_each, index) => post(`round-${round}-${index}`));
			await setTimeout(random.below(900));
			await Promise.all([platform.kill(), ...posts]);
			await restart();
		}
		console.log(`seed ${random.seed}: ${acknowledged.size} answered, ${unanswered.size} not, ${upstream.effects.length} requests`);
		for (const [mark, request] of unanswered) {
			const [one, other] = await Promise.all([0, 1].map(() => platform.api.run(request, { "idempotency-key": mark })));
			expect(one?.id).toBe(other?.id);
			if (one !== undefined) acknowledged.set(mark, one.id);
		}
		expect(acknowledged.size).toBe(100);
		expect(new Set(acknowledged.values()).size).toBe(100);
		await expectWhole([...acknowledged.values()]);
		expect((await listRuns(platform.api)).map((run) => run.id).sort()).toEqual([...acknowledged.values()].sort());
		const runs = await Promise.all([...acknowledged.values()].map((id) => getRun(platform.api, id)));
		// `executor_lost`: the control plane outlived the executors by an instant, and wrote down that they were gone.
		for (const run of runs) expect(run.error?.code ?? run.status).toMatch(/^(succeeded|interrupted|executor_lost)$/);
	}, 120_000);
});

test("the control plane's process killed alone comes back by itself: its runs end, the next ones work", async () => {
	const { id } = await platform.api.run({ ...sendRun(upstream.host, "/later", "cut"), wait: 0 });
	await upstream.arrived("cut");
	for (const each of platform.family()) if (each.commandLine.includes("workerd serve --binary")) killNow(each);
	await until("a control plane that answers", 10_000, () =>
		fetch(`${platform.url}/healthz`).then(
			(response) => (response.ok ? true : null),
			() => null,
		),
	);
	const next = await platform.api.run(sendRun(upstream.host, "/now", "next"));
	expect(next.status).toBe("succeeded");
	const counts = await expectWhole([id, next.id]);
	expect(await getRun(platform.api, id)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
	expect(counts).toEqual(
		new Map([
			["unknown", 1],
			["done", 1],
		]),
	);
});

describe("SIGTERM", () => {
	test("lets a running run finish, ends with 0, and leaves nothing to recover", async () => {
		const { id } = await platform.api.run({ ...sendRun(upstream.host, "/later", "last"), wait: 0 });
		await upstream.arrived("last");
		const code = platform.terminate();
		upstream.release();
		expect(await code).toBe(0);
		await restart();
		expect(await getRun(platform.api, id)).toMatchObject({ status: "succeeded", attempt: 1 });
		expect(await expectWhole([id])).toEqual(new Map([["done", 1]]));
	});
});

test("a second platform on the same data folder refuses to start, and the first goes on", async () => {
	await expect(start()).rejects.toThrow(`process ${platform.pid} uses it`);
	const run = await platform.api.run(sendRun(upstream.host, "/now", "alone"));
	expect(run.status).toBe("succeeded");
});
