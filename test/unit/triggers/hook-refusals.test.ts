import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { newId } from "../../../contract/ids.ts";
import { Trigger } from "../../../contract/triggers.ts";
import { ask, errorOf, newTenant } from "../http/ask.ts";

const BODY = '{"action":"opened"}';

/** Makes triggers of a tenant that has the secret `hook`, and gives their paths. */
const pathsFor = async () => {
	const { key } = await newTenant();
	await ask("PUT", "/v1/secrets/hook", { key: key.value, body: { value: "hush" } });
	return async (settings: Record<string, unknown>): Promise<string> => {
		const body = { agent: "default", secret: "hook", ...settings };
		const made = await ask("POST", "/v1/triggers", { key: key.value, body });
		return `/hooks/${Trigger.parse(made.json).id}`;
	};
};

const messageOf = async (path: string, headers: Record<string, string>): Promise<string> => {
	const answer = await ask("POST", path, { raw: BODY, headers });
	expect([answer.status, answer.text]).toEqual([401, expect.not.stringContaining("hush")]);
	return errorOf(answer).message;
};
const hexOf = (text: string): string => createHmac("sha256", "hush").update(text).digest("hex");

describe("a hook that lets nobody in", () => {
	test("says which header of its sender's scheme is not there, and which beginning", async () => {
		const pathFor = await pathsFor();
		const github = await pathFor({ scheme: "github" });
		expect(await messageOf(github, {})).toContain("found no header x-hub-signature-256 (sha256=…),");
		expect(await messageOf(github, { "x-hub-signature-256": hexOf(BODY) })).toContain(
			"no sha256= at the beginning of x-hub-signature-256,",
		);
		const slack = await pathFor({ scheme: "slack" });
		expect(await messageOf(slack, { "x-slack-signature": "v0=00" })).toContain("found no header x-slack-request-timestamp,");
	});

	test("says of a valid signature that is too late in which unit its time is", async () => {
		const pathFor = await pathsFor();
		const timestamp = { header: "X-Time", unit: "seconds" };
		const hmac = { header: "X-Own", algorithm: "sha256", encoding: "hex", prefix: "v1=", timestamp };
		const own = await pathFor({ scheme: "hmac", hmac });
		expect(await messageOf(own, {})).toContain("found no header x-own (v1=…) and no header x-time,");
		const inMs = String(Date.now());
		const headers = { "x-own": `v1=${hexOf(`${inMs}.${BODY}`)}`, "x-time": inMs };
		expect(await messageOf(own, headers)).toContain("the time in x-time is in seconds since 1970");
	});

	test("because it is not there says so to a sender, who has no key", async () => {
		const answer = await ask("POST", `/hooks/${newId("trg")}`, { raw: "{}" });
		expect(answer.status).toBe(404);
		expect(answer.text).not.toMatch(/key|tenant/);
		expect(errorOf(answer).hint).toContain("switched off");
	});
});
