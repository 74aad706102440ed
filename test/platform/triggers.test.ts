import { randomBytes } from "node:crypto";
import { sign } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Agent } from "../../contract/agents.ts";
import { type Run, RunSummary } from "../../contract/runs.ts";
import type { TriggerRequest } from "../../contract/triggers.ts";
import type { Answer, ApiClient } from "../../scripts/support/api-client.ts";
import { GITHUB_EXAMPLES } from "./github-payloads.ts";
import { agentWith, ECHO, githubSender, hookPath, requestsTo, runOf, secretName, slackSender } from "./hook-senders.ts";
import { runsSoFar } from "./runs-so-far.ts";
import { sharePlatform } from "./share-platform.ts";
import { runEnded } from "./run-to-end.ts";
import { allPages, errorOf, type Platform } from "./start-platform.ts";

const Example = z.looseObject({ action: z.string(), issue: z.looseObject({ number: z.int(), title: z.string() }) });
/** GitHub's own payloads of the event `issues`. */
const ISSUES = GITHUB_EXAMPLES.filter(({ name }) => name === "issues").flatMap(({ examples }) =>
	examples.map((example) => Example.parse(example)),
);

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
});
afterAll(() => platform.stop());

const endedRun = (id: string, api: ApiClient = platform.api): Promise<Run> => runEnded(api, id);
const runsOf = async (agent: string, api: ApiClient = platform.api): Promise<number> => (await runsSoFar(api, agent)).length;
const requestsOf = (trigger: string, api: ApiClient = platform.api): Promise<TriggerRequest[]> => requestsTo(api, trigger);
const withProgram = (program: string, api: ApiClient = platform.api): Promise<Agent> => agentWith(api, program);
const newSecret = (): string => randomBytes(24).toString("hex");

describe("a trigger for GitHub", () => {
	test("starts the agent's stored program with what its mapping takes out of GitHub's payloads", async () => {
		const agent = await withProgram(ECHO);
		const input = { number: { $from: "0.issue.number" }, title: { $from: "0.issue.title" }, event: { $from: "1.x-github-event" } };
		const { trigger, send } = await githubSender(platform, platform.api, newSecret(), {
			agent: agent.id,
			input,
			metadata: { from: "github" },
		});
		expect(ISSUES.length).toBeGreaterThan(3);
		for (const payload of ISSUES.slice(0, 4)) {
			const run = await endedRun(runOf(await send(JSON.stringify(payload))));
			expect(run).toMatchObject({
				status: "succeeded",
				trigger: trigger.id,
				agent: agent.id,
				programVersion: 1,
				metadata: { from: "github" },
			});
			expect(run.result).toEqual({ number: payload.issue.number, title: payload.issue.title, event: "issues" });
			expect(run.labels).toContain("untrusted");
		}
		expect((await requestsOf(trigger.id)).map(({ outcome, repeats }) => [outcome, repeats])).toEqual(
			Array.from({ length: 4 }, () => ["started", 0]),
		);
	});

	test("is asked for the runs that it started: those, newest first, page by page, also when it is gone; of another tenant's there are none", async () => {
		const agent = await withProgram(ECHO);
		const [one, two] = await Promise.all([1, 2].map(() => githubSender(platform, platform.api, newSecret(), { agent: agent.id })));
		if (one === undefined || two === undefined) throw new Error("Making two triggers: found fewer");
		const started: string[] = [];
		for (const body of ['{"a":1}', '{"a":2}', '{"a":3}']) started.push(runOf(await one.send(body)));
		const others = [runOf(await two.send('{"a":1}'))];
		for (const id of [...started, ...others]) await endedRun(id);
		expect(await runsOf(agent.id)).toBe(4);
		await platform.api.request("DELETE", `/v1/triggers/${one.trigger.id}`);
		const listed = async (api: ApiClient, query: string): Promise<string[]> =>
			(await allPages(api, `/v1/runs?${query}`, RunSummary, 2)).map(({ id }) => id);
		expect(await listed(platform.api, `trigger=${one.trigger.id}`)).toEqual(started.toReversed());
		expect(await listed(platform.api, `trigger=${two.trigger.id}&agent=${agent.id}&status=succeeded`)).toEqual(others);
		expect(await listed(platform.api, `trigger=${two.trigger.id}&status=failed`)).toEqual([]);
		expect(await listed((await platform.tenant("asks-for-runs")).api, `trigger=${one.trigger.id}`)).toEqual([]);
		const asked = await platform.api.request("GET", "/v1/runs?trigger=everything");
		expect([asked.status, errorOf(asked).message]).toEqual([400, expect.stringContaining("trigger")]);
	});

	test("gives a program without a mapping the headers and the body, and none of what proves who sent it", async () => {
		const agent = await withProgram(ECHO);
		const { send } = await githubSender(platform, platform.api, newSecret(), { agent: agent.id });
		const run = await endedRun(runOf(await send('{"action":"opened"}', { cookie: "session=1", "x-api-key": "k" })));
		expect(run.result).toMatchObject({ body: { action: "opened" }, headers: { "x-github-event": "issues" } });
		const shown = JSON.stringify(run.result);
		for (const hidden of ["x-hub-signature-256", "authorization", "cookie", "x-api-key"]) expect(shown).not.toContain(hidden);
	});

	test("answers a repeat as the first time and starts nothing, also fifty at once, and with another id on the same body", async () => {
		const agent = await withProgram(ECHO);
		const { trigger, send } = await githubSender(platform, platform.api, newSecret(), { agent: agent.id });
		const payload = JSON.stringify(ISSUES[0]);
		const id = { "x-github-delivery": "0b989ba4-242f-11e5-81e1-c7b6966d2516" };
		const answers = await Promise.all(Array.from({ length: 50 }, () => send(payload, id)));
		const first = answers[0];
		for (const answer of answers) expect([answer.status, answer.body]).toEqual([202, first?.body]);
		await endedRun(runOf(await send(payload, id)));
		expect((await send(payload, id)).body).toEqual(first?.body);
		expect((await send(payload, { "x-github-delivery": "another" })).body).toEqual(first?.body);
		expect(await runsOf(agent.id)).toBe(1);
		expect(await requestsOf(trigger.id)).toMatchObject([{ outcome: "started", repeats: 52 }]);
	});

	test("answers a repeat as the first time after everything that it needs is gone", async () => {
		const agent = await withProgram(ECHO);
		const { trigger, send } = await githubSender(platform, platform.api, newSecret(), { agent: agent.id });
		const first = await send('{"a":1}');
		await endedRun(runOf(first));
		await platform.api.request("PATCH", `/v1/triggers/${trigger.id}`, { filter: { method: "never" } });
		expect((await send('{"a":1}')).body).toEqual(first.body);
		await platform.api.request("PATCH", `/v1/triggers/${trigger.id}`, { filter: null });
		await platform.api.request("PATCH", `/v1/agents/${agent.id}`, { program: null });
		expect((await send('{"a":1}')).body).toEqual(first.body);
		expect((await send('{"a":2}')).status).toBe(400);
		await platform.api.request("POST", `/v1/agents/${agent.id}/disable`);
		expect((await send('{"a":1}')).body).toEqual(first.body);
		await platform.api.request("POST", `/v1/agents/${agent.id}/enable`);
		expect(await runsOf(agent.id)).toBe(1);
		await platform.api.request("DELETE", `/v1/agents/${agent.id}`);
		expect((await send('{"a":1}')).body).toEqual(first.body);
	});

	test("starts nothing for what is altered, unsigned or another tenant's", async () => {
		const [agent, stranger] = [await withProgram(ECHO), await platform.tenant("stranger")];
		const secret = newSecret();
		const { trigger, send } = await githubSender(platform, platform.api, secret, { agent: agent.id });
		const theirs = await withProgram(ECHO, stranger.api);
		const other = await githubSender(platform, stranger.api, newSecret(), { agent: theirs.id });
		const payload = JSON.stringify(ISSUES[0]);
		const toMine = async (sent: Promise<Answer>): Promise<void> => {
			const answer = await sent;
			expect([answer.status, errorOf(answer).code]).toEqual([401, "unauthorized"]);
			expect(JSON.stringify(answer.body)).not.toContain(secret);
		};
		const signed = await sign(secret, payload);
		await toMine(send(payload.replace("opened", "closed").concat(" "), { "x-hub-signature-256": signed }));
		await toMine(send(payload, { "x-hub-signature-256": "" }));
		await toMine(send(payload, { "x-hub-signature-256": await sign("other", payload) }));
		await toMine(platform.api.send("POST", hookPath(other.trigger), payload, { authorization: "", "x-hub-signature-256": signed }));
		await toMine(platform.api.send("POST", hookPath(trigger), payload, { "content-type": "application/json" }));
		expect([await runsOf(agent.id), await runsOf(theirs.id, stranger.api)]).toEqual([0, 0]);
		expect(await requestsOf(trigger.id)).toEqual([]);
		expect((await stranger.api.request("GET", `/v1/triggers/${trigger.id}`)).status).toBe(404);
	});

	test("answers a ping, and filters out what its filter is not true of", async () => {
		const agent = await withProgram(ECHO);
		const filter = { all: [{ method: "issues" }, { argument: "0.action", is: "opened" }] };
		const { trigger, send } = await githubSender(platform, platform.api, newSecret(), { agent: agent.id, filter });
		expect((await send('{"zen":"x"}', { "x-github-event": "ping" })).status).toBe(200);
		for (const payload of ISSUES) {
			const answer = await send(JSON.stringify(payload));
			expect(answer.status, payload.action).toBe(payload.action === "opened" ? 202 : 200);
		}
		const opened = ISSUES.filter(({ action }) => action === "opened").length;
		expect(opened).toBeGreaterThan(0);
		const outcomes = (await requestsOf(trigger.id)).map(({ outcome }) => outcome);
		expect(outcomes.filter((outcome) => outcome === "started")).toHaveLength(opened);
	});
});

describe("a trigger for Standard Webhooks", () => {
	test("takes what the official library signs, in its window only", async () => {
		const agent = await withProgram(ECHO);
		const secret = `whsec_${randomBytes(24).toString("base64")}`;
		await platform.api.request("PUT", `/v1/secrets/${secretName(secret)}`, { value: secret });
		const made = await platform.api.request("POST", "/v1/triggers", { agent: agent.id, scheme: "standard", secret: secretName(secret) });
		const path = new URL(z.looseObject({ url: z.string() }).parse(made.body).url).pathname;
		const send = (id: string, atMs: number, body = '{"type":"user.created"}') =>
			platform.api.send("POST", path, body, {
				...{
					authorization: "",
					"content-type": "application/json",
					"webhook-id": id,
					"webhook-timestamp": String(Math.floor(atMs / 1000)),
				},
				"webhook-signature": new Webhook(secret).sign(id, new Date(atMs), body),
			});
		const first = await send("msg_1", Date.now());
		expect((await endedRun(runOf(first))).result).toMatchObject({ body: { type: "user.created" } });
		expect((await send("msg_1", Date.now() - 5_000)).body).toEqual(first.body);
		for (const atMs of [Date.now() - 400_000, Date.now() + 400_000]) {
			const late = await send("msg_2", atMs);
			expect([late.status, errorOf(late).code]).toEqual([401, "unauthorized"]);
		}
		expect(await runsOf(agent.id)).toBe(1);
	});
});

describe("a trigger for Slack", () => {
	test("answers the challenge, takes forms, and starts one run for an event however often it comes", async () => {
		const agent = await withProgram("export default async (input) => input.body.command ?? input.body.event.text");
		const { send } = await slackSender(platform, platform.api, newSecret(), { agent: agent.id });
		expect((await send('{"type":"url_verification","challenge":"abc"}')).body).toEqual({ challenge: "abc" });
		const form = { "content-type": "application/x-www-form-urlencoded" };
		expect((await endedRun(runOf(await send("command=%2Fdeploy&text=now", form)))).result).toBe("/deploy");
		const event = '{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention","text":"hello"}}';
		const first = await send(event);
		const again = await send(event, { "x-slack-request-timestamp": String(Math.floor(Date.now() / 1000) - 60), "x-slack-retry-num": "1" });
		expect(again.body).toEqual(first.body);
		expect((await endedRun(runOf(first))).result).toBe("hello");
		expect((await send(event, { "x-slack-request-timestamp": String(Math.floor(Date.now() / 1000) - 600) })).status).toBe(401);
		expect(await runsOf(agent.id)).toBe(2);
	});
});
