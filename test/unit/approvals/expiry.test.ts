import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { expireApprovals } from "../../../worker/agents/object/expire-approvals.ts";
import { nextAlarm } from "../../../worker/agents/object/take-up.ts";
import { answered, ASKING, makeApproving, writing } from "./approving.ts";

/** A run that waits without its isolate, and its approval. */
const makeParked = async (agent: Awaited<ReturnType<typeof makeApproving>>) => {
	const runId = await agent.begin();
	const approval = await agent.asked(runId, ...writing("a"));
	await agent.park(runId);
	return { runId, approval };
};

describe("an approval that nobody decides", () => {
	it("can be decided for 24 hours, or as long as the policy says", async () => {
		const day = await makeParked(await makeApproving());
		expect(day.approval.expiresAtMs - day.approval.createdAtMs).toBe(24 * 60 * 60 * 1000);
		const minute = await makeParked(await makeApproving(undefined, { ...ASKING, approvals: { expireMs: 60_000 } }));
		expect(minute.approval.expiresAtMs - minute.approval.createdAtMs).toBe(60_000);
	});

	it("expires at its moment, not before: its call throws approval_expired, and its run goes on", async () => {
		const agent = await makeApproving();
		const { runId, approval } = await makeParked(agent);
		expect(await agent.at((state) => expireApprovals(state, approval.expiresAtMs - 1))).toEqual([]);
		expect(await agent.approval(approval.id)).toEqual(approval);
		expect(await agent.at((state) => expireApprovals(state, approval.expiresAtMs))).toEqual([runId]);
		expect(await agent.approval(approval.id)).toMatchObject({ status: "expired", decidedAtMs: approval.expiresAtMs, decidedBy: null });
		expect(await agent.at((state) => expireApprovals(state, approval.expiresAtMs))).toEqual([]);
		expect(await agent.decide(approval)).toMatchObject({ code: "approval_settled", details: { status: "expired" } });
		expect(await agent.claim(runId)).toBe(true);
		const answer = answered(await agent.call(runId, ...writing("a")));
		expect(answer).toMatchObject({ kind: "error", code: "approval_expired" });
		expect(answer.kind === "error" && answer.message).toContain(new Date(approval.expiresAtMs).toISOString());
	});

	it("is what the alarm is set for, and the alarm wakes its run", async () => {
		const agent = await makeApproving();
		const { runId, approval } = await makeParked(agent);
		const far = 10 * LIMITS.approvalMs.max;
		// Before its slice of the tenant's budget is over, which the alarm is set for as well.
		const soon = Date.now() + 60_000;
		await agent.at((state) => {
			state.sql.exec("DELETE FROM outbox");
			state.sql.exec("UPDATE approvals SET expires_at_ms = ? WHERE id = ?", soon, approval.id);
		});
		expect(await agent.at((state) => nextAlarm(state, Date.now(), far))).toBe(soon);
		await agent.at((state) => {
			state.approvals.update({ ...approval, expiresAtMs: 1 });
			state.sql.exec("UPDATE approvals SET expires_at_ms = 1 WHERE id = ?", approval.id);
		});
		await agent.alarm();
		expect(await agent.object.run(runId)).toMatchObject({ status: "queued", pendingApprovals: [] });
		expect(await agent.approval(approval.id)).toMatchObject({ status: "expired" });
	});

	it("cannot be approved any more when its time is over, though the alarm has not rung yet", async () => {
		const agent = await makeApproving();
		const { runId, approval } = await makeParked(agent);
		await agent.at((state) => state.approvals.update({ ...approval, expiresAtMs: Date.now() }));
		expect(await agent.decide(approval)).toMatchObject({ code: "approval_settled", details: { status: "expired" } });
		expect(await agent.object.run(runId)).toMatchObject({ status: "waiting_approval" });
	});

	it("expires with all the others of its run in one step, and the run is woken once", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const first = await agent.asked(runId, ...writing("a"), 1);
		for (let place = 2; place <= LIMITS.callsInFlightPerRun; place += 1) await agent.asked(runId, ...writing(`f${place}`), place);
		await agent.park(runId);
		expect(await agent.at((state) => expireApprovals(state, first.expiresAtMs + 60_000))).toEqual([runId]);
		expect((await agent.object.run(runId))?.pendingApprovals).toEqual([]);
		expect((await agent.object.calls(runId, 0, 100))?.map(({ error }) => error?.code)).toEqual(
			Array(LIMITS.callsInFlightPerRun).fill("approval_expired"),
		);
	});
});
