import { describe, expect, test } from "vitest";
import { z } from "zod";
import { pageOf } from "../../../contract/common.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { Trigger } from "../../../contract/triggers.ts";
import { newId } from "../../../contract/ids.ts";
import { ask, errorOf, newTenant } from "../http/ask.ts";

const VALUE = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** A tenant with the secrets `hook`, `next` and `plain`. */
const tenantWithSecrets = async (): Promise<string> => {
	const { key } = await newTenant();
	for (const [name, value] of [
		["hook", VALUE],
		["next", `${VALUE.slice(0, -2)}AA`],
		["plain", "not base64!"],
	])
		await ask("PUT", `/v1/secrets/${name}`, { key: key.value, body: { value } });
	return key.value;
};

const make = async (key: string, body: Record<string, unknown> = {}): Promise<Trigger> => {
	const answer = await ask("POST", "/v1/triggers", { key, body: { agent: "default", scheme: "standard", secret: "hook", ...body } });
	expect(answer.status, answer.text).toBe(201);
	return Trigger.parse(answer.json);
};

describe("triggers", () => {
	test("are made, shown, listed newest first, changed and deleted, and never with a secret's value", async () => {
		const key = await tenantWithSecrets();
		const first = await make(key, { name: "orders" });
		expect(first).toMatchObject({
			...{ name: "orders", scheme: "standard", status: "active", secret: "hook", previousSecret: null, toleranceSeconds: 300 },
			...{
				hmac: null,
				filter: null,
				input: null,
				wait: 0,
				programVersion: null,
				grants: null,
				limits: null,
				metadata: {},
				isolation: null,
			},
			url: `http://cordon.test/hooks/${first.id}`,
		});
		const second = await make(key, { filter: { argument: "0.a", is: 1 }, input: { a: { $from: "0.a" } }, wait: 3 });
		const listed = await ask("GET", "/v1/triggers?limit=1", { key });
		const page = pageOf(Trigger).parse(listed.json);
		expect(page.data).toEqual([second]);
		const rest = pageOf(Trigger).parse((await ask("GET", `/v1/triggers?cursor=${page.nextCursor}`, { key })).json);
		expect(rest).toEqual({ data: [first], nextCursor: null });
		const changed = await ask("PATCH", `/v1/triggers/${second.id}`, { key, body: { filter: null, wait: 0, toleranceSeconds: 60 } });
		expect(Trigger.parse(changed.json)).toMatchObject({ filter: null, input: { a: { $from: "0.a" } }, wait: 0, toleranceSeconds: 60 });
		const again = await ask("PATCH", `/v1/triggers/${second.id}`, { key, body: { input: null } });
		expect(Trigger.parse(again.json).input).toBeNull();
		const removed = await ask("DELETE", `/v1/triggers/${second.id}`, { key });
		expect(removed.status).toBe(200);
		expect((await ask("GET", `/v1/triggers/${second.id}`, { key })).status).toBe(404);
		for (const { text } of [listed, changed, removed]) expect(text).not.toContain(VALUE.slice(6));
	});

	test("can be switched off and on", async () => {
		const key = await tenantWithSecrets();
		const { id } = await make(key);
		expect((await ask("POST", `/v1/triggers/${id}/disable`, { key })).json).toMatchObject({ id, status: "disabled" });
		expect((await ask("GET", `/v1/triggers/${id}`, { key })).json).toMatchObject({ status: "disabled" });
		expect((await ask("POST", `/v1/triggers/${id}/enable`, { key })).json).toMatchObject({ id, status: "active" });
	});

	test("name a secret that is there and of the scheme's form", async () => {
		const key = await tenantWithSecrets();
		const ofSecret = (secret: string, scheme: string) => ask("POST", "/v1/triggers", { key, body: { agent: "default", scheme, secret } });
		const missing = await ofSecret("nothing", "github");
		expect(missing.status).toBe(400);
		expect(errorOf(missing).message).toContain("PUT /v1/secrets/nothing");
		const malformed = await ofSecret("plain", "standard");
		expect(malformed.status).toBe(400);
		expect(malformed.text).not.toContain("not base64!");
		expect((await ofSecret("plain", "github")).status).toBe(201);
	});

	test.each([
		["an agent that there is not", { agent: "nobody" }, 404],
		["an agent of an id that there is not", { agent: newId("agt") }, 404],
		["a scheme that there is not", { scheme: "paypal" }, 400],
		["hmac without its settings", { scheme: "hmac" }, 400],
		["settings of hmac for another scheme", { hmac: { header: "x", algorithm: "sha256", encoding: "hex" } }, 400],
		["a window that is too wide", { toleranceSeconds: LIMITS.hookToleranceSeconds.max + 1 }, 400],
		["a window that is too narrow", { toleranceSeconds: LIMITS.hookToleranceSeconds.min - 1 }, 400],
		["a wait that is too long", { wait: LIMITS.waitSeconds + 1 }, 400],
		["a filter that is none", { filter: { argument: "body.action", is: "opened" } }, 400],
		["a filter on an argument that there is not", { filter: { argument: "2.n", over: 1 } }, 400],
		["a mapping with a path that leads out of the request", { input: { a: { $from: "2.a" } } }, 400],
		["a mapping that is too long", { input: "x".repeat(LIMITS.hookMappingChars) }, 400],
		["a grant that the agent does not have", { grants: ["web"] }, 400],
		["a version of the program that there is not", { programVersion: 9 }, 400],
		["warm isolates that the agent does not allow", { isolation: "warm" }, 400],
		["a field that there is not", { tenantId: newId("ten") }, 400],
	])("are refused with %s", async (_, body, status) => {
		const key = await tenantWithSecrets();
		const answer = await ask("POST", "/v1/triggers", { key, body: { agent: "default", scheme: "standard", secret: "hook", ...body } });
		expect(answer.status, answer.text).toBe(status);
	});

	test("that would start runs with a grant or a limit that the agent does not have are told that they are not made", async () => {
		const key = await tenantWithSecrets();
		const { id } = await make(key);
		for (const [field, value] of [
			["grants", ["web"]],
			["limits", { calls: 1_000 }],
		] as const) {
			const body = { agent: "default", scheme: "standard", secret: "hook", [field]: value };
			expect(errorOf(await ask("POST", "/v1/triggers", { key, body })).message).toMatch(new RegExp(`^Making a trigger: ${field}`));
			const patched = await ask("PATCH", `/v1/triggers/${id}`, { key, body: { [field]: value } });
			expect(errorOf(patched).message).toMatch(new RegExp(`^Changing a trigger: ${field}`));
		}
	});

	test("are listed by their agent, its id or its name", async () => {
		const key = await tenantWithSecrets();
		const other = z.object({ id: z.string() }).parse((await ask("POST", "/v1/agents", { key, body: { name: "other" } })).json);
		const [first, second, third] = [await make(key, { agent: "other" }), await make(key), await make(key, { agent: "other" })];
		const idsOf = async (query: string): Promise<string[]> =>
			pageOf(Trigger)
				.parse((await ask("GET", `/v1/triggers?${query}`, { key })).json)
				.data.map(({ id }) => id);
		expect(await idsOf("agent=other")).toEqual([third.id, first.id]);
		expect(await idsOf(`agent=${other.id}`)).toEqual([third.id, first.id]);
		expect(await idsOf("agent=default")).toEqual([second.id]);
		expect(await idsOf("agent=nobody")).toEqual([]);
		expect(await idsOf("agent=")).toEqual([]);
		expect(await idsOf("")).toEqual([third.id, second.id, first.id]);
		const page = pageOf(Trigger).parse((await ask("GET", "/v1/triggers?agent=other&limit=1", { key })).json);
		expect(await idsOf(`agent=other&limit=1&cursor=${page.nextCursor}`)).toEqual([first.id]);
	});

	test("without any secret say that every message is refused, and nothing of it while one is there", async () => {
		const key = await tenantWithSecrets();
		const { id } = await make(key);
		const fault = async () => Trigger.parse((await ask("GET", `/v1/triggers/${id}`, { key })).json).fault;
		await ask("POST", `/v1/triggers/${id}/roll`, { key, body: { secret: "next" } });
		await ask("DELETE", "/v1/secrets/next", { key });
		expect(await fault()).toBeUndefined();
		await ask("DELETE", "/v1/secrets/hook", { key });
		expect(await fault()).toContain("PUT /v1/secrets/next");
		await ask("PUT", "/v1/secrets/next", { key, body: { value: VALUE } });
		expect(await fault()).toBeUndefined();
	});

	test("are not made for an archived agent", async () => {
		const key = await tenantWithSecrets();
		const made = await ask("POST", "/v1/agents", { key, body: { name: "gone" } });
		const id = Trigger.pick({ agent: true }).parse({ agent: Object(made.json).id }).agent;
		const trigger = await make(key, { agent: "gone" });
		expect(trigger.agent).toBe(id);
		await ask("DELETE", `/v1/agents/${id}`, { key });
		const byId = await ask("POST", "/v1/triggers", { key, body: { agent: id, scheme: "standard", secret: "hook" } });
		expect(byId.status, byId.text).toBe(409);
		expect((await ask("PATCH", `/v1/triggers/${trigger.id}`, { key, body: { wait: 1 } })).status).toBe(404);
	});

	test("roll to another secret, with the one before beside it for a while", async () => {
		const key = await tenantWithSecrets();
		const { id } = await make(key);
		const roll = (body: Record<string, unknown>) => ask("POST", `/v1/triggers/${id}/roll`, { key, body });
		const beforeMs = Date.now();
		const rolled = Trigger.parse((await roll({ secret: "next" })).json);
		expect(rolled).toMatchObject({ secret: "next", previousSecret: { name: "hook" } });
		expect((rolled.previousSecret?.untilMs ?? 0) - beforeMs).toBeGreaterThanOrEqual(LIMITS.rollOverlapSeconds.default * 1000);
		expect((await roll({ secret: "next" })).status).toBe(400);
		expect((await roll({ secret: "nothing" })).status).toBe(400);
		expect((await roll({ secret: "plain" })).status).toBe(400);
		expect((await roll({ secret: "hook", overlapSeconds: LIMITS.rollOverlapSeconds.max + 1 })).status).toBe(400);
		expect(Trigger.parse((await roll({ secret: "hook", overlapSeconds: 0 })).json)).toMatchObject({ secret: "hook", previousSecret: null });
		await roll({ secret: "next" });
		const patched = await ask("PATCH", `/v1/triggers/${id}`, { key, body: { secret: "hook" } });
		expect(Trigger.parse(patched.json)).toMatchObject({ secret: "hook", previousSecret: null });
	});

	test("of two changes at once one is refused", async () => {
		const key = await tenantWithSecrets();
		const { id } = await make(key);
		const answers = await Promise.all([1, 2, 3].map((wait) => ask("PATCH", `/v1/triggers/${id}`, { key, body: { wait } })));
		const told = answers.map(({ status }) => status).sort();
		expect(told[0]).toBe(200);
		for (const status of told) expect([200, 409]).toContain(status);
		const shown = Trigger.parse((await ask("GET", `/v1/triggers/${id}`, { key })).json);
		expect(answers.filter(({ status }) => status === 200).map(({ json }) => Trigger.parse(json).wait)).toContain(shown.wait);
	});
});
