import { describe, expect, test } from "vitest";
import { pageOf } from "../../../contract/common.ts";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { Trigger, TriggerRequest } from "../../../contract/triggers.ts";
import { SENDERS } from "../../node/triggers/signing.ts";
import { starting } from "../sub-agents/family.ts";
import { type Answer, ask, errorOf, newTenant, OPERATOR, testEnv } from "../http/ask.ts";

/** A trigger of a fresh tenant for GitHub, and what its sender sends. Nothing executes programs here: a request that gets as far as a run is answered `no_executor`. */
const newHook = async (body: Record<string, unknown> = {}, value = "hush") => {
	const { id: tenant, key } = await newTenant();
	await ask("PUT", "/v1/secrets/hook", { key: key.value, body: { value } });
	await ask("PUT", "/v1/secrets/next", { key: key.value, body: { value: `${value}-next` } });
	const made = await ask("POST", "/v1/triggers", { key: key.value, body: { agent: "default", scheme: "github", secret: "hook", ...body } });
	expect(made.status, made.text).toBe(201);
	const { id } = Trigger.parse(made.json);
	const send = (payload: string | Uint8Array, headers: Record<string, string> = {}, secret = value): Promise<Answer> =>
		ask("POST", `/hooks/${id}`, {
			raw: payload,
			headers: { "content-type": "application/json", ...SENDERS.github({ secret, body: payload }), ...headers },
		});
	const requests = async () =>
		pageOf(TriggerRequest).parse((await ask("GET", `/v1/triggers/${id}/requests`, { key: key.value })).json).data;
	return { tenant, key: key.value, id, send, requests };
};

const sign = (secret: string, body: string): string => SENDERS.github({ secret, body })["x-hub-signature-256"] ?? "";

const OPENED = '{"action":"opened","issue":{"number":7}}';

describe("a hook", () => {
	test("lets nobody in without a signature, and says the same whatever is wrong with one", async () => {
		const { id, send, requests } = await newHook();
		const unsigned = await ask("POST", `/hooks/${id}`, { raw: OPENED });
		expect(unsigned.status).toBe(401);
		const answers = [
			await send(OPENED, {}, "wrong"),
			await send(OPENED, { "x-hub-signature-256": "sha256=00" }),
			await send(`${OPENED} `, { "x-hub-signature-256": sign("hush", OPENED) }),
		];
		for (const answer of answers) expect(answer.status).toBe(401);
		expect(new Set(answers.map((answer) => errorOf(answer).message)).size).toBe(1);
		for (const answer of [unsigned, ...answers]) expect(answer.text).not.toMatch(/hush|opened|secret "?hook/);
		expect(await requests()).toEqual([]);
	});

	test("verifies before it reads: what is signed wrongly is refused for that, however it is malformed", async () => {
		const { send } = await newHook();
		expect((await send("{", {}, "wrong")).status).toBe(401);
		const signed = await send("{");
		expect(signed.status).toBe(400);
		expect(errorOf(signed).code).toBe("invalid_request");
	});

	test("is not there with an unknown id, for a key of its own tenant either, and when it is deleted or switched off", async () => {
		const { id, key, send } = await newHook();
		expect((await ask("POST", `/hooks/${newId("trg")}`, { raw: "{}", key })).status).toBe(404);
		expect((await ask("POST", "/hooks/nothing", { raw: "{}" })).status).toBe(404);
		expect((await send(OPENED)).status).toBe(503);
		await ask("POST", `/v1/triggers/${id}/disable`, { key });
		expect((await send(OPENED)).status).toBe(404);
		await ask("POST", `/v1/triggers/${id}/enable`, { key });
		expect((await send(OPENED)).status).toBe(503);
		await ask("DELETE", `/v1/triggers/${id}`, { key });
		expect((await send(OPENED)).status).toBe(404);
	});

	test("L10 another tenant's secret of the same name opens nothing", async () => {
		const [mine, theirs] = [await newHook({}, "mine"), await newHook({}, "theirs")];
		expect((await mine.send(OPENED, {}, "theirs")).status).toBe(401);
		expect((await theirs.send(OPENED, {}, "mine")).status).toBe(401);
		expect((await mine.send(OPENED)).status).toBe(503);
	});

	test("L09 refuses a body that is too large, with a length and without, and one that is compressed", async () => {
		const { id, send } = await newHook();
		expect((await send("x".repeat(LIMITS.hookBodyBytes + 1))).status).toBe(413);
		let sent = 0;
		const endless = new ReadableStream<Uint8Array>({
			pull: (controller) => {
				sent += 65_536;
				controller.enqueue(new Uint8Array(65_536));
			},
		});
		const streamed = await ask("POST", `/hooks/${id}`, { raw: endless, headers: { "x-hub-signature-256": "sha256=00" } });
		expect(streamed.status).toBe(413);
		expect(sent).toBeLessThan(8 * LIMITS.hookBodyBytes);
		expect((await send(OPENED, { "content-encoding": "gzip" })).status).toBe(415);
	});

	test("strangers whose bodies do not come keep its tenant's own requests from nothing", async () => {
		const { id, key, send } = await newHook({ filter: { method: "never" } });
		let release = (): void => {};
		const released = new Promise<void>((resolve) => {
			release = resolve;
		});
		/** Sends some at once, and no more for a while. */
		const stalled = (first?: Uint8Array, rest?: Uint8Array) =>
			new ReadableStream<Uint8Array>({
				start: (controller) => {
					if (first !== undefined) controller.enqueue(first);
				},
				pull: async (controller) => {
					await released;
					if (rest !== undefined) controller.enqueue(rest);
					controller.close();
				},
			});
		const opened = new TextEncoder().encode(OPENED);
		const inHalves = () => stalled(opened.slice(0, 9), opened.slice(9));
		const room = LIMITS.bodyBytesArriving / LIMITS.hookBodyBytes;
		const slow = ask("POST", `/hooks/${id}`, { raw: inHalves(), headers: { "x-hub-signature-256": sign("hush", OPENED) } });
		const waiting = Array.from({ length: 2 * room }, () => ask("POST", `/hooks/${id}`, { raw: stalled() }));
		const sent = new Uint8Array(LIMITS.hookBodyBytes);
		const large = Array.from({ length: 2 * room }, () => ask("POST", `/hooks/${id}`, { raw: stalled(sent) }));
		// Of those that sent much the first have made way, to each other; to whoever sent less nobody has to.
		expect((await large[0])?.status).toBe(429);
		expect((await send(OPENED)).status).toBe(200);
		expect((await ask("POST", "/v1/agents", { key, body: { name: "meanwhile" } })).status).toBe(201);
		release();
		expect((await slow).status).toBe(200);
		for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(401);
		for (const answer of await Promise.all(large)) expect([401, 429]).toContain(answer.status);
		expect((await send(OPENED)).status).toBe(200);
	});

	test("bodies whose senders wait for an answer shut nobody out, though they did not say how long they are", async () => {
		const { id, key, requests } = await newHook({ wait: 3 });
		await ask("PATCH", "/v1/agents/default", { key, body: { program: "export default () => 1;", language: "javascript" }, env: starting });
		const others = { agent: "default", scheme: "github", secret: "hook", filter: { method: "never" } };
		const other = Trigger.parse((await ask("POST", "/v1/triggers", { key, body: others })).json);
		const waiting = Array.from({ length: LIMITS.bodyBytesArriving / LIMITS.hookBodyBytes }, (_, number) => {
			const raw = `{"number":${number}}`;
			return ask("POST", `/hooks/${id}`, { raw, headers: { "x-hub-signature-256": sign("hush", raw) }, env: starting });
		});
		await expect.poll(async () => (await requests()).length).toBe(waiting.length);
		const headers = { "x-hub-signature-256": sign("hush", OPENED) };
		expect((await ask("POST", `/hooks/${other.id}`, { raw: OPENED, headers })).status).toBe(200);
		for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(202);
	});

	test("takes a body of exactly the most bytes", async () => {
		const { send } = await newHook({ filter: { method: "never" } });
		const payload = `"${"x".repeat(LIMITS.hookBodyBytes - 2)}"`;
		expect((await send(payload)).json).toEqual({ filtered: true });
	});

	test("refuses what has gone round through this platform too often, before it looks at anything else", async () => {
		const { send } = await newHook();
		for (const [hops, status] of [
			["0", 503],
			[String(LIMITS.webhookHops - 1), 503],
			[String(LIMITS.webhookHops), 508],
			["9999", 508],
			["-1", 400],
			["1, 1", 400],
			["x", 400],
		] as const)
			expect((await send(OPENED, { "cordon-hops": hops })).status, hops).toBe(status);
	});

	test("answers a ping and starts nothing", async () => {
		const { send, requests } = await newHook();
		const answer = await send('{"zen":"Keep it logically awesome."}', { "x-github-event": "ping" });
		expect([answer.status, answer.json]).toEqual([200, { ok: "pong" }]);
		expect((await send("{}", { "x-github-event": "ping" }, "wrong")).status).toBe(401);
		expect(await requests()).toEqual([]);
	});

	test("its filter lets only through what it is true of, and what it cannot say of is not", async () => {
		const filter = { all: [{ method: "issues" }, { argument: "0.action", is: "opened" }, { argument: "0.issue.number", over: 5 }] };
		const { send, requests } = await newHook({ filter });
		const filtered = { filtered: true };
		expect((await send(OPENED)).status).toBe(503);
		for (const payload of [
			'{"action":"closed","issue":{"number":7}}',
			'{"action":"opened"}',
			'{"action":["opened"],"issue":{"number":7}}',
			"[]",
			"7",
			"null",
		])
			expect((await send(payload)).json, payload).toEqual(filtered);
		expect((await send(OPENED, { "x-github-event": "push" })).json).toEqual(filtered);
		const listed = await requests();
		expect(listed.map(({ outcome, code }) => [outcome, code])).toEqual([
			...Array.from({ length: 7 }, () => ["filtered", null]),
			["refused", "no_executor"],
		]);
	});

	test("its filter may ask for headers, but signatures and credentials are not there", async () => {
		const headers = { authorization: "Bearer x", "x-own": "yes" };
		const own = await newHook({ filter: { not: { argument: "1.x-own", is: "yes" } } });
		expect((await own.send(OPENED, headers)).json).toEqual({ filtered: true });
		for (const name of ["authorization", "x-hub-signature-256", "cookie"]) {
			const { send } = await newHook({ filter: { argument: ["1", name], exists: true } });
			expect((await send(OPENED, { ...headers, cookie: "a=b" })).json, name).toEqual({ filtered: true });
		}
	});

	test("takes two secrets during a roll, and the old one no more when the overlap is over or the new one is named at once", async () => {
		const { id, key, send } = await newHook({ filter: { method: "never" } });
		const roll = (body: Record<string, unknown>) => ask("POST", `/v1/triggers/${id}/roll`, { key, body });
		await roll({ secret: "next", overlapSeconds: 60 });
		expect([(await send(OPENED)).status, (await send(OPENED, {}, "hush-next")).status]).toEqual([200, 200]);
		await ask("PATCH", `/v1/triggers/${id}`, { key, body: { secret: "next" } });
		expect([(await send(OPENED)).status, (await send(OPENED, {}, "hush-next")).status]).toEqual([401, 200]);
		await roll({ secret: "hook", overlapSeconds: 0 });
		expect([(await send(OPENED)).status, (await send(OPENED, {}, "hush-next")).status]).toEqual([200, 401]);
	});

	test("a secret's new value counts at once, and with no secret nothing is let in", async () => {
		const { key, send } = await newHook({ filter: { method: "never" } });
		await ask("PUT", "/v1/secrets/hook", { key, body: { value: "changed" } });
		expect([(await send(OPENED)).status, (await send(OPENED, {}, "changed")).status]).toEqual([401, 200]);
		await ask("DELETE", "/v1/secrets/hook", { key });
		for (const secret of ["changed", "hush", "hush-next"]) expect((await send(OPENED, {}, secret)).status).toBe(401);
	});

	test("a signed request counts as its tenant's, and any other as a stranger's", async () => {
		const { id, send } = await newHook({ filter: { method: "never" } });
		const limited = { ...testEnv, RATE_LIMIT: "stranger:6,tenant:60" };
		const status = async (secret: string) => {
			const headers = { "x-hub-signature-256": sign(secret, OPENED) };
			return (await ask("POST", `/hooks/${id}`, { raw: OPENED, headers, env: limited })).status;
		};
		const wrong = [await status("wrong"), await status("wrong"), await status("wrong")];
		expect(wrong).toEqual([401, 429, 429]);
		expect(await status("hush")).toBe(200);
		const signed: number[] = [];
		for (let count = 0; count < 12; count += 1) signed.push(await status("hush"));
		expect(signed.at(0)).toBe(200);
		expect(signed.at(-1)).toBe(429);
		expect((await send(OPENED)).status).toBe(200);
	});

	test("a suspended tenant's hook starts nothing", async () => {
		const { tenant, id, key } = await newHook();
		await ask("PATCH", "/v1/agents/default", { key, body: { program: "export default () => 1;", language: "javascript" }, env: starting });
		const start = (raw: string) =>
			ask("POST", `/hooks/${id}`, { raw, headers: SENDERS.github({ secret: "hush", body: raw }), env: starting });
		expect((await start('{"number":1}')).status).toBe(202);
		await ask("PATCH", `/v1/tenants/${tenant}`, { key: OPERATOR, body: { status: "suspended" } });
		const answer = await start('{"number":2}');
		expect([answer.status, errorOf(answer).code]).toEqual([403, "tenant_suspended"]);
	});

	test("lists are paged, newest first, and a cursor of another list is refused", async () => {
		const { id, key, send } = await newHook({ filter: { method: "never" } });
		for (const number of [1, 2, 3]) await send(`{"number":${number}}`, { "x-github-delivery": `d-${number}` });
		const list = async (query: string) => ask("GET", `/v1/triggers/${id}/requests${query}`, { key });
		const first = pageOf(TriggerRequest).parse((await list("?limit=2")).json);
		expect(first.data.map(({ deliveryId }) => deliveryId)).toEqual(["d-3", "d-2"]);
		const second = pageOf(TriggerRequest).parse((await list(`?cursor=${first.nextCursor}`)).json);
		expect(second.data.map(({ deliveryId }) => deliveryId)).toEqual(["d-1"]);
		expect(second.nextCursor).toBeNull();
		const foreign = btoa(JSON.stringify({ after: newId("trg") })).replaceAll("=", "");
		expect((await list(`?cursor=${foreign}`)).status).toBe(400);
	});
});

describe("hooks of other schemes", () => {
	const now = () => String(Math.floor(Date.now() / 1000));

	test("Slack's challenge is answered, signed and in time only", async () => {
		const { key } = await newHook();
		const made = Trigger.parse(
			(await ask("POST", "/v1/triggers", { key, body: { agent: "default", scheme: "slack", secret: "hook" } })).json,
		);
		const send = (body: string, time: string) => {
			const headers = { "content-type": "application/json", ...SENDERS.slack({ secret: "hush", body, time }) };
			return ask("POST", `/hooks/${made.id}`, { raw: body, headers });
		};
		const body = '{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}';
		expect((await send(body, now())).json).toEqual({ challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" });
		const late = await send(body, String(Number(now()) - 600));
		expect(late.status).toBe(401);
		expect(errorOf(late).message).toContain("time");
	});

	test("a form is one for Slack, and its fields can be asked for", async () => {
		const { key } = await newHook();
		const body = { agent: "default", scheme: "slack", secret: "hook", filter: { not: { argument: "0.command", is: "/deploy" } } };
		const { id } = Trigger.parse((await ask("POST", "/v1/triggers", { key, body })).json);
		const [form, time] = ["command=%2Fdeploy&text=now", now()];
		const signed = SENDERS.slack({ secret: "hush", body: form, time });
		const headers = { "content-type": "application/x-www-form-urlencoded", ...signed };
		expect((await ask("POST", `/hooks/${id}`, { raw: form, headers })).json).toEqual({ filtered: true });
	});
});
