import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Agent } from "../../contract/agents.ts";
import { Run } from "../../contract/runs.ts";
import { sharePlatform } from "./share-platform.ts";
import { errorOf, makeAgent, type Platform } from "./start-platform.ts";

let platform: Platform;
const ONE = "export default async () => 1";
beforeAll(async () => {
	platform = await sharePlatform();
});
afterAll(() => platform.stop());

const post = (body: unknown, headers?: Record<string, string>) => platform.api.request("POST", "/v1/runs", body, headers);

describe("an idempotency key", () => {
	test("of fifty requests at once gives one run", async () => {
		const body = { program: ONE, metadata: { at: "once" } };
		const answers = await Promise.all(Array.from({ length: 50 }, () => post(body, { "idempotency-key": "fifty" })));
		expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
		expect(new Set(answers.map((answer) => Run.parse(answer.body).id)).size).toBe(1);
		const again = await post(body, { "idempotency-key": "fifty" });
		expect(again.body).toEqual(answers[0]?.body);
	});

	test("with another body is a conflict, and another tenant's is another key", async () => {
		const first = Run.parse((await post({ program: ONE }, { "idempotency-key": "mine" })).body);
		const other = await post({ program: "export default async () => 2" }, { "idempotency-key": "mine" });
		expect([other.status, errorOf(other).code]).toEqual([409, "idempotency_conflict"]);
		const stranger = await platform.tenant("stranger");
		const theirs = Run.parse((await stranger.api.request("POST", "/v1/runs", { program: ONE }, { "idempotency-key": "mine" })).body);
		expect(theirs.id).not.toBe(first.id);
	});

	test.each([
		["an unknown field", { program: ONE, nonsense: 1 }, 400],
		["a syntax error", { program: "export default async () => {" }, 422],
		["limits above the agent's", { program: ONE, limits: { wallMs: 900_000 } }, 400],
		["a grant that the agent does not have", { program: ONE, grants: ["files"] }, 400],
		["an unknown agent", { program: ONE, agent: "nobody" }, 404],
		["a file at a wrong path", { program: ONE, files: { "/etc/passwd": { text: "" } } }, 400],
	])("is not burnt by %s", async (what, wrong, status) => {
		const key = { "idempotency-key": `burnt by ${what}` };
		expect((await post(wrong, key)).status).toBe(status);
		const mended = await post({ program: ONE }, key);
		expect([mended.status, Run.safeParse(mended.body).success], JSON.stringify(mended.body)).toEqual([201, true]);
	});

	test("answers the same after the agent was changed, disabled and archived", async () => {
		const agent = await makeAgent(platform.api, { name: "passing", policy: { limits: { wallMs: 5_000 } }, program: ONE });
		const body = { agent: "passing", limits: { wallMs: 5_000 } };
		const first = await post(body, { "idempotency-key": "passing" });
		expect(first.status).toBe(201);
		await platform.api.expect(200, Agent, "PATCH", `/v1/agents/${agent.id}`, { policy: { limits: { wallMs: 1_000 } }, program: null });
		expect((await post(body, { "idempotency-key": "passing" })).body).toEqual(first.body);
		await platform.api.request("DELETE", `/v1/agents/${agent.id}`);
		expect((await post(body, { "idempotency-key": "passing" })).body).toEqual(first.body);
	});
});
