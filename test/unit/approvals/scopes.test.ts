import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { NewScope, ScopedApproval } from "../../../contract/approvals.ts";
import { newId } from "../../../contract/ids.ts";
import { type ApprovingAgent, answered, KEY, makeApproving, withScope, writing } from "./approving.ts";

/** Approves a write of `a.txt` with a scope; gives the run that asked, which lives on, and the scoped approval. */
const approveWith = async (agent: ApprovingAgent, scope: NewScope): Promise<{ runId: string; scoped: ScopedApproval }> => {
	const runId = await agent.begin();
	const approval = await agent.asked(runId, ...writing("a"));
	const decided = await agent.decide(approval, withScope(scope));
	expect(decided).toMatchObject({ kind: "decided" });
	const [scoped] = await agent.object.scopedApprovals(agent.entry, null, 10);
	if (scoped === undefined) throw new Error("there is to be a scoped approval");
	expect(decided).toMatchObject({ approval: { scopedApproval: scoped.id } });
	return { runId, scoped };
};

const kinds = async (calls: Promise<{ kind: string }>[]): Promise<string[]> => (await Promise.all(calls)).map(({ kind }) => kind).sort();
const A_TO_F = { argument: "0", startsWith: "/workspace/output/f" } as const;
const OF_FILES = { argument: "0", startsWith: "/workspace/output/" } as const;

describe("a scoped approval", () => {
	it("lets exactly as many calls through as it says, of ten that come at once", async () => {
		const agent = await makeApproving();
		const { runId } = await approveWith(agent, { when: OF_FILES, times: 3 });
		const calls = [...Array(10).keys()].map((index) => agent.call(runId, ...writing(`f${index}`), index + 2));
		expect(await kinds(calls)).toEqual([...Array(3).fill("answer"), ...Array(7).fill("wait")]);
		const done = ((await agent.object.calls(runId, 0, 20)) ?? []).filter(({ status }) => status === "done");
		const [scoped] = await agent.object.scopedApprovals(agent.entry, null, 10);
		expect(done.map(({ rule }) => rule)).toEqual(Array(3).fill(`scoped approval ${scoped?.id}`));
		expect(scoped).toMatchObject({ usesLeft: 0 });
	});

	it("lets exactly as many through over all runs of the agent that come at once", async () => {
		const agent = await makeApproving();
		await approveWith(agent, { when: OF_FILES, times: 3 });
		const runs = await Promise.all([...Array(10).keys()].map(() => agent.begin()));
		expect(await kinds(runs.map((runId) => agent.call(runId, ...writing("f"))))).toEqual([
			...Array(3).fill("answer"),
			...Array(7).fill("wait"),
		]);
	});

	it("without a condition covers the very same arguments, in whatever order their fields come, and no others", async () => {
		const agent = await makeApproving();
		await approveWith(agent, { times: 5 });
		const runId = await agent.begin();
		expect((await agent.call(runId, ...writing("a"), 1)).kind).toBe("answer");
		expect((await agent.call(runId, ...writing("a", "other"), 2)).kind).toBe("wait");
		expect((await agent.call(runId, ...writing("b"), 3)).kind).toBe("wait");
		const web = (init: object) => agent.call(runId, "web", "fetch", [{ url: "https://example.com/", ...REQUEST, ...init }], 4);
		const first = await agent.asked(runId, "web", "fetch", [{ url: "https://example.com/", ...REQUEST }], 4);
		await agent.decide(first, withScope({ times: 2 }));
		const reordered = { ...REQUEST, url: "https://example.com/" };
		expect((await agent.call(runId, "web", "fetch", [reordered], 5)).kind).toBe("act");
		expect((await web({ method: "POST" })).kind).toBe("wait");
	});

	it("does not cover another method or another grant", async () => {
		const agent = await makeApproving(undefined, {
			grants: {
				files: { verb: "files", mounts: { "/workspace/output": "write" }, approval: "always" },
				more: { verb: "files", mounts: { "/workspace/output": "write" }, approval: "always" },
			},
		});
		const { runId } = await approveWith(agent, { when: OF_FILES, times: 5 });
		const [, , args] = writing("a");
		expect((await agent.call(runId, "more", "writeText", args, 2)).kind).toBe("wait");
		expect((await agent.call(runId, "files", "append", args, 3)).kind).toBe("wait");
		expect((await agent.call(runId, "files", "writeText", args, 4)).kind).toBe("answer");
	});

	it("does not cover what its condition does not hold of, or cannot tell", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, ...writing("f1"));
		await agent.decide(approval, withScope({ when: { all: [A_TO_F, { argument: "1", in: ["text"] }] }, times: 5 }));
		expect((await agent.call(runId, ...writing("f2"), 2)).kind).toBe("answer");
		expect((await agent.call(runId, ...writing("g"), 3)).kind).toBe("wait");
		expect((await agent.call(runId, ...writing("f3", "other"), 4)).kind).toBe("wait");
	});

	it("of a grant's rule does not cover a call about which the flow of data asks too", async () => {
		const agent = await makeApproving(undefined, {
			grants: {
				web: { verb: "http.fetch", allow: [{ host: "example.com" }], approval: "always", labels: ["external"] },
				state: { verb: "state", mode: "write", prefix: "notes/" },
			},
		});
		const get = [{ url: "https://example.com/", ...REQUEST }];
		const clean = await agent.begin();
		await agent.decide(await agent.asked(clean, "web", "fetch", get), withScope({ times: 5 }));
		expect((await agent.call(await agent.begin(), "web", "fetch", get)).kind).toBe("act");
		const tainted = await agent.begin(["private", "untrusted"]);
		const approval = await agent.asked(tainted, "web", "fetch", get);
		expect(approval.rule).toBe(
			"every call needs an approval; the run has read private and untrusted data, and this call sends something out of the house",
		);
		await agent.decide(approval, withScope({ times: 1 }));
		expect((await agent.call(tainted, "web", "fetch", get, 2)).kind).toBe("act");
		expect((await agent.call(tainted, "web", "fetch", get, 3)).kind).toBe("wait");
	});

	it("of a run covers no other run", async () => {
		const agent = await makeApproving();
		const { runId, scoped } = await approveWith(agent, { when: OF_FILES, run: true });
		expect(scoped).toMatchObject({ run: runId, usesLeft: null });
		const other = await agent.begin();
		expect((await agent.call(other, ...writing("a"))).kind).toBe("wait");
		expect((await agent.call(runId, ...writing("b"), 2)).kind).toBe("answer");
	});

	it("of a time covers nothing from its end on, and none lives longer than 30 days", async () => {
		const agent = await makeApproving();
		const { runId, scoped } = await approveWith(agent, { when: OF_FILES, forMs: 60_000 });
		expect(scoped.expiresAtMs - scoped.createdAtMs).toBe(60_000);
		const asked = {
			runId,
			grant: "files",
			method: "writeText",
			args: ["/workspace/output/b.txt", "text"],
			rule: "approval",
			digest: () => scoped.grantDigest,
		};
		expect(await agent.at((state) => state.scopes.match(asked, scoped.expiresAtMs - 1)?.id)).toBe(scoped.id);
		expect(await agent.at((state) => state.scopes.match(asked, scoped.expiresAtMs))).toBeNull();
		const { scoped: counted } = await approveWith(await makeApproving(), { when: OF_FILES, times: 1 });
		expect(counted.expiresAtMs - counted.createdAtMs).toBe(LIMITS.scopedApprovalMs);
	});

	it("lets no call through once its revocation is answered", async () => {
		const agent = await makeApproving();
		const { runId, scoped } = await approveWith(agent, { when: OF_FILES, times: 5 });
		expect((await agent.call(runId, ...writing("b"), 2)).kind).toBe("answer");
		const by = newId("key");
		const [, revoked] = await Promise.all([
			agent.call(runId, ...writing("c"), 3),
			agent.object.revokeScoped(agent.entry, scoped.id, by).then(async (answer) => {
				expect((await agent.call(runId, ...writing("d"), 4)).kind).toBe("wait");
				return answer;
			}),
		]);
		expect(revoked).toMatchObject({ id: scoped.id, revokedBy: by, createdBy: KEY });
		expect(await agent.object.revokeScoped(agent.entry, scoped.id, newId("key"))).toEqual(revoked);
		expect(await agent.object.revokeScoped(agent.entry, newId("key"), by)).toBeNull();
	});

	it("is refused with a condition that does not cover the call that is approved, and nothing is decided", async () => {
		const agent = await makeApproving();
		const approval = await agent.asked(await agent.begin(), ...writing("a"));
		for (const when of [A_TO_F, { argument: "7", is: 1 }, { not: { argument: "7", is: 1 } }, { method: "read" }]) {
			const refused = await agent.decide(approval, withScope({ when, times: 1 }));
			expect(refused).toMatchObject({ kind: "refused", code: "invalid_request", details: { issues: [{ path: "scope.when" }] } });
		}
		expect(await agent.approval(approval.id)).toEqual(approval);
		expect(await agent.object.scopedApprovals(agent.entry, null, 10)).toEqual([]);
	});

	it("is refused past as many as an agent may have; what is over makes room", async () => {
		const agent = await makeApproving();
		const { scoped } = await approveWith(agent, { when: OF_FILES, times: 1 });
		const made = (index: number) => ({ ...scoped, id: `apr_${String(index).padStart(42, "0")}` });
		await agent.at((state) => {
			for (let index = 1; index < LIMITS.scopedApprovalsPerAgent; index += 1)
				expect(state.scopes.insert(made(index), Date.now())).toBe(true);
			expect(state.scopes.insert(made(999), Date.now())).toBe(false);
			state.scopes.revoke(made(1).id, KEY, Date.now());
			expect(state.scopes.insert(made(999), Date.now())).toBe(true);
		});
		const approval = await agent.asked(await agent.begin(), "files", "delete", ["/workspace/output/a.txt"]);
		expect(await agent.decide(approval, withScope({ times: 1 }))).toMatchObject({ kind: "refused", code: "conflict" });
		expect(await agent.approval(approval.id)).toMatchObject({ status: "pending" });
	});

	it("is remembered with those that are over, as many as may be", async () => {
		const agent = await makeApproving();
		const { scoped } = await approveWith(agent, { when: OF_FILES, times: 1 });
		const listed = await agent.at((state) => {
			for (let index = 1; index <= LIMITS.scopedApprovalsKept + 5; index += 1) {
				const id = `apr_${String(index).padStart(42, "0")}`;
				state.scopes.insert({ ...scoped, id, usesLeft: 0 }, Date.now());
			}
			return state.scopes.list(null, 10_000).map(({ id }) => id);
		});
		expect(listed).toHaveLength(LIMITS.scopedApprovalsKept);
		expect(listed[0]).toBe(scoped.id);
		expect(listed.at(-1)).toBe(`apr_${String(7).padStart(42, "0")}`);
	});

	it("never answers a question", async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, "ask", "ask", [{ question: "May I?" }]);
		expect(await agent.decide(approval, { answer: '"yes"', scope: { times: 3 } })).toMatchObject({ code: "invalid_request" });
		expect(await agent.decide(approval, { answer: '"yes"' })).toMatchObject({ kind: "decided" });
		expect(answered(await agent.object.waitCall({ runId, attempt: 1, callId: approval.call }))).toEqual({ kind: "value", value: '"yes"' });
		expect((await agent.call(runId, "ask", "ask", [{ question: "May I?" }], 2)).kind).toBe("wait");
	});
});

const REQUEST = { method: "GET", headers: [], body: null, redirect: "follow" } as const;

describe("a change of the policy", () => {
	const files = { verb: "files", mounts: { "/workspace/output": "write" }, approval: "always" };

	it("revokes what was approved of a grant that it changes, and leaves the others", async () => {
		const agent = await makeApproving();
		const { scoped } = await approveWith(agent, { when: OF_FILES, forMs: 60_000 });
		const open = async () => (await agent.object.scopedApprovals(agent.entry, null, 10)).map(({ revokedAtMs }) => revokedAtMs === null);
		await agent.object.change(agent.entry, { policy: { grants: { files } } });
		expect(await open()).toEqual([true]);
		await agent.object.change(agent.entry, { policy: { grants: { files, more: files } } });
		expect(await open()).toEqual([true]);
		await agent.object.change(agent.entry, { policy: { grants: { files: { ...files, mounts: { "/workspace": "write" } } } } });
		expect(await open()).toEqual([false]);
		const [revoked] = await agent.object.scopedApprovals(agent.entry, null, 10);
		expect(revoked).toMatchObject({ id: scoped.id, revokedBy: null });
		expect((await agent.call(await agent.begin(), ...writing("b"))).kind).toBe("wait");
	});

	it("keeps what was approved of an old run's grant from the runs of a new one, and the other way round", async () => {
		const agent = await makeApproving();
		const old = await agent.begin();
		const approval = await agent.asked(old, ...writing("a"));
		await agent.object.change(agent.entry, { policy: { grants: { files: { ...files, mounts: { "/workspace": "write" } } } } });
		expect(await agent.decide(approval, withScope({ when: OF_FILES, forMs: 60_000 }))).toMatchObject({ kind: "decided" });
		const later = await agent.begin();
		const asked = await agent.asked(later, ...writing("b"));
		expect((await agent.call(old, ...writing("c"), 2)).kind).toBe("answer");
		await agent.decide(asked, withScope({ when: OF_FILES, forMs: 60_000 }));
		expect((await agent.call(later, ...writing("d"), 2)).kind).toBe("answer");
		const [newer, older] = await agent.object.scopedApprovals(agent.entry, null, 10);
		await agent.object.revokeScoped(agent.entry, older?.id ?? "", KEY);
		expect(newer?.grantDigest).not.toBe(older?.grantDigest);
		expect((await agent.call(old, ...writing("e"), 3)).kind).toBe("wait");
	});
});
