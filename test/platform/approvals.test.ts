import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Approval, type DecideApproval, type ListedApproval, ListedApproval as Listed } from "../../contract/approvals.ts";
import { pageOf } from "../../contract/common.ts";
import { Run } from "../../contract/runs.ts";
import type { CreateRunInput } from "../../scripts/support/api-client.ts";
import { type SharedPlatform, sharePlatform } from "./share-platform.ts";
import { runEnded } from "./run-to-end.ts";
import { errorOf, makeAgent, pollUntil } from "./start-platform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

let platform: SharedPlatform;
let upstream: Upstream;
beforeAll(async () => {
	platform = await sharePlatform();
	upstream = await startUpstream(platform.ports[0]);
	const pay = { verb: "http.fetch", allow: [{ host: upstream.host, scheme: "http", methods: ["POST"], paths: ["/*"] }] };
	const policy = {
		grants: {
			pay: { ...pay, approval: "always" },
			large: { ...pay, approval: { when: { argument: "0.headers.0.1", in: ["large"] } } },
			boss: { verb: "human.ask", to: "the boss" },
		},
		limits: { wallMs: 60_000, cpuMs: 3_000, calls: 200 },
	};
	await makeAgent(platform.api, { name: "payer", policy });
});
afterAll(async () => {
	await platform.stop();
	await upstream.close();
});

const start = (body: string, rest: Partial<CreateRunInput> = {}): Promise<Run> =>
	platform.api.run({ agent: "payer", program: `export default async (input, env) => { ${body} };`, wait: 0, ...rest });
const read = (run: Run): Promise<Run> => platform.api.expect(200, Run, "GET", `/v1/runs/${run.id}`);
const waiting = (run: Run, count = 1): Promise<Run> =>
	pollUntil(
		() => read(run),
		({ status, pendingApprovals }) => status === "waiting_approval" && pendingApprovals.length === count,
	);
const ended = (run: Run): Promise<Run> => runEnded(platform.api, run.id);
const approvalOf = (run: Run, index = 0): Promise<Approval> =>
	platform.api.expect(200, Approval, "GET", `/v1/approvals/${run.pendingApprovals[index]?.id}`);
const decide = (approval: Approval | ListedApproval, more: Partial<DecideApproval> = {}) =>
	platform.api.request("POST", `/v1/approvals/${approval.id}/decide`, { decision: "approve", digest: approval.digest, ...more });
/** How often what hangs on LIMITS.approvalInlineMs is tried. */
const ROUNDS = 5;
const sent = (path: string) => upstream.arrived.filter(({ url }) => url === path);
const at = (path: string): string => JSON.stringify(`http://${upstream.host}${path}`);

describe("a payment that a person is asked about", () => {
	test("is made once, after the approval, with what was shown; the run waits without an isolate meanwhile", async () => {
		const run = await waiting(
			await start(`
				const order = { id: crypto.randomUUID(), get amount() { return (this.reads = (this.reads ?? 0) + 1); } };
				const answer = await env.pay.fetch(${at("/once")}, { method: "POST", body: JSON.stringify(order) });
				return [answer.status, order.id];
			`),
		);
		expect(sent("/once")).toEqual([]);
		const approval = await approvalOf(run);
		const { args, grant, method, policyVersion, programDigest } = approval;
		const shown = JSON.stringify({ args, grant, method, policyVersion, programDigest, run: run.id });
		expect(approval.digest).toBe(`sha256:${createHash("sha256").update(shown).digest("hex")}`);
		expect(await decide(approval)).toMatchObject({ status: 200 });
		const done = await ended(run);
		const [request] = sent("/once");
		expect(sent("/once")).toHaveLength(1);
		expect(JSON.parse(args)[0].body).toBe(request?.body);
		expect(done).toMatchObject({ status: "succeeded", attempt: 2, result: [200, JSON.parse(request?.body ?? "{}").id] });
	});

	test("follows the decision at once", async () => {
		const tookMs: number[] = [];
		for (let index = 0; index < 5; index += 1) {
			const run = await waiting(await start(`await env.pay.fetch(${at(`/soon${index}`)}, { method: "POST" })`));
			const approval = await approvalOf(run);
			const fromMs = performance.now();
			await decide(approval);
			await pollUntil(
				async () => sent(`/soon${index}`).length,
				(count) => count === 1,
			);
			tookMs.push(performance.now() - fromMs);
		}
		// Tens of milliseconds; the lease alone would take twenty seconds.
		expect(tookMs.toSorted((left, right) => left - right)[2]).toBeLessThan(10_000);
	});

	test("is not made when it is denied, and the program goes on with the reason", async () => {
		const run = await waiting(
			await start(`try { await env.pay.fetch(${at("/denied")}, { method: "POST" }) } catch (error) { return [error.code, error.message] }`),
		);
		await decide(await approvalOf(run), { decision: "deny", reason: "too much" });
		const [code, message] = JSON.parse(JSON.stringify((await ended(run)).result));
		expect([code, sent("/denied").length]).toEqual(["approval_denied", 0]);
		expect(message).toContain("too much");
	});

	test("that is one of several is decided by itself, in any order", async () => {
		const run = await waiting(
			await start(`
				const pay = (path) => env.pay.fetch("http://${upstream.host}" + path, { method: "POST" }).then(({ status }) => status, ({ code }) => code);
				return Promise.all(["/a1", "/a2", "/a3"].map(pay));
			`),
			3,
		);
		const approvals = await Promise.all([0, 1, 2].map((index) => approvalOf(run, index)));
		const [first, second, third] = approvals;
		if (!first || !second || !third) throw new Error("three calls are to wait");
		expect(await decide(third)).toMatchObject({ status: 200 });
		const made = await pollUntil(
			async () => sent("/a3").length,
			(count) => count === 1,
		);
		expect(made).toBe(1);
		const between = await waiting(run, 2);
		expect([sent("/a1").length, sent("/a2").length, between.status]).toEqual([0, 0, "waiting_approval"]);
		await Promise.all([decide(second, { decision: "deny" }), decide(first)]);
		expect(await ended(run)).toMatchObject({ status: "succeeded", result: [200, "approval_denied", 200] });
		expect(["/a1", "/a2", "/a3"].map((path) => sent(path).length)).toEqual([1, 0, 1]);
	});

	test("is made once, however many tabs approve it at once", async () => {
		const run = await waiting(await start(`await env.pay.fetch(${at("/tabs")}, { method: "POST" })`));
		const approval = await approvalOf(run);
		const answers = await Promise.all([...Array(6).keys()].map(() => decide(approval)));
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
		expect(answers.filter(({ status }) => status === 409).map((answer) => errorOf(answer).code)).toEqual(Array(5).fill("approval_settled"));
		expect(await ended(run)).toMatchObject({ status: "succeeded" });
		expect(sent("/tabs")).toHaveLength(1);
	});

	test("is not made once its run was cancelled, whoever approves it then", async () => {
		const run = await waiting(await start(`await env.pay.fetch(${at("/cancelled")}, { method: "POST" })`));
		const approval = await approvalOf(run);
		await platform.api.request("POST", `/v1/runs/${run.id}/cancel`);
		expect(errorOf(await decide(approval)).code).toBe("approval_settled");
		expect(await read(run)).toMatchObject({ status: "cancelled", pendingApproval: null });
		expect(sent("/cancelled")).toEqual([]);
	});

	test("is asked about only when the grant's condition holds, and then listed", async () => {
		const pay = (size: string, path: string) =>
			start(
				`const answer = await env.large.fetch(${at(path)}, { method: "POST", headers: { "x-size": "${size}" } }); return answer.status`,
			);
		expect(await ended(await pay("small", "/small"))).toMatchObject({ status: "succeeded", result: 200 });
		const run = await waiting(await pay("large", "/large"));
		const list = pageOf(Listed);
		const page = await pollUntil(
			() => platform.api.expect(200, list, "GET", `/v1/approvals?status=pending&run=${run.id}`),
			({ data }) => data.length === 1,
		);
		expect(page.data).toEqual([{ ...(await approvalOf(run)), argsCut: false }]);
		await platform.api.request("POST", `/v1/runs/${run.id}/cancel`);
	});

	test("goes through by a scoped approval as often as that says, in later runs too", async () => {
		const first = await waiting(await start(`await env.pay.fetch(${at("/scope/1")}, { method: "POST" })`));
		const when = {
			all: [
				{ argument: "0.method", is: "POST" },
				{ argument: "0.url", startsWith: `http://${upstream.host}/scope/` },
			],
		};
		expect(await decide(await approvalOf(first), { scope: { when, times: 2 } })).toMatchObject({ status: 200 });
		await ended(first);
		const loop = `for (const index of [2, 3, 4]) await env.pay.fetch("http://${upstream.host}/scope/" + index, { method: "POST" })`;
		const second = await waiting(await start(loop));
		expect([1, 2, 3, 4].map((index) => sent(`/scope/${index}`).length)).toEqual([1, 1, 1, 0]);
		expect((await approvalOf(second)).args).toContain("/scope/4");
		await platform.api.request("POST", `/v1/runs/${second.id}/cancel`);
	});
});

describe("a question", () => {
	test("is answered while its program waits in its isolate, in the shape that was asked for", async () => {
		const schema = { type: "object", properties: { amount: { type: "number" } }, required: ["amount"] };
		const answered = async (amount: number): Promise<number> => {
			const text = `How much, after ${amount}?`;
			const asking = start(`return env.boss.ask({ question: "${text}", schema: ${JSON.stringify(schema)} })`, { wait: 10 });
			const pending = await pollUntil(
				() => platform.api.expect(200, pageOf(Listed), "GET", "/v1/approvals?status=pending"),
				({ data }) => data.some(({ question }) => question?.text === text),
			);
			const asked = pending.data.find(({ question }) => question?.text === text);
			if (asked === undefined) throw new Error("the question is to be listed");
			expect(errorOf(await decide(asked, { answer: { amount: "much" } })).code).toBe("invalid_request");
			expect(await decide(asked, { answer: { amount } })).toMatchObject({ status: 200 });
			const done = await ended(await asking);
			expect(done).toMatchObject({ status: "succeeded", result: { amount } });
			return done.attempt;
		};
		// A busy machine may be late with the answer: then the isolate was given up, and the program ran again.
		let attempt = await answered(0);
		for (let amount = 1; amount < ROUNDS && attempt > 1; amount += 1) attempt = await answered(amount);
		expect(attempt).toBe(1);
	});
});
