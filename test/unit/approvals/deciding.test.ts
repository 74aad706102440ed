import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { answered, END, KEY, makeApproving, writing } from "./approving.ts";

const files = async (agent: Awaited<ReturnType<typeof makeApproving>>, runId: string): Promise<string[]> =>
	((await agent.object.run(runId))?.files ?? []).map(({ path }) => path);

describe("a call that a person is asked about", () => {
	it("happens once, with the arguments that were shown, when the program asks for it again after the approval", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, ...writing("a"));
		expect(await files(agent, runId)).toEqual([]);
		await agent.park(runId);
		const decided = await agent.decide(approval);
		expect(decided).toMatchObject({ kind: "decided", resume: true, approval: { status: "approved", decidedBy: KEY } });
		expect(await files(agent, runId)).toEqual([]);
		expect(await agent.claim(runId)).toBe(true);
		expect(answered(await agent.call(runId, ...writing("a")))).toMatchObject({ kind: "value" });
		expect(await files(agent, runId)).toEqual(["/workspace/output/a.txt"]);
		const [call] = (await agent.object.calls(runId, 0, 10)) ?? [];
		expect(call).toMatchObject({ id: approval.call, status: "done", approval: approval.id, rule: `approval ${approval.id}` });
	});

	it("happens without another execution when the decision comes while its isolate still waits", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, ...writing("a"));
		expect(await agent.decide(approval)).toMatchObject({ kind: "decided", resume: false });
		const answer = await agent.object.waitCall({ runId, attempt: 1, callId: approval.call });
		expect(answered(answer)).toMatchObject({ kind: "value" });
		expect(await agent.object.run(runId)).toMatchObject({ status: "running", attempt: 1, pendingApprovals: [] });
	});

	it("throws approval_denied with the reason, and the program goes on", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, ...writing("a"));
		await agent.park(runId);
		const decided = await agent.decide(approval, { decision: "deny", reason: "not on a Friday\nask again" });
		expect(decided).toMatchObject({ kind: "decided", resume: true, approval: { status: "denied", reason: "not on a Friday\nask again" } });
		await agent.claim(runId);
		const answer = answered(await agent.call(runId, ...writing("a")));
		expect(answer).toMatchObject({ kind: "error", code: "approval_denied" });
		expect(answer.kind === "error" && answer.message).toBe("Calling env.files.writeText: a person said no: not on a Friday\nask again");
		expect((await agent.call(runId, ...writing("b"), 2)).kind).toBe("wait");
		expect(await files(agent, runId)).toEqual([]);
	});

	it("never happens with other arguments than those approved: another call of the second execution ends the run", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, ...writing("a"));
		await agent.park(runId);
		await agent.decide(approval);
		await agent.claim(runId);
		await agent.call(runId, ...writing("other"));
		expect(await files(agent, runId)).toEqual([]);
		expect(await agent.object.run(runId)).toMatchObject({ status: "failed", error: { code: "replay_diverged" } });
	});

	it("shows what it would do in its run, oldest first, and each is decided by itself", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const [first, second] = [await agent.asked(runId, ...writing("a"), 1), await agent.asked(runId, ...writing("b"), 2)];
		const run = await agent.object.run(runId);
		expect(run?.pendingApproval).toMatchObject({ id: first.id, digest: first.digest, call: first.call });
		expect(run?.pendingApprovals.map(({ id }) => id)).toEqual([first.id, second.id]);
		expect(first.digest).not.toBe(second.digest);
		await agent.park(runId);
		expect(await agent.decide(second, { decision: "deny" })).toMatchObject({ resume: true });
		expect((await agent.object.run(runId))?.pendingApprovals.map(({ id }) => id)).toEqual([first.id]);
		expect(await agent.decide(first)).toMatchObject({ kind: "decided" });
	});
});

describe("a run that was woken", () => {
	it("does not wait without its isolate again before its program has come to the call that was approved", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const [first, second] = [await agent.asked(runId, ...writing("a"), 1), await agent.asked(runId, ...writing("b"), 2)];
		await agent.park(runId);
		await agent.decide(second);
		await agent.claim(runId);
		expect((await agent.call(runId, ...writing("a"), 1)).kind).toBe("wait");
		const look = () => agent.object.waitCall({ runId, attempt: 2, callId: first.call });
		expect([(await look()).kind, (await look()).kind, (await look()).kind]).toEqual(["wait", "wait", "wait"]);
		expect((await agent.call(runId, ...writing("b"), 2)).kind).toBe("answer");
		await agent.park(runId);
		expect(await files(agent, runId)).toEqual(["/workspace/output/b.txt"]);
	});
});

describe("of several who decide", () => {
	it("exactly one wins, however many come at once and whatever they want, and the effect is the winner's", async () => {
		const agent = await makeApproving();
		for (let round = 0; round < 5; round += 1) {
			const runId = await agent.begin();
			const approval = await agent.asked(runId, ...writing("a"));
			await agent.park(runId);
			const tabs = [...Array(8).keys()].map((tab) =>
				agent.decide(approval, { decision: tab % 2 === 0 ? "approve" : "deny", by: `key_${tab}` }),
			);
			const answers = await Promise.all(tabs);
			const won = answers.flatMap((answer) => (answer.kind === "decided" ? [answer] : []));
			const lost = answers.flatMap((answer) => (answer.kind === "refused" ? [answer.code] : []));
			expect(won).toHaveLength(1);
			expect(lost).toEqual(Array(7).fill("approval_settled"));
			expect(won.filter(({ resume }) => resume)).toHaveLength(1);
			const now = await agent.approval(approval.id);
			expect(now).toEqual(won[0]?.approval);
			await agent.claim(runId);
			await agent.call(runId, ...writing("a"));
			expect(await files(agent, runId)).toEqual(now.status === "approved" ? ["/workspace/output/a.txt"] : []);
		}
	});

	it("who names another digest has approval_changed, before and after it is settled, and nothing happens", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, ...writing("a"));
		const other = await agent.asked(runId, ...writing("b"), 2);
		for (const digest of [other.digest, "", "sha256:", approval.digest.toUpperCase(), `${approval.digest} `])
			expect(await agent.decide(approval, { digest })).toMatchObject({ kind: "refused", code: "approval_changed" });
		expect(await agent.approval(approval.id)).toEqual(approval);
		await agent.decide(approval);
		expect(await agent.decide(approval, { digest: other.digest })).toMatchObject({ code: "approval_changed" });
		expect(await agent.decide(approval)).toMatchObject({ code: "approval_settled", details: { status: "approved" } });
	});

	it("who comes after the run was cancelled has approval_settled, and nothing happens", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, ...writing("a"));
		await agent.park(runId);
		await agent.object.cancel(runId, "stop");
		const refused = await agent.decide(approval);
		expect(refused).toMatchObject({ kind: "refused", code: "approval_settled", details: { status: "cancelled" } });
		expect(await agent.approval(approval.id)).toMatchObject({ status: "cancelled", decidedBy: null });
		expect(await agent.claim(runId)).toBe(false);
		expect(await agent.object.run(runId)).toMatchObject({ status: "cancelled", pendingApproval: null, files: [] });
	});

	it("who comes after the run ended in another way has approval_settled too", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, ...writing("a"));
		await agent.object.finish({ ...END, runId, attempt: 1, ending: "ended", status: "succeeded" });
		expect(await agent.decide(approval)).toMatchObject({ code: "approval_settled", details: { status: "cancelled" } });
	});

	it("who decides for an agent that is disabled or archived has a conflict in words", async () => {
		for (const status of ["disabled", "archived"] as const) {
			const agent = await makeApproving();
			const runId = await agent.begin();
			const approval = await agent.asked(runId, ...writing("a"));
			await agent.park(runId);
			await agent.object.stop(agent.entry, status);
			for (const decision of ["approve", "deny"] as const) {
				const refused = await agent.decide(approval, { decision });
				expect(refused).toMatchObject({ kind: "refused", code: "conflict" });
				expect(refused.kind === "refused" && refused.message).toContain(status);
			}
			expect(await agent.object.run(runId)).toMatchObject({ status: "cancelled" });
		}
	});

	it("who approves after it was approved and the run was cancelled finds that nothing happens", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, ...writing("a"));
		await agent.park(runId);
		await agent.decide(approval);
		await agent.object.cancel(runId, "stop");
		expect(await agent.claim(runId)).toBe(false);
		expect((await agent.call(runId, ...writing("a"))).kind).toBe("answer");
		expect(await agent.object.run(runId)).toMatchObject({ status: "cancelled", files: [] });
	});
});

describe("arguments that no row could hold", () => {
	it("are no arguments: sent as few characters of many bytes, or as numbers whose canonical text is longer", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		for (const value of ["中".repeat(LIMITS.argumentBytes / 2), Array(99_000).fill(1e20)]) {
			const answer = answered(await agent.call(runId, "files", "writeText", ["/workspace/output/a.txt", value], 1));
			expect(answer).toMatchObject({ kind: "error", code: "invalid_arguments" });
			expect(answer.kind === "error" && answer.message).toContain("longer than 1048576 bytes");
		}
		expect(await agent.object.run(runId)).toMatchObject({ pendingApprovals: [] });
	});
});
