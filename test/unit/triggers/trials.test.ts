import { describe, expect, test } from "vitest";
import { pageOf } from "../../../contract/common.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { Trigger, TriggerRequest, TriggerTrialOutcome } from "../../../contract/triggers.ts";
import { starting } from "../sub-agents/family.ts";
import { type Answer, ask, errorOf, newKey, newTenant, testEnv } from "../http/ask.ts";

const compiling = { ...testEnv, EXECUTOR: "remote", ...(starting.EXECUTOR_SERVICE && { EXECUTOR_SERVICE: starting.EXECUTOR_SERVICE }) };

/** A trigger of a fresh tenant for GitHub. */
const newTrigger = async (settings: Record<string, unknown> = {}) => {
	const { key } = await newTenant();
	await ask("PUT", "/v1/secrets/hook", { key: key.value, body: { value: "hush" } });
	const body = { agent: "default", scheme: "github", secret: "hook", ...settings };
	const { id } = Trigger.parse((await ask("POST", "/v1/triggers", { key: key.value, body })).json);
	return { id, key: key.value };
};

describe("a trigger that is tried", () => {
	const tried = async (body: object, settings: Record<string, unknown> = {}): Promise<Answer> => {
		const { id, key } = await newTrigger(settings);
		const answer = await ask("POST", `/v1/triggers/${id}/test`, { key, body });
		expect(pageOf(TriggerRequest).parse((await ask("GET", `/v1/triggers/${id}/requests`, { key })).json).data).toEqual([]);
		return answer;
	};
	const ISSUES = { "X-GitHub-Event": "issues" };

	test("says what a message would lead to, and starts and notes nothing", async () => {
		const settings = {
			filter: { argument: "0.action", is: "opened" },
			input: { number: { $from: "0.issue.number" }, event: { $from: "1.x-github-event" } },
		};
		const start = await tried({ headers: ISSUES, body: { action: "opened", issue: { number: 7 } } }, settings);
		expect([start.status, start.json]).toEqual([
			200,
			{
				outcome: "start",
				event: "issues",
				deliveryId: expect.stringMatching(/^sha256:/),
				input: { number: 7, event: "issues" },
				refusal: { code: "no_executor", message: expect.any(String) },
				answer: null,
			},
		]);
		const filtered = await tried({ headers: ISSUES, body: { action: "closed" } }, settings);
		expect(filtered.json).toMatchObject({ outcome: "filtered", event: "issues", input: null });
		const ping = await tried({ headers: { "x-github-event": "ping" }, body: { zen: "Keep it logically awesome." } }, settings);
		expect(ping.json).toMatchObject({ outcome: "handshake", answer: expect.any(Object) });
	});

	test("gives the program what the same message gives it when it is signed: no credential, no signature", async () => {
		const headers = {
			...ISSUES,
			authorization: "Bearer x",
			"x-hub-signature-256": "sha256=00",
			"content-type": "application/x-www-form-urlencoded",
		};
		expect((await tried({ headers, body: "payload=%7B%22a%22%3A1%7D" })).json).toMatchObject({
			input: { headers: { "x-github-event": "issues", "content-type": "application/x-www-form-urlencoded" }, body: { a: 1 } },
		});
	});

	test("refuses what a sender would be refused, and headers that are none", async () => {
		const broken = await tried({ headers: { "content-type": "application/json" }, body: "{" });
		expect([broken.status, errorOf(broken).code]).toEqual([400, "invalid_request"]);
		for (const headers of [{ "a b": "1" }, { a: "1\r\nb: 2" }, { "": "1" }, { a: "é" }])
			expect((await tried({ headers, body: null })).status, JSON.stringify(headers)).toBe(400);
		const longer = await tried({ body: "x".repeat(LIMITS.hookBodyBytes + 1) });
		expect([longer.status, errorOf(longer).code]).toEqual([413, "payload_too_large"]);
		const unfolded = { $from: "0" };
		const large = await tried({ body: "x".repeat(200_000) }, { input: Array.from({ length: 100 }, () => unfolded) });
		expect([large.status, errorOf(large).message]).toEqual([400, expect.stringContaining("Trying a trigger: input:")]);
	});

	test("says why nothing would be started just now, and that something would", async () => {
		const { id, key } = await newTrigger();
		await ask("PATCH", "/v1/agents/default", { key, body: { program: "export default () => 1" }, env: compiling });
		const refusal = async (): Promise<unknown> =>
			TriggerTrialOutcome.parse((await ask("POST", `/v1/triggers/${id}/test`, { key, body: { body: {} }, env: compiling })).json).refusal;
		expect(await refusal()).toBeNull();
		await ask("POST", `/v1/triggers/${id}/disable`, { key });
		expect(await refusal()).toMatchObject({ code: "not_found", message: expect.stringContaining("switched off") });
		await ask("POST", `/v1/triggers/${id}/enable`, { key });
		await ask("POST", "/v1/agents/default/disable", { key });
		expect(await refusal()).toMatchObject({ code: "agent_disabled" });
		await ask("POST", "/v1/agents/default/enable", { key });
		await ask("PATCH", "/v1/agents/default", { key, body: { program: null } });
		expect(await refusal()).toMatchObject({ code: "invalid_request", message: expect.stringContaining("program") });
	});

	test("is gone with its agent, and so it is in the list", async () => {
		const { id, key } = await newTrigger();
		await ask("POST", "/v1/agents", { key, body: { name: "other" } });
		await ask("DELETE", "/v1/agents/default", { key });
		expect((await ask("GET", `/v1/triggers/${id}`, { key })).status).toBe(404);
		expect((await ask("POST", `/v1/triggers/${id}/test`, { key, body: { body: {} } })).status).toBe(404);
		expect((await ask("GET", "/v1/triggers", { key })).json).toEqual({ data: [], nextCursor: null });
	});

	test("is the tenant's own, and only for who may change it", async () => {
		const { id, key } = await newTrigger();
		const reader = await newKey(key, { scopes: ["read:webhooks"] });
		const stranger = await newTenant();
		const statusFor = async (value: string): Promise<number> =>
			(await ask("POST", `/v1/triggers/${id}/test`, { key: value, body: { body: null } })).status;
		expect([await statusFor(key), await statusFor(reader.value), await statusFor(stranger.key.value)]).toEqual([200, 403, 404]);
	});
});
