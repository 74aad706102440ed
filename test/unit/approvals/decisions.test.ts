import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { ask, errorOf, newKey } from "../http/ask.ts";
import { decide, makeAsking } from "./asking.ts";

describe("a decision", () => {
	it("is the key's: decidedBy is its id, and it needs decide:approvals, not read:approvals", async () => {
		const asking = await makeAsking();
		const reader = await newKey(asking.key, { scopes: ["read:approvals"] });
		const decider = await newKey(asking.key, { scopes: ["decide:approvals"] });
		expect(errorOf(await decide({ ...asking, key: reader.value }, {}))).toMatchObject({ code: "forbidden", scope: "decide:approvals" });
		expect((await ask("GET", `/v1/approvals/${asking.approval.id}`, { key: decider.value })).status).toBe(403);
		const decided = await decide({ ...asking, key: decider.value }, { reason: "fine" });
		expect(decided).toMatchObject({ status: 200, json: { status: "approved", decidedBy: decider.id, reason: "fine" } });
		expect(errorOf(await decide(asking, {})).code).toBe("approval_settled");
		expect(await asking.agent.object.run(asking.runId)).toMatchObject({ status: "queued" });
	});

	it("with a reason that hides something, is too long, or is no text, is refused, and nothing is decided", async () => {
		const asking = await makeAsking();
		for (const reason of [
			"ok\u202e",
			"\u001b[2J",
			"a\u0000",
			"zero\u200bwidth",
			"\ud800",
			"x".repeat(LIMITS.reasonChars + 1),
			7,
			null,
			["ok"],
			{ toString: "ok" },
		]) {
			const answer = await decide(asking, { decision: "deny", reason });
			expect(answer.status, JSON.stringify(reason)).toBe(400);
			expect(errorOf(answer).code).toBe("invalid_request");
		}
		expect(await asking.agent.approval(asking.approval.id)).toEqual(asking.approval);
		expect(await decide(asking, { decision: "deny", reason: "x".repeat(LIMITS.reasonChars) })).toMatchObject({ status: 200 });
	});

	it("of a shape that is none is refused, and nothing is decided", async () => {
		const asking = await makeAsking();
		const { digest } = asking.approval;
		const path = `/v1/approvals/${asking.approval.id}/decide`;
		for (const raw of [
			"{}",
			"null",
			"[]",
			`{"decision":"maybe","digest":"${digest}"}`,
			`{"decision":"approve"}`,
			`{"decision":"approve","digest":null}`,
			`{"decision":"approve","digest":"${digest}","__proto__":{"scope":{"times":1}}}`,
			`{"decision":"approve","digest":"${digest}","approved":true}`,
			`{"decision":"deny","digest":"${digest}","scope":{"times":1}}`,
			`{"decision":"deny","digest":"${digest}","answer":1}`,
			`{"decision":"approve","digest":"${digest}","answer":null}`,
			`{"decision":"approve","digest":"${digest}","scope":{}}`,
			`{"decision":"approve","digest":"${digest}","scope":{"run":false}}`,
			`{"decision":"approve","digest":"${digest}","scope":{"times":0}}`,
			`{"decision":"approve","digest":"${digest}","scope":{"forMs":1e15}}`,
			`{"decision":"approve","digest":"${digest}","scope":{"times":1,"when":{"argument":"0","is":{"a":1}}}}`,
			`{"decision":"approve","digest":"${digest}","scope":{"times":1,"when":${'{"not":'.repeat(90)}{"method":"writeText"}${"}".repeat(90)}}}`,
		]) {
			const answer = await ask("POST", path, { key: asking.key, raw });
			expect(answer.status, raw.slice(0, 200)).toBe(400);
		}
		expect(await asking.agent.approval(asking.approval.id)).toEqual(asking.approval);
	});
});
