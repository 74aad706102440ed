import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { Pool } from "../../../supervisor/pool.ts";
import type { Acquired, PoolLease } from "../../../supervisor/pool-claim.ts";
import { jobOf, startTestExecutors } from "./fixture.ts";

const RETURN = "export default async () => 1";
const WAIT = "export default async () => { setInterval(() => {}, 50); await new Promise(() => {}); }";

const ask = (pool: Pool, tenantId: string, kind: "run" | "compile" = "run", signal = new AbortController().signal): Promise<Acquired> =>
	pool.acquire({ tenantId, cpuMs: 100, kind }, signal);

const leaseOf = async (asked: Promise<Acquired>): Promise<PoolLease> => {
	const acquired = await asked;
	if (acquired.kind !== "acquired") throw new Error(`Reading a lease: the claim was ${acquired.kind}, wanted it acquired.`);
	return acquired.lease;
};

describe("the pool", () => {
	test("gives a tenant its own process again, and no other tenant's", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const seen = new Map<number, string>();
		const pidsOf = async (tenantId: string) => {
			await platform.run(jobOf(RETURN, { tenantId }));
			const pids = platform.pids(tenantId);
			for (const pid of pids) expect(seen.get(pid) ?? tenantId).toBe(tenantId);
			for (const pid of pids) seen.set(pid, tenantId);
			return pids;
		};
		const first = await pidsOf("ten_a");
		expect(first).toHaveLength(1);
		expect(await pidsOf("ten_a")).toEqual(first);
		for (const tenantId of ["ten_b", "ten_c", "ten_a", "ten_d", "ten_b"]) await pidsOf(tenantId);
		expect(seen.size).toBeGreaterThanOrEqual(4);
	});

	test("never gives a process that was stopped to anybody again", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		await platform.run(jobOf(RETURN));
		const before = platform.pids("ten_a");
		await platform.run(jobOf("export default async () => { for (;;); }", { limits: { cpuMs: 50 } }));
		await platform.run(jobOf(RETURN));
		expect(platform.pids("ten_a")).toHaveLength(1);
		expect(platform.pids("ten_a")).not.toEqual(before);
	});

	test("serves waiting tenants in turn, whatever one of them has piled up", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const blocker = platform.begin(jobOf(WAIT, { tenantId: "ten_blocker" }));
		const other = platform.begin(jobOf(WAIT, { tenantId: "ten_other" }));
		await Promise.all([blocker.started, other.started]);
		const order: string[] = [];
		const code = "export default async () => { await new Promise((done) => setTimeout(done, 40)); return 1; }";
		const queue = (tenantId: string) => platform.run(jobOf(code, { tenantId })).then(() => order.push(tenantId));
		const greedy = Array.from({ length: 20 }, () => queue("ten_greedy"));
		// Connections are taken in order: when one behind them is answered, they are all queued.
		await platform.post("/cancel", { runId: "run_none" });
		const modest = queue("ten_modest");
		await platform.post("/cancel", { runId: blocker.runId });
		await Promise.all([...greedy, modest]);
		await platform.post("/cancel", { runId: other.runId });
		// Its turn is the second; what it waits for beyond that is the start of a process of its own.
		expect(order.indexOf("ten_modest")).toBeLessThan(greedy.length);
	});

	test.each([1, 2])(
		"keeps a place for others when one tenant has taken all of its %i, and gives that tenant its own back",
		async (size) => {
			await using platform = await startTestExecutors({ size });
			const { pool } = platform.executors;
			const order: string[] = [];
			const held = await Promise.all(Array.from({ length: size }, () => leaseOf(ask(pool, "ten_a"))));
			const waiting = ask(pool, "ten_a").finally(() => order.push("ten_a"));
			const other = await leaseOf(ask(pool, "ten_b").finally(() => order.push("ten_b")));
			expect(order).toEqual(["ten_b"]);
			expect(pool.status()).toEqual({ idle: 0, busy: size + 1 });
			// The place of the others stays theirs when it is free.
			other.release(true);
			await leaseOf(ask(pool, "ten_b"));
			expect(order).toEqual(["ten_b"]);
			held[0]?.release(true);
			await leaseOf(waiting);
			expect(order).toEqual(["ten_b", "ten_a"]);
		},
	);

	test("refuses what one tenant has waiting past its own bound, and takes another's", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const { pool } = platform.executors;
		const held = await leaseOf(ask(pool, "ten_a"));
		const gone = new AbortController();
		const waiting = Array.from({ length: LIMITS.executorQueueOfTenant }, () => ask(pool, "ten_a", "run", gone.signal));
		const past = ask(pool, "ten_a", "run", gone.signal);
		const other = await leaseOf(ask(pool, "ten_b"));
		gone.abort();
		expect(await past).toEqual({ kind: "refused", why: "too many runs are waiting" });
		expect(new Set((await Promise.all(waiting)).map((each) => each.kind))).toEqual(new Set(["cancelled"]));
		for (const lease of [held, other]) lease.release(true);
	});

	test("refuses what all tenants together have waiting past the bound of all", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const { pool } = platform.executors;
		await Promise.all(["ten_a", "ten_b"].map((tenantId) => leaseOf(ask(pool, tenantId))));
		const gone = new AbortController();
		const waiting = Array.from({ length: LIMITS.executorQueue }, (_, index) => ask(pool, `ten_${index % 100}`, "run", gone.signal));
		const past = ask(pool, "ten_new", "run", gone.signal);
		gone.abort();
		expect(await past).toEqual({ kind: "refused", why: "too many runs are waiting" });
		expect((await Promise.all(waiting)).every((each) => each.kind === "cancelled")).toBe(true);
	});

	test("lets a compile go before the waiting runs of its tenant, and not before another tenant's turn", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const { pool } = platform.executors;
		const held = await Promise.all(["ten_x", "ten_y"].map((tenantId) => leaseOf(ask(pool, tenantId))));
		const order: string[] = [];
		const queue = async (tenantId: string, kind: "run" | "compile") => {
			const lease = await leaseOf(ask(pool, tenantId, kind));
			order.push(`${tenantId} ${kind}`);
			lease.release(true);
		};
		const all = [queue("ten_b", "run"), queue("ten_a", "run"), queue("ten_a", "compile")];
		held[0]?.release(false);
		await Promise.all(all);
		expect(order.filter((each) => each.startsWith("ten_a"))).toEqual(["ten_a compile", "ten_a run"]);
		expect(order[0]).toBe("ten_b run");
		held[1]?.release(true);
	});

	test("makes room for a new tenant among the idle processes of whoever has most of them", async () => {
		await using platform = await startTestExecutors({ size: 2 });
		const { pool } = platform.executors;
		const leases = await Promise.all(["ten_b", "ten_a", "ten_a"].map((tenantId) => leaseOf(ask(pool, tenantId))));
		for (const lease of leases) lease.release(true);
		const held = await leaseOf(ask(pool, "ten_c"));
		expect([platform.pids("ten_b").length, platform.pids("ten_a").length]).toEqual([1, 1]);
		held.release(true);
	});

	test("cancels a run that waits, which then never starts", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const blocker = platform.begin(jobOf(WAIT));
		await blocker.started;
		const waiting = platform.begin(jobOf(RETURN));
		await platform.post("/cancel", { runId: "run_none" });
		await platform.post("/cancel", { runId: waiting.runId });
		expect(await waiting.outcome).toMatchObject({ kind: "stopped", reason: "cancelled", cpuMs: 0 });
	});

	test("refuses what comes while it drains, and lets finish what runs", async () => {
		await using platform = await startTestExecutors({ size: 1 });
		const code = "export default async () => { await new Promise((done) => setTimeout(done, 300)); return 1; }";
		const running = platform.begin(jobOf(code));
		await running.started;
		const drained = platform.executors.drain(LIMITS.drainMs);
		expect((await platform.run(jobOf(RETURN))).kind).toBe("refused");
		expect((await running.outcome).kind).toBe("answered");
		await drained;
		expect(platform.executors.pool.status()).toEqual({ idle: 0, busy: 0 });
	});

	test("refuses runs rather than keep them waiting when no process starts", async () => {
		await using platform = await startTestExecutors({ size: 1, workerd: "/bin/false", enclosure: "none" });
		expect(await platform.run(jobOf(RETURN))).toEqual({ kind: "refused", why: "executor processes do not start" });
		expect(platform.executors.pool.status().idle).toBe(0);
	});
});
