import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { redirectShapes } from "./redirect-shapes.ts";
import { type SharedPlatform, sharePlatform } from "./share-platform.ts";
import { makeAgent } from "./start-platform.ts";
import { type Canary, startCanary, startUpstream, type Upstream } from "./upstream.ts";

const SECRET = "redirected-credential-0123456789";
let platform: SharedPlatform;
let upstream: Upstream;
let canary: Canary;
beforeAll(async () => {
	platform = await sharePlatform();
	[upstream, canary] = await Promise.all([startUpstream(platform.ports[0]), startCanary()]);
	await platform.api.request("PUT", "/v1/secrets/token", { value: SECRET });
	await makeAgent(platform.api, {
		name: "redirected",
		policy: {
			grants: {
				web: {
					verb: "http.fetch",
					allow: [{ host: upstream.host, scheme: "http", methods: ["GET", "POST"] }],
					inject: { header: "authorization", format: "Bearer {secret}", secret: "token" },
				},
			},
			limits: { wallMs: 30_000, cpuMs: 10_000, calls: 1_000 },
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([upstream.close(), canary.close()]);
});

const Said = z.array(z.tuple([z.string(), z.union([z.string(), z.int()]), z.string()]));

describe("a redirect", () => {
	test("of more than 35 shapes never leads out of the grant, and what it may it does", async () => {
		const shapes = redirectShapes({ upstream: upstream.host, forbidden: `127.0.0.1:${canary.port}` });
		expect(shapes.length).toBeGreaterThanOrEqual(35);
		expect(new Set(shapes.map(({ name }) => name)).size).toBe(shapes.length);
		const run = await platform.api.run({
			agent: "redirected",
			language: "javascript",
			program: `export default ({ upstream, shapes }, env) => Promise.all(shapes.map(({ name, method, base64 }) =>
				env.web.fetch("http://" + upstream + "/raw?base64=" + encodeURIComponent(base64), method === "POST" ? { method, body: "private" } : {})
					.then((r) => [name, r.status, r.url], (e) => [name, { egress_denied: "denied", upstream_failed: "failed" }[e.code] ?? e.code, e.message])));`,
			input: {
				upstream: upstream.host,
				shapes: shapes.map(({ name, method = "GET", raw }) => ({ name, method, base64: Buffer.from(raw, "latin1").toString("base64") })),
			},
		});
		expect(run.error).toBeNull();
		const said = Said.parse(run.result);
		expect(Object.fromEntries(said.map(([name, end]) => [name, end]))).toEqual(
			Object.fromEntries(shapes.map(({ name, ends }) => [name, ends])),
		);
		for (const [name, , text] of said) if (text.startsWith("http")) expect(new URL(text).host, name).toBe(upstream.host);
		expect(canary.connections()).toBe(0);
		expect(JSON.stringify(run)).not.toContain(SECRET);
	});
});
