import { describe, expect, it } from "vitest";
import type { Resolution } from "../../../worker/agents/object/resolve-call.ts";
import { type ApprovingAgent, answered, END, KEY, makeApproving } from "./approving.ts";

const POLICY = { grants: { web: { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }] } } };
const POST = { url: "https://example.com/", method: "POST", headers: [], body: null, redirect: "follow" };

/** A run that waits because nobody can say whether its one call happened. */
const makeUnknown = async (method: "fetch" | "stream" = "fetch"): Promise<{ agent: ApprovingAgent; runId: string; callId: string }> => {
	const agent = await makeApproving(undefined, POLICY);
	const runId = await agent.begin();
	const act = await agent.call(runId, "web", method, [POST]);
	if (act.kind !== "act") throw new Error(`the call is to be performed: ${JSON.stringify(act)}`);
	await agent.object.endCall({
		callId: act.callId,
		outcome: { kind: "unknown", message: "what performed it died", cost: {} },
		answer: null,
	});
	await agent.park(runId);
	expect(await agent.object.run(runId)).toMatchObject({ status: "waiting_approval", unresolvedCalls: [act.callId] });
	return { agent, runId, callId: act.callId };
};

const resolve = ({ agent, callId }: { agent: ApprovingAgent; callId: string }, resolution: Resolution) =>
	agent.object.resolveCall(agent.entry, { callId, resolution, by: KEY });

describe("a call of which nobody can say whether it happened", () => {
	it("that a person calls done gives the program the result, and is not performed", async () => {
		const unknown = await makeUnknown("stream");
		const { agent, runId } = unknown;
		const resolved = await resolve(unknown, { outcome: "done", result: '{"at":{"$date":"2026-01-01T00:00:00.000Z"}}' });
		expect(resolved).toMatchObject({ kind: "resolved", resume: true, call: { status: "done", rule: `settled as done by ${KEY}` } });
		expect(await agent.object.run(runId)).toMatchObject({ status: "queued", unresolvedCalls: [] });
		expect(await agent.claim(runId)).toBe(true);
		const value = '{"at":{"$date":"2026-01-01T00:00:00.000Z"}}';
		expect(answered(await agent.call(runId, "web", "stream", [POST]))).toEqual({ kind: "value", value });
	});

	it("that a person calls done is a Response where its program awaits one", async () => {
		const empty = { status: 200, url: POST.url, headers: [], body: "" };
		for (const [result, response] of [
			['{"$undefined":true}', empty],
			["{}", empty],
			[
				'{"status":201,"headers":{"Location":"/orders/7"},"body":"made"}',
				{ ...empty, status: 201, headers: [["location", "/orders/7"]], body: "made" },
			],
			['{"status":204}', { ...empty, status: 204 }],
			[
				'{"$response":{"status":200,"url":"https://example.com/b","headers":[["a","1"],["a","2"]],"body":{"$bytes":"AP8=","as":"Uint8Array"}}}',
				{ ...empty, url: "https://example.com/b", headers: [["a", "1, 2"]], body: { $bytes: "AP8=", as: "Uint8Array" } },
			],
		] as const) {
			const unknown = await makeUnknown();
			expect(await resolve(unknown, { outcome: "done", result })).toMatchObject({ kind: "resolved" });
			await unknown.agent.claim(unknown.runId);
			const answer = answered(await unknown.agent.call(unknown.runId, "web", "fetch", [POST]));
			expect(answer.kind === "value" && JSON.parse(answer.value)).toEqual({ $response: response });
		}
	});

	it("that a person calls failed throws in the program, with the message", async () => {
		const unknown = await makeUnknown();
		const { agent, runId } = unknown;
		expect(await resolve(unknown, { outcome: "failed", message: "it is not in their books" })).toMatchObject({
			call: { status: "failed" },
		});
		await agent.claim(runId);
		const answer = answered(await agent.call(runId, "web", "fetch", [POST]));
		expect(answer).toMatchObject({ kind: "error", code: "upstream_failed" });
		expect(answer.kind === "error" && answer.message).toContain("it is not in their books");
	});

	it("that a person lets be repeated is performed once more, with its own id", async () => {
		const unknown = await makeUnknown();
		const { agent, runId, callId } = unknown;
		expect(await resolve(unknown, { outcome: "repeat" })).toMatchObject({ resume: true, call: { status: "started", error: null } });
		await agent.claim(runId);
		expect(await agent.call(runId, "web", "fetch", [POST])).toMatchObject({ kind: "act", callId });
	});

	it("is settled by one of those who come at once", async () => {
		for (const resolution of [{ outcome: "repeat" }, { outcome: "failed", message: null }] as const) {
			const unknown = await makeUnknown();
			const answers = await Promise.all([1, 2, 3, 4].map(() => resolve(unknown, resolution)));
			expect(answers.map(({ kind }) => kind).sort()).toEqual(["refused", "refused", "refused", "resolved"]);
			expect(answers.filter((answer) => answer.kind === "refused").map(({ code }) => code)).toEqual(Array(3).fill("conflict"));
		}
	});

	it("cannot be settled when its run is over, and nothing happens", async () => {
		const unknown = await makeUnknown();
		await unknown.agent.object.cancel(unknown.runId, "stop");
		expect(await resolve(unknown, { outcome: "repeat" })).toMatchObject({ kind: "refused", code: "conflict" });
		expect(await unknown.agent.claim(unknown.runId)).toBe(false);
	});

	it("cannot be settled with a result that is no encoded value, or a message that hides something", async () => {
		const unknown = await makeUnknown();
		const before = await unknown.agent.object.calls(unknown.runId, 0, 10);
		for (const resolution of [
			{ outcome: "done", result: '{"$date":"yesterday"}' },
			{ outcome: "done", result: '{"$bytes":"!","as":"Uint8Array"}' },
			{ outcome: "done", result: "[".repeat(1_000) },
			{ outcome: "done", result: '"ok"' },
			{ outcome: "done", result: '{"status":101}' },
			{ outcome: "done", result: '{"status":204,"body":"x"}' },
			{ outcome: "done", result: '{"headers":{"a b":"c"}}' },
			{ outcome: "done", result: '{"headers":{"a":"b\\r\\nc: d"}}' },
			{ outcome: "done", result: '{"$response":{"status":200,"more":1}}' },
			{ outcome: "done", result: '{"$response":{"status":200},"more":1}' },
			{ outcome: "done", result: '{"__proto__":{"status":201}}' },
			{ outcome: "failed", message: "no\u202eoff" },
			{ outcome: "failed", message: "\u001b[2K" },
		] as const)
			expect(await resolve(unknown, resolution), JSON.stringify(resolution)).toMatchObject({ kind: "refused", code: "invalid_request" });
		expect(await unknown.agent.object.calls(unknown.runId, 0, 10)).toEqual(before);
	});
});

describe("any other call", () => {
	it("cannot be settled by a person: conflict", async () => {
		const agent = await makeApproving(undefined, POLICY);
		const runId = await agent.begin();
		const act = await agent.call(runId, "web", "fetch", [POST]);
		const callId = act.kind === "act" ? act.callId : "";
		expect(await resolve({ agent, callId }, { outcome: "failed", message: null })).toMatchObject({ code: "conflict" });
		await agent.object.finish({ ...END, runId, attempt: 1, ending: "ended", status: "succeeded" });
		// The run's end left it unknown, and no run waits for it.
		expect(await resolve({ agent, callId }, { outcome: "failed", message: null })).toMatchObject({ code: "conflict" });
	});
});
