import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { Run } from "../../../contract/runs.ts";
import { encodeValue } from "../../../contract/tagged-json.ts";
import { programAnswer } from "../../../worker/triggers/program-answer.ts";

const runError = { code: "program_threw", message: "the inner name of it", hint: "", line: 1, column: 1, stack: "at inner" };

/** A run that has ended with a result, as its API shows it. */
const ended = (result: unknown, over: Partial<Run> = {}): Run => {
	const encoded = encodeValue(result);
	return {
		id: "run_0123456789abcdefghjkmnpqrs0123456789abcdef",
		agent: "agt_0123456789abcdefghjkmnpqrs",
		status: "succeeded",
		result: encoded.kind === "encoded" ? JSON.parse(encoded.text) : null,
		error: null,
		usage: { cpuMs: 0, wallMs: 0, calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 },
		logs: [],
		logsTruncated: false,
		...{ files: [], grants: [], labels: [], programDigest: "", policyVersion: 1, attempt: 1, createdAtMs: 1, startedAtMs: 1, endedAtMs: 2 },
		...{ pendingApproval: null, pendingApprovals: [], unresolvedCalls: [], mode: "live", source: null, plan: null, metadata: {} },
		...{ parent: null, root: null, programVersion: 1, isolation: "fresh", trigger: null, schedule: null },
		lent: { runs: 0, calls: 0, cpuMs: 0, wallMs: 0, tokens: 0, egressBytes: 0, usdMicros: 0 },
		...over,
	};
};

const answer = async (result: unknown) => {
	const response = programAnswer(ended(result));
	return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
};
const INVALID = { status: 500, text: expect.stringContaining('"code":"invalid_response"') };

describe("programAnswer()", () => {
	test("says what the program says: status, media type and body", async () => {
		expect(await answer({ body: "hello" })).toMatchObject({
			status: 200,
			text: "hello",
			headers: { "content-type": "text/plain; charset=utf-8" },
		});
		expect(await answer({ body: { a: [1, null, "x"] } })).toMatchObject({
			status: 200,
			text: '{"a":[1,null,"x"]}',
			headers: { "content-type": "application/json" },
		});
		expect(await answer({ status: 418, headers: { "Content-Type": "text/csv" }, body: "a,b" })).toMatchObject({
			status: 418,
			headers: { "content-type": "text/csv; charset=utf-8" },
		});
		expect(await answer({ status: 204, body: "left out" })).toMatchObject({ status: 204, text: "" });
		expect(await answer({})).toMatchObject({ status: 200, text: "" });
		expect(await answer({ body: { $schema: "x", __proto__: null } })).toMatchObject({ status: 200, text: '{"$schema":"x"}' });
	});

	test("writes a body as JSON does: members that are undefined are left out, dates and addresses are text", async () => {
		const body = { a: undefined, b: { c: undefined, d: 1 }, at: new Date(0), url: new URL("https://example.com/x") };
		expect(await answer({ body })).toMatchObject({
			status: 200,
			text: '{"b":{"d":1},"at":"1970-01-01T00:00:00.000Z","url":"https://example.com/x"}',
		});
	});

	test("keeps only headers that are safe to say", async () => {
		const headers = {
			...{ "Retry-After": "7", "content-language": "en", "x-slack-no-retry": "1", "Set-Cookie": "a=b", Location: "https://example.com" },
			...{
				"content-security-policy": "default-src *",
				"x-content-type-options": "x",
				"access-control-allow-origin": "*",
				"content-length": "1",
			},
		};
		const { headers: said } = await answer({ headers, body: "hello" });
		expect(said).toEqual({
			"content-language": "en",
			"content-type": "text/plain; charset=utf-8",
			"retry-after": "7",
			"x-slack-no-retry": "1",
		});
	});

	test.each([
		["statuses that send the sender elsewhere", { status: 301 }],
		["statuses below 200", { status: 101 }],
		["statuses above 599", { status: 600 }],
		["statuses that are no whole number", { status: 200.5 }],
		["pages", { headers: { "content-type": "text/html" }, body: "<p>" }],
		["pages of another kind", { headers: { "content-type": "image/svg+xml" }, body: "<svg>" }],
		["two media types", { headers: { "content-type": "text/plain,text/html" }, body: "" }],
		["other alphabets", { headers: { "content-type": "text/plain; charset=utf-7" }, body: "" }],
		["header values with line ends", { headers: { "retry-after": "1\r\nset-cookie: a=b" } }],
		["header values that are no text", { headers: { "retry-after": 1 } }],
		["header values that are too long", { headers: { "retry-after": "1".repeat(LIMITS.hookAnswerHeaderChars + 1) } }],
		["bodies that JSON has no word for", { body: { of: new Map([[1, 2]]) } }],
		["lists with nothing in a place", { body: [undefined] }],
		["numbers that JSON has no word for", { body: [1n] }],
		["bytes", { body: new Uint8Array(1) }],
		["bodies that are too large", { body: "é".repeat(LIMITS.hookAnswerBytes / 2 + 1) }],
		["fields that there are not", { code: 200 }],
		["lists", [200]],
		["text", "hello"],
		["false", false],
	])("refuses %s", async (_, result) => {
		expect(await answer(result)).toMatchObject(INVALID);
	});

	test("takes a body of exactly the most bytes", async () => {
		expect((await answer({ body: "x".repeat(LIMITS.hookAnswerBytes) })).status).toBe(200);
	});

	test("of a run that failed says the code alone; of one that has not ended, that", async () => {
		const failed = programAnswer(ended({ body: "x" }, { status: "failed", error: runError }));
		expect([failed.status, await failed.json()]).toEqual([
			500,
			{ run: expect.any(String), status: "failed", error: { code: "program_threw" } },
		]);
		const waiting = programAnswer(ended(null, { status: "waiting_approval", endedAtMs: null }));
		expect([waiting.status, await waiting.json()]).toEqual([202, { run: expect.any(String), status: "waiting_approval" }]);
		const silent = programAnswer(ended(null));
		expect([silent.status, await silent.json()]).toEqual([200, { run: expect.any(String), status: "succeeded" }]);
	});
});
