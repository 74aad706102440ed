import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { jobOf, startTestExecutors } from "./fixture.ts";

const RETURN = "export default async () => 1";
const WAIT = "export default async () => { setInterval(() => {}, 50); await new Promise(() => {}); }";

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
		await blocker.started;
		const order: string[] = [];
		const code = "export default async () => { await new Promise((done) => setTimeout(done, 40)); return 1; }";
		const queue = (tenantId: string) => platform.run(jobOf(code, { tenantId })).then(() => order.push(tenantId));
		const greedy = Array.from({ length: 20 }, () => queue("ten_greedy"));
		// Connections are taken in order: when one behind them is answered, they are all queued.
		await platform.post("/cancel", { runId: "run_none" });
		const modest = queue("ten_modest");
		await platform.post("/cancel", { runId: blocker.runId });
		await Promise.all([...greedy, modest]);
		// Its turn is the second; what it waits for beyond that is the start of a process of its own.
		expect(order.indexOf("ten_modest")).toBeLessThan(greedy.length);
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
