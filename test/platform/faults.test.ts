import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Run } from "../../contract/runs.ts";
import { computeRun, sendRun, spinRun } from "./fault-agents.ts";
import { expectNothingHeld, expectWhole, getRun, listCalls } from "./fault-checks.ts";
import { resolve, truthOf } from "./fault-people.ts";
import { controlPlaneIn, executorsIn, killNow, until } from "./fault-processes.ts";
import { runEnded } from "./run-to-end.ts";
import { type FaultSite, startFaultSite } from "./fault-site.ts";
import { answerOf, type Effect } from "./fault-upstream.ts";

/** What a restart and one more attempt may take, on a machine that others use too. */
const RECOVERED_MS = 120_000;
const TEST_MS = 480_000;

const killExecutors = ({ platform }: FaultSite): void => {
	for (const executor of executorsIn(platform.pid)) killNow(executor);
};

const attemptOf = ({ api }: FaultSite, id: string, attempt: number): Promise<Run> =>
	until(`attempt ${attempt} of ${id}`, RECOVERED_MS, async () => {
		const run = await getRun(api, id);
		return (run.attempt >= attempt && run.status === "running") || run.endedAtMs !== null ? run : null;
	});

const unresolved = ({ api }: FaultSite, id: string): Promise<Run> =>
	until(`a call of ${id} to settle`, RECOVERED_MS, async () => {
		const run = await getRun(api, id);
		return run.unresolvedCalls.length > 0 ? run : null;
	});

/** One platform for the tests of a group: each goes on where the one before left it. */
const shareSite = (executors: number): { readonly now: FaultSite } => {
	let site: FaultSite;
	beforeAll(async () => {
		site = await startFaultSite(executors);
	}, TEST_MS);
	afterAll(() => site[Symbol.asyncDispose]());
	return {
		get now() {
			return site;
		},
	};
};

const effectsOf = ({ upstream }: FaultSite, ...marks: readonly string[]): Effect[] =>
	upstream.effects.filter(({ mark }) => marks.includes(mark));

describe("an executor killed", () => {
	const shared = shareSite(1);

	test("under a computing run: the run is executed again and ends right", { timeout: TEST_MS }, async () => {
		const site = shared.now;
		const alone = await site.api.run({ ...computeRun(250), wait: 25 });
		const runs: Run[] = [alone];
		// One that is over before the kill says nothing, and another is begun.
		for (let run = alone; run.attempt === 1; runs.push(run)) {
			const { id } = await site.api.run(computeRun(250));
			await attemptOf(site, id, 1);
			killExecutors(site);
			run = await runEnded(site.api, id, RECOVERED_MS);
			expect(run).toMatchObject({ status: "succeeded", result: alone.result });
		}
		expect(runs.at(-1)?.attempt).toBe(2);
		expect(await expectWhole(site.api, runs, [])).toEqual(new Map());
	});

	test("under the same run again and again brings it back each time, later the second time; the next run works", {
		timeout: TEST_MS,
	}, async () => {
		const site = shared.now;
		const { id } = await site.api.run(spinRun());
		for (let attempt = 1; attempt <= 2; attempt += 1) {
			await attemptOf(site, id, attempt);
			killExecutors(site);
		}
		const { usage } = await attemptOf(site, id, 3);
		await site.api.expect(200, Run, "POST", `/v1/runs/${id}/cancel`);
		const run = await runEnded(site.api, id, RECOVERED_MS);
		expect(run).toMatchObject({ status: "cancelled", attempt: 3 });
		const next = await site.api.run(sendRun(site.upstream.host, "next"));
		expect(next.status).toBe("succeeded");
		// What a cancelled run used is known when its executor has told.
		const told = await until("what the cancelled attempt used", RECOVERED_MS, async () => {
			const known = await getRun(site.api, id);
			return known.usage.wallMs > usage.wallMs ? known : null;
		});
		expect(await expectWhole(site.api, [told, next], effectsOf(site, "next"))).toEqual(new Map([["done", 1]]));
	});

	test("in the middle of a call that must not be repeated: the host brings it to its end, once, and the next attempt is told", {
		timeout: TEST_MS,
	}, async () => {
		const site = shared.now;
		const held = site.upstream.hold("cut", "sent");
		const { id } = await site.api.run({ ...sendRun(site.upstream.host, "cut"), wait: 0 });
		await held.arrived;
		killExecutors(site);
		await attemptOf(site, id, 2);
		expect((await listCalls(site.api, id)).map(({ verb, status }) => [verb, status])).toEqual([
			["files", "done"],
			["http.fetch", "started"],
		]);
		await held.answer();
		const run = await runEnded(site.api, id, RECOVERED_MS);
		expect(run).toMatchObject({ status: "succeeded", attempt: 2, result: answerOf({ mark: "cut", step: "sent" }) });
		expect(await expectWhole(site.api, [run], effectsOf(site, "cut"))).toEqual(new Map([["done", 1]]));
	});
});

describe("the whole platform killed while runs compute, wait for an executor, or are in calls", () => {
	const shared = shareSite(6);
	/** By mark. */
	const runs = new Map<string, Run>();
	const idOf = (mark: string): string => runs.get(mark)?.id ?? "";
	const endOf = (mark: string): Promise<Run> => runEnded(shared.now.api, idOf(mark), RECOVERED_MS);

	beforeAll(async () => {
		const { api, upstream } = shared.now;
		const start = async (mark: string, request: ReturnType<typeof sendRun>): Promise<void> => {
			runs.set(mark, await api.run({ ...request, wait: 0 }));
		};
		const inCall = { keyed: "keyed", reads: "reads", done: "plain", failed: "plain", repeat: "plain" } as const;
		const marks = ["keyed", "reads", "done", "failed", "repeat"] as const;
		const holds = marks.map((mark) => upstream.hold(mark, "sent"));
		await Promise.all(marks.map((mark) => start(mark, sendRun(upstream.host, mark, inCall[mark]))));
		await Promise.all(holds.map(({ arrived }) => arrived));
		await start("computing", computeRun(250));
		await until("a run shown as running", RECOVERED_MS, async () =>
			(await getRun(api, idOf("computing"))).status === "running" ? true : null,
		);
		await Promise.all(["first", "second"].map((mark) => start(mark, sendRun(upstream.host, mark))));
		await start("queued", { ...sendRun(upstream.host, "queued"), limits: { wallMs: 60_000 } });
		await shared.now.crash();
	}, TEST_MS);

	test("all that may be repeated end right by themselves, each request with the key that it had", { timeout: TEST_MS }, async () => {
		const marks = ["keyed", "reads", "computing", "first", "second", "queued"];
		const ended = await Promise.all(marks.map(endOf));
		expect(ended.map(({ status }) => status)).toEqual(marks.map(() => "succeeded"));
		expect(await expectWhole(shared.now.api, ended, effectsOf(shared.now, ...marks))).toEqual(new Map([["done", 5]]));
		expect(effectsOf(shared.now, "keyed", "reads")).toHaveLength(4);
	});

	test("calls that must not be repeated wait until a person settles them: as done, as failed, or to be repeated", {
		timeout: TEST_MS,
	}, async () => {
		const { api, upstream } = shared.now;
		const marks = ["done", "failed", "repeat"];
		const stuck = await Promise.all(marks.map((mark) => unresolved(shared.now, idOf(mark))));
		expect(stuck.map(({ status, pendingApprovals }) => [status, pendingApprovals])).toEqual(marks.map(() => ["waiting_approval", []]));
		await expectNothingHeld(api);
		expect(effectsOf(shared.now, ...marks)).toHaveLength(3);
		const [done = "", failed = "", repeat = ""] = stuck.map(({ unresolvedCalls }) => unresolvedCalls[0] ?? "");
		expect(await resolve(api, done, truthOf(upstream, done))).toMatchObject({ status: "done" });
		expect(await resolve(api, failed, { outcome: "failed", message: "the far side has nothing" })).toMatchObject({ status: "failed" });
		expect(await resolve(api, repeat, { outcome: "repeat" })).toMatchObject({ status: "started" });
		expect((await api.request("POST", `/v1/calls/${done}/resolve`, { outcome: "repeat" })).status).toBe(409);
		const ended = await Promise.all(marks.map(endOf));
		expect(ended.map(({ status, result }) => [status, result])).toEqual([
			["succeeded", answerOf({ mark: "done", step: "sent" })],
			[
				"succeeded",
				expect.stringContaining("upstream_failed: Calling env.plain.fetch: a person says that it did not happen: the far side has nothing"),
			],
			["succeeded", answerOf({ mark: "repeat", step: "sent" })],
		]);
		await expectNothingHeld(api);
		expect(effectsOf(shared.now, "done", "failed")).toHaveLength(2);
		expect(effectsOf(shared.now, "repeat").map(({ idempotencyKey }) => idempotencyKey)).toEqual([repeat, repeat]);
		const calls = await Promise.all(ended.map(({ id }) => listCalls(api, id)));
		expect(calls.map((list) => list.at(-1)?.status)).toEqual(["done", "failed", "done"]);
	});
});

describe("a part of the platform", () => {
	const shared = shareSite(2);

	test("the control plane's process, killed alone, comes back by itself: its runs end right, the next ones work", {
		timeout: TEST_MS,
	}, async () => {
		const site = shared.now;
		const held = site.upstream.hold("cut", "sent");
		const { id } = await site.api.run({ ...sendRun(site.upstream.host, "cut", "keyed"), wait: 0 });
		await held.arrived;
		killNow(controlPlaneIn(site.platform.pid) ?? expect.fail("no control plane is there"));
		await until("a control plane that answers", RECOVERED_MS, () =>
			fetch(`${site.platform.url}/healthz`).then(
				(response) => (response.ok ? true : null),
				() => null,
			),
		);
		const next = await site.api.run(sendRun(site.upstream.host, "next"));
		const run = await runEnded(site.api, id, RECOVERED_MS);
		expect([run.status, next.status]).toEqual(["succeeded", "succeeded"]);
		expect(await expectWhole(site.api, [run, next], site.upstream.effects)).toEqual(new Map([["done", 2]]));
	});

	test("SIGTERM lets a running run finish, ends with 0, and leaves nothing to recover; a second platform on the same data refuses to start", {
		timeout: TEST_MS,
	}, async () => {
		const site = shared.now;
		await expect(site.second()).rejects.toThrow(`process ${site.platform.pid} uses it`);
		const held = site.upstream.hold("last", "sent");
		const { id } = await site.api.run({ ...sendRun(site.upstream.host, "last"), wait: 0 });
		await held.arrived;
		const code = site.platform.terminate();
		await held.answer();
		expect(await code).toBe(0);
		await site.restart();
		const run = await getRun(site.api, id);
		expect(run).toMatchObject({ status: "succeeded", attempt: 1 });
		expect(await expectWhole(site.api, [run], effectsOf(site, "last"))).toEqual(new Map([["done", 1]]));
	});
});
