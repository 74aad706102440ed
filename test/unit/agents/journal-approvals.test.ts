import { describe, expect, it } from "vitest";
import { takeUp } from "../../../worker/agents/object/take-up.ts";
import { doneEnd, failedEnd, heldOf, ring, seenBy } from "./agent-under-test.ts";
import { actOf, get, note, POST_ARGS, put, type RunUnderTest, SEND, startRun } from "./run-under-test.ts";

/** A parked run whose call `send` waits for a person. */
const parkedRun = async (): Promise<{ run: RunUnderTest; callId: string }> => {
	const run = await startRun();
	await run.ask(1, put("before", 1));
	const callId = await run.waits(2, SEND);
	await run.park(callId);
	return { run, callId };
};
const approvalsOf = async (run: RunUnderTest): Promise<string[]> => {
	const ids = (await run.calls()).flatMap(({ approval }) => (approval === null ? [] : [approval]));
	return Promise.all(ids.map(async (id) => (await run.agent.object.approval(id))?.status ?? "gone"));
};

describe("a call that needs a person", () => {
	it("waits, then its run is parked and holds nothing; approved, it is performed once with its id and the approved arguments, and its cost is held then", async () => {
		const { run, callId } = await parkedRun();
		expect(await run.run()).toMatchObject({
			status: "waiting_approval",
			pendingApprovals: [{ call: callId }],
			usage: { calls: 1, cpuMs: 8 },
		});
		expect(await heldOf(run.agent)).toBe(0);
		expect(await run.count("holds")).toBe(0);
		expect(await run.agent.object.claim(run.agent.entry, run.runId)).toBeNull();
		expect(await run.decide(callId, "approve")).toMatchObject({ kind: "decided", resume: true, approval: { status: "approved" } });
		expect(await run.statuses()).toEqual(["done", "waiting"]);
		await run.claim();
		await run.ask(1, put("before", 1));
		const heldBefore = (await run.agent.object.budget(run.agent.entry))?.windows.day.held.calls;
		const begun = await run.begin(2, SEND);
		expect(begun).toMatchObject({ kind: "act", callId, grant: { approval: "always" } });
		expect((await run.agent.object.budget(run.agent.entry))?.windows.day.held.calls).toBe((heldBefore ?? 0) + 1);
		expect(JSON.parse(begun.kind === "act" ? begun.args : "")).toMatchObject(POST_ARGS);
		const ended = await run.agent.object.endCall(doneEnd(callId, { egressBytes: 9 }, "sent"));
		expect(ended?.atMs).toBeGreaterThan(0);
		await run.lose();
		await run.claim();
		await run.ask(1, put("before", 1));
		expect(await run.ask(2, SEND)).toEqual({ kind: "done", value: "sent" });
		const { run: over } = await run.finish();
		expect(over).toMatchObject({ status: "succeeded", attempt: 3, usage: { calls: 2, egressBytes: 9 } });
		expect((await run.calls())[1]).toMatchObject({ status: "done", decision: "allowed", rule: expect.stringMatching(/^approval apr_/) });
		await run.expectSettled();
	});

	it("is not performed with other arguments: what is asked for then is another call, and the run is stopped", async () => {
		const { run, callId } = await parkedRun();
		await run.decide(callId, "approve");
		await run.claim();
		await run.ask(1, put("before", 1));
		const swapped = POST_ARGS.map((request) => ({ ...request, url: "https://example.com/other" }));
		expect(await run.ask(2, ["send", "fetch", ...swapped])).toMatchObject({ code: "run_ended" });
		await run.finish();
		expect(await run.run()).toMatchObject({ status: "failed", error: { code: "replay_diverged" } });
		expect(await run.statuses()).toEqual(["done", "denied"]);
		await run.expectSettled();
	});

	it("that is done in the object is done when it is approved, in the step that answers", async () => {
		const run = await startRun();
		const callId = await run.waits(1, note("k"));
		expect(seenBy(await run.look(callId))).toMatchObject({ kind: "parked" });
		await run.close();
		expect(await run.count("state")).toBe(0);
		await run.decide(callId, "approve");
		await run.claim();
		expect((await run.ask(1, note("k"))).kind).toBe("done");
		expect(await run.count("state")).toBe(1);
		await run.finish();
		await run.expectSettled();
	});

	it("goes on without a second execution when somebody decides while it waits inline", async () => {
		const run = await startRun({ inlineMs: 60_000 });
		const callId = await run.waits(1, SEND);
		const waiting = run.wait(callId);
		expect(await run.decide(callId, "approve")).toMatchObject({ resume: false });
		expect(actOf(await waiting)).toBe(callId);
		await run.agent.object.endCall(doneEnd(callId));
		expect((await run.finish()).run).toMatchObject({ status: "succeeded", attempt: 1 });
		await run.expectSettled();
	});

	it("denied is an error with the reason, each time it is asked for, and the program goes on", async () => {
		const { run, callId } = await parkedRun();
		expect(await run.decide(callId, "deny", { reason: "too much" })).toMatchObject({ resume: true });
		for (let attempt = 2; attempt < 4; attempt += 1) {
			await run.claim();
			await run.ask(1, put("before", 1));
			const denied = await run.ask(2, SEND);
			expect(denied).toMatchObject({ kind: "error", code: "approval_denied", message: expect.stringContaining("too much") });
			expect((await run.ask(3, get("before"))).kind).toBe("done");
			if (attempt === 2) await run.lose();
		}
		expect((await run.finish()).run.status).toBe("succeeded");
		expect((await run.calls())[1]).toMatchObject({ status: "denied", decision: "denied", cost: { calls: 0 } });
		await run.expectSettled();
	});

	it("expires by the clock, once, and its run goes on", async () => {
		const { run, callId } = await parkedRun();
		const later = Date.now() + 24 * 60 * 60 * 1000 + 1;
		const woken = await run.inside((state) => [later - 60_000, later, later].map((nowMs) => state.step(() => takeUp(state, nowMs))));
		expect(woken).toEqual([[], [run.runId], []]);
		expect(await run.decide(callId, "approve")).toMatchObject({ kind: "refused", code: "approval_settled" });
		await run.claim();
		await run.ask(1, put("before", 1));
		expect(await run.ask(2, SEND)).toMatchObject({ kind: "error", code: "approval_expired" });
		await run.finish();
		await run.expectSettled();
	});

	it("that failed after it was approved is not performed a second time", async () => {
		const { run, callId } = await parkedRun();
		await run.decide(callId, "approve");
		await run.claim();
		await run.ask(1, put("before", 1));
		await run.act(2, SEND);
		await run.agent.object.endCall(failedEnd(callId, { egressBytes: 3 }));
		await run.lose();
		await run.claim();
		await run.ask(1, put("before", 1));
		expect(await run.ask(2, SEND)).toMatchObject({ kind: "error", code: "upstream_failed" });
		await run.finish();
		await run.expectSettled();
	});

	it("is denied when today's policy has taken its grant away since it was approved, or the budget cannot pay it", async () => {
		for (const why of ["policy", "budget"] as const) {
			const { run, callId } = await parkedRun();
			await run.decide(callId, "approve");
			if (why === "policy") await run.agent.object.change(run.agent.entry, { policy: { grants: { memory: { verb: "state" } } } });
			else await run.agent.object.change(run.agent.entry, { budget: { limits: { day: { calls: 1 } } } });
			await run.claim();
			await run.ask(1, put("before", 1));
			const code = why === "policy" ? "capability_not_granted" : "budget_exceeded";
			expect(await run.ask(2, SEND)).toMatchObject({ kind: "error", code });
			await run.finish();
			await run.expectSettled();
		}
	});

	it("that asks a person gets what the person answers", async () => {
		const run = await startRun();
		const question = [
			"ask",
			"ask",
			{ question: "Which?", schema: { type: "object", properties: { n: { type: "integer" } }, required: ["n"] } },
		] as const;
		const callId = await run.waits(1, question);
		await run.park(callId);
		expect(await run.decide(callId, "approve", { answer: '{"n":"x"}' })).toMatchObject({ kind: "refused", code: "invalid_request" });
		expect(await run.decide(callId, "approve", { answer: '{"n":7}' })).toMatchObject({ resume: true });
		await run.claim();
		expect(await run.ask(1, question)).toEqual({ kind: "done", value: { n: 7 } });
		await run.finish();
		await run.expectSettled();
	});
});

describe("several calls that need a person", () => {
	it("are asked together, decided one by one, and each is told as soon as it is", async () => {
		const run = await startRun();
		const ids = [await run.waits(1, note("a")), await run.waits(2, note("b")), await run.waits(3, note("c"))] as const;
		await run.park(ids[1]);
		expect((await run.run()).pendingApprovals.map(({ call }) => call)).toEqual([...ids]);
		await run.decide(ids[1], "deny");
		await run.claim();
		const begun = [await run.begin(1, note("a")), await run.begin(2, note("b")), await run.begin(3, note("c"))];
		expect(begun.map(({ kind }) => kind)).toEqual(["wait", "answer", "wait"]);
		await run.park(ids[0]);
		await run.decide(ids[2], "approve");
		await run.claim();
		expect((await run.ask(3, note("c"))).kind).toBe("done");
		expect((await run.ask(2, note("b"))).kind).toBe("error");
		expect(await run.waits(1, note("a"))).toBe(ids[0]);
		await run.park(ids[0]);
		await run.decide(ids[0], "approve");
		await run.claim();
		for (const place of [1, 3]) expect((await run.ask(place, note(place === 1 ? "a" : "c"))).kind).toBe("done");
		await run.ask(2, note("b"));
		expect((await run.finish()).run).toMatchObject({ status: "succeeded", attempt: 4 });
		expect(await run.count("state")).toBe(2);
		await run.expectSettled();
	});

	it.each(["approve", "deny"] as const)(
		"lose none that is decided in the moment in which their run would be parked: %s",
		async (decision) => {
			for (const turn of [0, 1]) {
				const run = await startRun();
				const ids = [await run.waits(1, note("a")), await run.waits(2, note("b"))] as const;
				const [decided, other] = turn === 0 ? ids : [ids[1], ids[0]];
				// Nobody looks for the decided one until the other has looked, long after both were asked.
				await run.rewrite("state = json_set(state, '$.lastCallAtMs', 1)");
				expect(await run.decide(decided, decision)).toMatchObject({ kind: "decided" });
				expect((await run.look(other)).kind).toBe("wait");
				expect(seenBy(await run.look(decided)).kind).toBe(decision === "approve" ? "done" : "error");
				expect(await run.wait(other)).toEqual({ kind: "parked" });
				await run.close();
				expect(await run.run()).toMatchObject({ status: "waiting_approval", pendingApprovals: [{ call: other }] });
			}
		},
	);
});

describe("a decision while the attempt is still closing", () => {
	it("is not lost: the run is executed again as soon as it has closed", async () => {
		for (const decision of ["approve", "deny"] as const) {
			const run = await startRun();
			const callId = await run.waits(1, note("k"));
			expect(await run.wait(callId)).toEqual({ kind: "parked" });
			expect(await run.begin(2, get("k"))).toEqual({ kind: "parked" });
			expect(await run.decide(callId, decision)).toMatchObject({ kind: "decided", resume: false });
			expect(await run.close()).toMatchObject({ again: true, run: { status: "queued" } });
			await run.claim();
			expect((await run.ask(1, note("k"))).kind).toBe(decision === "approve" ? "done" : "error");
			expect((await run.finish()).again).toBe(false);
			await run.expectSettled();
		}
	});

	it("finds the run parked as well when what executed it died, or was stopped because the run was not its any more", async () => {
		for (const end of [{ ending: "lost" }, { ending: "ended", status: "cancelled", error: null, result: null }] as const) {
			const run = await startRun();
			const callId = await run.waits(1, note("k"));
			expect(await run.wait(callId)).toEqual({ kind: "parked" });
			expect((await run.finish(end)).run.status).toBe("waiting_approval");
			expect(await run.decide(callId, "approve")).toMatchObject({ resume: true });
		}
	});

	it("and whose lease is over first finds the run parked", async () => {
		const run = await startRun();
		const callId = await run.waits(1, note("k"));
		expect(await run.wait(callId)).toEqual({ kind: "parked" });
		await run.write("UPDATE runs SET lease_expires_at_ms = 1");
		await ring(run.agent);
		expect(await run.run()).toMatchObject({ status: "waiting_approval" });
		expect(await run.count("holds")).toBe(0);
		expect(await run.close()).toMatchObject({ again: false });
		expect(await run.decide(callId, "approve")).toMatchObject({ resume: true });
	});
});

describe("a run that waits for a person", () => {
	it.each(["inline", "parked"] as const)("can be cancelled: its approvals are, and nothing of it happens any more: %s", async (how) => {
		const run = await startRun();
		const callId = await run.waits(1, note("k"));
		const approved = await run.waits(2, note("l"));
		if (how === "parked") await run.park(callId);
		await run.decide(approved, "approve");
		const cancelled = await run.agent.object.cancel(run.runId, "stop");
		expect(cancelled).toMatchObject({ status: "cancelled", pendingApprovals: [] });
		expect(await approvalsOf(run)).toEqual(["cancelled", "approved"]);
		expect(await run.decide(callId, "approve")).toMatchObject({ kind: "refused", code: "approval_settled" });
		expect(await run.ask(2, note("l"))).toMatchObject({ code: "run_ended" });
		if (how === "inline") await run.finish();
		expect(await run.count("state")).toBe(0);
		expect(await run.agent.object.claim(run.agent.entry, run.runId)).toBeNull();
		await run.expectSettled();
	});

	it("leaves no approval pending when its program ends without its answer, or takes another way", async () => {
		for (const diverges of [true, false]) {
			const run = await startRun();
			const callId = await run.waits(1, note("k"));
			if (diverges) {
				await run.park(callId);
				await run.rewrite("status = 'queued', lease_expires_at_ms = 1");
				await run.claim();
				expect(await run.ask(1, get("k"))).toMatchObject({ code: "run_ended" });
				expect(await approvalsOf(run)).toEqual(["cancelled"]);
			}
			await run.finish();
			expect(await approvalsOf(run)).toEqual(["cancelled"]);
			await run.expectSettled();
		}
	});

	it("is not taken for one that ran too long in the queue, however long it waited", async () => {
		const { run, callId } = await parkedRun();
		await run.rewrite("created_at_ms = 1, state = json_set(state, '$.queuedAtMs', 1)");
		await run.decide(callId, "deny");
		await run.rewrite("lease_expires_at_ms = 1");
		await ring(run.agent);
		expect(await run.run()).toMatchObject({ status: "queued" });
	});
});
