import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { allPages, type Platform, startPlatform } from "./start-platform.ts";
import { setUpTriage } from "./triage-set-up.ts";

const GITHUB_TOKEN = `ghp_${randomBytes(18).toString("hex")}`;
const MODEL_KEY = `sk-${randomBytes(24).toString("hex")}`;
const WEBHOOK_SECRET = randomBytes(32).toString("hex");

let platform: Platform;
beforeAll(async () => {
	platform = await startPlatform();
	for (const secret of [GITHUB_TOKEN, MODEL_KEY, WEBHOOK_SECRET]) platform.canaries.plant(secret);
});
afterAll(() => platform.stop());

const run = (key: string, changed: Readonly<Record<string, string>> = {}) =>
	setUpTriage({
		CORDON: platform.cordon.url,
		KEY: key,
		REPO: "acme/shop",
		GITHUB_TOKEN,
		MODEL_KEY,
		NOTIFY_URL: "https://you.example/cordon",
		...changed,
	});
/** All that the set-up may make, as lists have it. */
const made = (api: ApiClient): Promise<unknown[][]> =>
	Promise.all(["agents", "triggers", "endpoints", "secrets", "models"].map((list) => allPages(api, `/v1/${list}`, z.looseObject({}), 50)));
const urlIn = (stdout: string): string => /Payload URL\s+(\S+)/.exec(stdout)?.[1] ?? "none";

describe("the example's set-up", () => {
	test("a second run makes nothing anew: the same URL, the same webhook's secret, and the endpoint's is not shown again", async () => {
		const { api, key } = await platform.tenant("twice");
		const first = await run(key);
		expect([first.code, first.stderr]).toEqual([0, ""]);
		for (const secret of [/whsec_\S+/.exec(first.stdout)?.[0], /Secret\s+(\S+)/.exec(first.stdout)?.[1]])
			platform.canaries.plant(secret ?? "");
		const [, triggers, endpoints, secrets] = await made(api);
		const second = await run(key);
		expect([second.code, second.stderr]).toEqual([0, ""]);
		expect(urlIn(second.stdout)).toBe(urlIn(first.stdout));
		expect(second.stdout).not.toContain("whsec_");
		const [agents, ...rest] = await made(api);
		expect(agents).toHaveLength(2);
		expect(rest.slice(0, 2)).toEqual([triggers, endpoints]);
		const webhook = (rows: unknown[] | undefined) =>
			rows?.find((row) => z.looseObject({ name: z.string() }).parse(row).name === "triage_webhook");
		expect(webhook(rest[2])).toEqual(webhook(secrets));
	});

	test("a run that failed half-way is finished by the next, and what was made is not lost", async () => {
		const { key } = await platform.tenant("half-way");
		const failed = await run(key, { MODEL_PROVIDER: "nobody" });
		expect([failed.code, failed.stderr.trimEnd().split("\n").length]).toEqual([1, 1]);
		const secrets = [/signed with .*\n {2}(whsec_\S+)/, /webhook's secret\n {2}([0-9a-f]{64})/].map(
			(shown) => shown.exec(failed.stdout)?.[1],
		);
		for (const secret of secrets) platform.canaries.plant(secret ?? "");
		expect(secrets).not.toContain(undefined);
		expect(await run(key)).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("/hooks/trg_") });
	});

	test("what cannot be is said in one line, without a secret, before anything is made", async () => {
		const { api, key } = await platform.tenant("wrong");
		await api.request("POST", "/v1/agents", { name: "triage" });
		const before = await made(api);
		const fresh = await platform.tenant("fresh");
		const wrong: [string, Record<string, string>, RegExp][] = [
			[fresh.key, { NOTIFY_URL: "http://you.example/cordon" }, /url: .+wanted/],
			[fresh.key, { MODEL_KEY: "" }, /^Setting up: found no MODEL_KEY in the environment, wanted one/],
			[fresh.key, { CORDON: "http://127.0.0.1:1" }, /is Cordon at http:\/\/127\.0\.0\.1:1\?$/],
			[key, {}, /^Setting up: found an agent triage with another policy .+ curl -X DELETE \S+\/v1\/agents\/triage/],
		];
		const empty = await made(fresh.api);
		for (const [caller, changed, why] of wrong) {
			const { stdout, stderr, code } = await run(caller, changed);
			expect([code, stderr.trimEnd().split("\n").length]).toEqual([1, 1]);
			expect(stderr.trimEnd()).toMatch(why);
			for (const hidden of [GITHUB_TOKEN, MODEL_KEY, caller]) expect(stdout + stderr).not.toContain(hidden);
		}
		expect([await made(api), await made(fresh.api)]).toEqual([before, empty]);
	});
});
