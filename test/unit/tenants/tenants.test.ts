import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { z } from "zod";
import { NewKey, SCOPES, Tenant } from "../../../contract/tenants.ts";
import { ask, errorOf, newTenant, OPERATOR } from "../http/ask.ts";

const TenantPage = z.object({ data: z.array(Tenant), nextCursor: z.string().nullable() });

test("a new tenant has an agent `default` and a key with every scope that works", async () => {
	const tenant = await newTenant();
	expect(tenant.key.scopes).toEqual([...SCOPES]);
	const agents = await ask("GET", "/v1/agents", { key: tenant.key.value });
	expect(agents.json).toMatchObject({ data: [{ name: "default", status: "active" }], nextCursor: null });
});

test("a name that is taken is 409, and leaves no agent and no key behind", async () => {
	const tenant = await newTenant();
	const count = async () => await env.DB.prepare("select (select count(*) from keys) keys, (select count(*) from agents) agents").first();
	const before = await count();
	const answer = await ask("POST", "/v1/tenants", { key: OPERATOR, body: { name: tenant.name } });
	expect(answer.status).toBe(409);
	expect(errorOf(answer).code).toBe("conflict");
	expect(await count()).toEqual(before);
});

test("of ten tenants made at once under one name there is one", async () => {
	const body = { name: `contested-${crypto.randomUUID()}` };
	const answers = await Promise.all(Array.from({ length: 10 }, () => ask("POST", "/v1/tenants", { key: OPERATOR, body })));
	expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(9).fill(409)]);
});

test("suspending shuts a key out at once, making active lets it in at once", async () => {
	const tenant = await newTenant();
	const list = () => ask("GET", "/v1/keys", { key: tenant.key.value });
	const set = (status: string) => ask("PATCH", `/v1/tenants/${tenant.id}`, { key: OPERATOR, body: { status } });
	expect((await list()).status).toBe(200);
	expect((await set("suspended")).json).toMatchObject({ id: tenant.id, status: "suspended" });
	expect(errorOf(await list()).code).toBe("tenant_suspended");
	await set("active");
	expect((await list()).status).toBe(200);
});

test("the operator makes a key for a tenant that lost its own", async () => {
	const tenant = await newTenant();
	const answer = await ask("POST", `/v1/tenants/${tenant.id}/keys`, { key: OPERATOR, body: { name: "found" } });
	expect(answer.status).toBe(201);
	const key = NewKey.parse(answer.json);
	expect(key.scopes).toEqual([...SCOPES]);
	expect((await ask("GET", "/v1/keys", { key: key.value })).json).toMatchObject({ data: [{ name: "found" }, { id: tenant.key.id }] });
});

test("a tenant that does not exist has no keys made and is not updated", async () => {
	const tenant = await newTenant();
	const id = tenant.id.replace(/.$/, tenant.id.endsWith("0") ? "1" : "0");
	expect((await ask("POST", `/v1/tenants/${id}/keys`, { key: OPERATOR, body: { name: "a" } })).status).toBe(404);
	expect((await ask("PATCH", `/v1/tenants/${id}`, { key: OPERATOR, body: { status: "active" } })).status).toBe(404);
});

test("the list of tenants is newest first and has no key in it", async () => {
	const [older, newer] = [await newTenant(), await newTenant()];
	const page = TenantPage.parse((await ask("GET", "/v1/tenants?limit=200", { key: OPERATOR })).json);
	const ids = page.data.map(({ id }) => id);
	expect(ids).toContain(older.id);
	expect(ids).toContain(newer.id);
	expect(ids).toEqual(ids.toSorted().toReversed());
});
