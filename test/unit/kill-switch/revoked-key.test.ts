import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { ask, errorOf, newKey, newTenant, OPERATOR } from "../http/ask.ts";

afterEach(() => {
	vi.useRealTimers();
});

const list = (key: string) => ask("GET", "/v1/agents", { key });

describe("a key that is revoked", () => {
	test("by another isolate is refused here within five seconds, and not let in again", async () => {
		expect(LIMITS.cacheMs).toBeLessThanOrEqual(5_000);
		const { key } = await newTenant();
		const other = await newKey(key.value, {});
		expect((await list(other.value)).status).toBe(200);
		const readAtMs = Date.now();
		await env.DB.prepare("UPDATE keys SET revoked_at_ms = 1 WHERE id = ?").bind(other.id).run();
		vi.useFakeTimers({ toFake: ["Date"], now: readAtMs + LIMITS.cacheMs });
		for (const _ of Array(3)) expect((await list(other.value)).status).toBe(401);
		// Were it kept for longer, this would not show: what is kept is used until then.
		const kept = await newKey(key.value, {});
		expect((await list(kept.value)).status).toBe(200);
		await env.DB.prepare("UPDATE keys SET revoked_at_ms = 1 WHERE id = ?").bind(kept.id).run();
		vi.setSystemTime(Date.now() + LIMITS.cacheMs - 1_000);
		expect((await list(kept.value)).status).toBe(200);
	});

	test("starts nothing with a request whose body comes after the revocation", async () => {
		const { key } = await newTenant();
		const other = await newKey(key.value, {});
		const rest = Promise.withResolvers<void>();
		const begun = Promise.withResolvers<void>();
		const raw = new ReadableStream<Uint8Array>({
			async pull(controller) {
				begun.resolve();
				await rest.promise;
				controller.enqueue(new TextEncoder().encode(JSON.stringify({ name: "late" })));
				controller.close();
			},
		});
		const slow = ask("POST", "/v1/agents", { key: other.value, raw, headers: { "content-type": "application/json" } });
		await begun.promise;
		expect((await ask("DELETE", `/v1/keys/${other.id}`, { key: key.value })).status).toBe(200);
		rest.resolve();
		expect((await slow).status).toBe(401);
		expect((await list(key.value)).json).toMatchObject({ data: [{ name: "default" }] });
	});

	test("leaves what its requests have started alone: those are stopped by their own switches", async () => {
		const { key } = await newTenant();
		const other = await newKey(key.value, {});
		await ask("POST", "/v1/agents", { key: other.value, body: { name: "made" } });
		await ask("DELETE", `/v1/keys/${other.id}`, { key: key.value });
		expect((await list(key.value)).json).toMatchObject({ data: [{ name: "made", status: "active" }, {}] });
	});
});

test("a suspension by another isolate shuts the tenant's keys out here within five seconds", async () => {
	const tenant = await newTenant();
	expect((await list(tenant.key.value)).status).toBe(200);
	const readAtMs = Date.now();
	await env.DB.prepare("UPDATE tenants SET status = 'suspended' WHERE id = ?").bind(tenant.id).run();
	vi.useFakeTimers({ toFake: ["Date"], now: readAtMs + LIMITS.cacheMs });
	expect(errorOf(await list(tenant.key.value)).code).toBe("tenant_suspended");
	const active = await ask("PATCH", `/v1/tenants/${tenant.id}`, { key: OPERATOR, body: { status: "active" } });
	expect(active.status).toBe(200);
	expect((await list(tenant.key.value)).status).toBe(200);
});
