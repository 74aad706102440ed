import { afterEach, describe, expect, test, vi } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { Pool } from "../../../supervisor/pool.ts";
import type { Acquired, PoolLease } from "../../../supervisor/pool-claim.ts";
import { answerOf, jobOf, startTestExecutors, type TestExecutors } from "./fixture.ts";

const COUNTER =
	"let count = 0; export default async (input) => { count += 1; const until = input.ms ?? 0; await new Promise((done) => setTimeout(done, until)); return count; }";

/** What a run returns. */
const resultOf = async (platform: TestExecutors, job: ReturnType<typeof jobOf>): Promise<unknown> => {
	const { outcome } = answerOf(await platform.run(job));
	if (outcome.kind !== "returned") throw new Error(`Reading a result: the run ended ${JSON.stringify(outcome)}, wanted it returned.`);
	return outcome.result;
};
/** Runs, and says that the next may have what it leaves. */
const keptRun = async (platform: TestExecutors, warm: string, parts: Parameters<typeof jobOf>[1] = {}): Promise<unknown> => {
	const job = jobOf(COUNTER, { ...parts, warm });
	const result = await resultOf(platform, job);
	await platform.post("/keep", { runId: job.runId });
	return result;
};

const ask = (pool: Pool, runId: string, name: string | null, tenantId: string, signal = new AbortController().signal): Promise<Acquired> =>
	pool.acquire({ tenantId, cpuMs: 100, kind: "run", warm: name === null ? null : { name, runId } }, signal);

const leaseOf = async (pool: Pool, runId: string, name: string | null, tenantId = "ten_a"): Promise<PoolLease> => {
	const acquired = await ask(pool, runId, name, tenantId);
	if (acquired.kind !== "acquired") throw new Error(`Reading a lease: the claim was ${acquired.kind}, wanted it acquired.`);
	return acquired.lease;
};

/** The lease of a run that has the isolate of the name "a" after another, of which word has come. */
const provenLease = async (pool: Pool, runId: string, tenantId = "ten_a"): Promise<PoolLease> => {
	const before = await leaseOf(pool, `${runId}_before`, "a", tenantId);
	before.release(true);
	pool.keep(`${runId}_before`);
	const lease = await leaseOf(pool, runId, "a", tenantId);
	expect([lease.isolate, lease.process]).toEqual([before.isolate, before.process]);
	return lease;
};

/**
 * All processes have a tenant. `ten_a` has as many as it may have at once: one of them is idle, and its next run would have the warm isolate in it, which the last has been
 * said to be kept or not. It waits, for all places are taken: by the others of `ten_a`, by `ten_b` and by `ten_c`.
 */
const crowd = async (pool: Pool, size: number, isKept: boolean, signal?: AbortSignal) => {
	const warm = await provenLease(pool, "run_2");
	const plain = await Promise.all(Array.from({ length: size - 1 }, (_, index) => leaseOf(pool, `run_plain${index}`, null)));
	const other = await leaseOf(pool, "run_b", null, "ten_b");
	await expect.poll(() => pool.processes().length, { timeout: 15_000 }).toBe(size + 2);
	const last = leaseOf(pool, "run_c", null, "ten_c");
	const next = ask(pool, "run_3", "a", "ten_a", signal);
	warm.release(true);
	if (isKept) pool.keep("run_2");
	return { warm, next, last: await last, others: [...plain, other] };
};

/** Lets time pass for whoever asks the clock. */
const pass = (ms: number): void => {
	const now = performance.now.bind(performance);
	vi.spyOn(performance, "now").mockImplementation(() => now() + ms);
};
afterEach(() => {
	vi.restoreAllMocks();
});

describe("the pool", () => {
	test("gives a run the isolate of its name once it is said to be kept, and never without that word", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		expect([await keptRun(platform, "a"), await keptRun(platform, "a")]).toEqual([1, 2]);
		expect(await resultOf(platform, jobOf(COUNTER, { warm: "a" }))).toBe(3);
		expect(await keptRun(platform, "a")).toBe(1);
		await platform.post("/keep", { runId: "run_that_nobody_knows" });
		expect(await keptRun(platform, "a")).toBe(1);
	});

	test("gives no isolate to another name, to a run without one, or to another tenant", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		expect([await keptRun(platform, "a"), await keptRun(platform, "a")]).toEqual([1, 2]);
		expect(await keptRun(platform, "b")).toBe(1);
		expect(await resultOf(platform, jobOf(COUNTER))).toBe(1);
		expect(await keptRun(platform, "a", { tenantId: "ten_b" })).toBe(1);
		expect(await keptRun(platform, "a")).toBe(3);
	});

	test("prefers the process that has the isolate over one used later, which it gives to any other run", async () => {
		await using platform = await startTestExecutors({ size: 2 });
		const { pool } = platform.executors;
		const lease = (runId: string, name: string | null) => leaseOf(pool, runId, name);
		const [first, later] = [await lease("run_a1", "a"), await lease("run_b", null)];
		expect([first.isolate?.startsWith("a."), later.isolate, later.process === first.process]).toEqual([true, null, false]);
		first.release(true);
		pool.keep("run_a1");
		later.release(true);
		const again = await lease("run_a2", "a");
		expect([again.process === first.process, again.isolate]).toEqual([true, first.isolate]);
		again.release(true);
		const [held, plain] = [await lease("run_a3", "a"), await lease("run_c", null)];
		expect([held.isolate, plain.process === later.process, plain.isolate]).toEqual([null, true, null]);
		for (const each of [held, plain]) each.release(true);
	});

	test("lets a waiting run have the isolate once there is word of it, and not before", async () => {
		await using platform = await startTestExecutors({ size: 2 });
		const { pool } = platform.executors;
		const first = await provenLease(pool, "run_2");
		const others = await Promise.all(["run_b", "run_c"].map((runId) => leaseOf(pool, runId, null, `ten_${runId}`)));
		let given: PoolLease | null = null;
		const next = leaseOf(pool, "run_3", "a").then((lease) => {
			given = lease;
			return lease;
		});
		first.release(true);
		for (const each of others) each.release(true);
		await platform.post("/cancel", { runId: "run_none" });
		expect(given).toBeNull();
		pool.keep("run_2");
		expect([(await next).isolate, (await next).process]).toEqual([first.isolate, first.process]);
		(await next).release(true);
	});

	test(`gives a waiting run a fresh isolate where no word has come for ${LIMITS.warmWordMs} ms`, async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const { pool } = platform.executors;
		const first = await provenLease(pool, "run_2");
		first.release(true);
		const fromMs = performance.now();
		const next = await leaseOf(pool, "run_3", "a");
		expect([next.isolate, next.process === first.process]).toEqual([null, true]);
		expect(performance.now() - fromMs).toBeGreaterThan(LIMITS.warmWordMs * 0.8);
		pool.keep("run_2");
		next.release(true);
		expect((await leaseOf(pool, "run_4", "a")).isolate).toBe(first.isolate);
	});

	test("keeps nobody waiting for word of an isolate of which none has ever come", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const { pool } = platform.executors;
		const first = await leaseOf(pool, "run_1", "a");
		first.release(true);
		const fromMs = performance.now();
		const next = await leaseOf(pool, "run_2", "a");
		expect([next.isolate, next.process === first.process, performance.now() - fromMs < LIMITS.warmWordMs]).toEqual([null, true, true]);
		next.release(true);
	});

	test("never gives one isolate to two runs at a time", async () => {
		await using platform = await startTestExecutors({ size: 2 });
		expect(await keptRun(platform, "a")).toBe(1);
		const together = await Promise.all([1, 2].map(() => resultOf(platform, jobOf(COUNTER, { warm: "a", input: '{"ms":300}' }))));
		expect(together.toSorted()).toEqual([1, 2]);
	});

	test("has a stopped run's isolate never again", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const program = `${COUNTER.replace("count += 1;", "count += 1; if (input.spin) for (;;);")}`;
		const run = async (input: string) => {
			const job = jobOf(program, { warm: "a", input, limits: { cpuMs: 100 } });
			const outcome = await platform.run(job);
			await platform.post("/keep", { runId: job.runId });
			return outcome.kind === "answered" ? answerOf(outcome).outcome : outcome.kind;
		};
		expect([await run("{}"), await run('{"spin":1}'), await run("{}")]).toEqual([
			{ kind: "returned", result: 1 },
			"stopped",
			{ kind: "returned", result: 1 },
		]);
	});

	test(`makes ${LIMITS.warmIsolatesPerProcess} warm isolates in a process, and those past them in another`, async () => {
		await using platform = await startTestExecutors({ size: 2 });
		const names = Array.from({ length: LIMITS.warmIsolatesPerProcess + 1 }, (_, index) => `n${index}`);
		for (const name of names) expect(await keptRun(platform, name)).toBe(1);
		expect(platform.pids("ten_a")).toHaveLength(2);
		for (const name of names) expect(await keptRun(platform, name)).toBe(2);
	});

	test("gives up a process that is full of isolates, of which one is used up", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const { pool } = platform.executors;
		const processes = new Set<unknown>();
		for (let index = 0; index < LIMITS.warmIsolatesPerProcess; index += 1) {
			const { process, isolate, release } = await leaseOf(pool, `run_${index}`, `n${index}`);
			expect(isolate).not.toBeNull();
			processes.add(process);
			release(true);
			pool.keep(`run_${index}`);
		}
		const same = await leaseOf(pool, "run_same", "n0");
		processes.add(same.process);
		same.release(true);
		expect(processes.size).toBe(1);
		pass(LIMITS.warmMs);
		const next = await leaseOf(pool, "run_next", null);
		expect(processes.has(next.process)).toBe(false);
		await same.process.ended;
		next.release(true);
	});
});

describe("a tenant's idle process with a warm isolate that its next run would have", () => {
	test("is not held from another tenant's first run while long runs of the tenant last", async () => {
		await using platform = await startTestExecutors({ size: 2 });
		const { pool } = platform.executors;
		const pair = (name: string) => ["1", "2"].map((run) => leaseOf(pool, `${name}${run}`, name));
		const end = (name: string, leases: readonly PoolLease[]) => {
			for (const [index, lease] of leases.entries()) {
				lease.release(true);
				pool.keep(`${name}${index + 1}`);
			}
		};
		for (const name of ["n", "o", "p", "q"]) end(name, await Promise.all(pair(name)));
		const short = await Promise.all(pair("n"));
		await expect.poll(() => pool.processes().length, { timeout: 15_000 }).toBe(4);
		const long = pair("m");
		const next = leaseOf(pool, "n3", "n");
		end("n", short);
		const held = await Promise.all(long);
		expect(new Set([...short, ...held].map((lease) => lease.process)).size).toBe(4);
		const other = await leaseOf(pool, "run_b", null, "ten_b");
		held[0]?.release(true);
		for (const lease of [await next, other]) lease.release(true);
	});

	test.each([true, false])(
		"makes way for the first run of one that has none; its run goes on in another (word of it has come: %s)",
		async (isKept) => {
			await using platform = await startTestExecutors({ size: 1 });
			const { pool } = platform.executors;
			const { warm, next, last, others } = await crowd(pool, 1, isKept);
			const first = leaseOf(pool, "run_d", null, "ten_d");
			await warm.process.ended;
			for (const lease of [last, ...others]) lease.release(true);
			expect((await first).process.alive).toBe(true);
			expect((await next).kind).toBe("acquired");
		},
	);

	test.each([
		{ size: 2, than: "one more than", makesWay: false },
		{ size: 3, than: "two more than", makesWay: true },
	])("makes way for a tenant all of whose processes work where it has $than that: $makesWay", async ({ size, makesWay }) => {
		await using platform = await startTestExecutors({ size });
		const { pool } = platform.executors;
		const { warm, next, last } = await crowd(pool, size, true);
		const second = leaseOf(pool, "run_b2", null, "ten_b");
		expect(pool.processes().some(({ pid }) => pid === warm.process.pid)).toBe(!makesWay);
		last.release(true);
		const acquired = await next;
		expect(acquired.kind === "acquired" && acquired.lease.isolate === warm.isolate).toBe(!makesWay);
		if (acquired.kind === "acquired") acquired.lease.release(true);
		(await second).release(true);
	});

	test("makes way when that run is cancelled", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const gone = new AbortController();
		const { warm, next } = await crowd(platform.executors.pool, 1, true, gone.signal);
		expect(warm.process.alive).toBe(true);
		gone.abort();
		await warm.process.ended;
		expect(await next).toEqual({ kind: "cancelled" });
	});
});
