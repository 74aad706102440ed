import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { Model } from "../../../contract/models.ts";
import { loadResources } from "../../../worker/resources/load-resources.ts";
import { type Answer, ask, errorOf, newKey, newTenant, testEnv } from "../http/ask.ts";

const ROUTE = {
	provider: "openai",
	model: "gpt-4.1-mini",
	secret: "openai_key",
	usdMicrosPerMillionInput: 400_000,
	usdMicrosPerMillionOutput: 1_600_000,
};
type Owner = Awaited<ReturnType<typeof newTenant>>;

const put = (owner: Owner, name: string, routes: unknown): Promise<Answer> =>
	ask("PUT", `/v1/models/${name}`, { key: owner.key.value, body: { routes } });
const get = (owner: Owner, path: string): Promise<Answer> => ask("GET", `/v1/models${path}`, { key: owner.key.value });

describe("naming a model", () => {
	test("keeps its routes in their order, and a second time makes the next version", async () => {
		const owner = await newTenant();
		const second = { ...ROUTE, provider: "openai-compatible", secret: undefined, baseUrl: "https://models.example.com/v1", timeoutMs: 500 };
		expect((await put(owner, "fast", [ROUTE])).json).toMatchObject({ name: "fast", version: 1, routes: [ROUTE] });
		const answer = await put(owner, "fast", [second, ROUTE]);
		expect(answer.json).toMatchObject({ version: 2, routes: [{ provider: "openai-compatible", timeoutMs: 500 }, ROUTE] });
		expect((await get(owner, "/fast")).json).toEqual(answer.json);
	});

	test("gives a grant's verb the description that is stored, at once", async () => {
		const owner = await newTenant();
		const load = () => loadResources(testEnv, owner.id, [{ kind: "model", name: "fast" }]);
		expect((await load()).size).toBe(0);
		await put(owner, "fast", [ROUTE]);
		expect((await load()).get("model/fast")).toEqual({ routes: [ROUTE], version: 1 });
		await put(owner, "fast", [{ ...ROUTE, model: "other" }]);
		expect((await load()).get("model/fast")).toMatchObject({ routes: [{ model: "other" }], version: 2 });
		await ask("DELETE", "/v1/models/fast", { key: owner.key.value });
		expect((await load()).size).toBe(0);
	});

	test("twenty times at once loses no write that was answered with success", async () => {
		const owner = await newTenant();
		const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => put(owner, "fast", [{ ...ROUTE, model: `m${index}` }])));
		const taken = answers.filter(({ status }) => status === 200).map(({ json }) => Model.parse(json));
		for (const { status } of answers) expect([200, 409]).toContain(status);
		expect(Model.parse((await get(owner, "/fast")).json).version).toBe(taken.length);
		expect(new Set(taken.map(({ version }) => version)).size).toBe(taken.length);
	});

	test.each([
		["no routes", []],
		["more routes than there may be", Array.from({ length: LIMITS.modelRoutes + 1 }, () => ROUTE)],
		["an unknown provider", [{ ...ROUTE, provider: "oracle" }]],
		["no secret", [{ ...ROUTE, secret: undefined }]],
		["a model that leads elsewhere", [{ ...ROUTE, provider: "google", model: "../../v1/files" }]],
		["a model with a query", [{ ...ROUTE, provider: "google", model: "m?key=1" }]],
		["a negative price", [{ ...ROUTE, usdMicrosPerMillionInput: -1 }]],
		["a price above all", [{ ...ROUTE, usdMicrosPerMillionOutput: LIMITS.usdMicrosPerMillionTokens + 1 }]],
		["a compatible server without its URL", [{ ...ROUTE, provider: "openai-compatible" }]],
		["Workers AI without an account", [{ ...ROUTE, provider: "workers-ai" }]],
		["an account of another provider", [{ ...ROUTE, account: "0".repeat(32) }]],
		["a field that is none", [{ ...ROUTE, apiKey: "sk-123" }]],
	])("with %s is refused", async (_, routes) => {
		expect((await put(await newTenant(), "fast", routes)).status).toBe(400);
	});

	test.each([
		"http://models.example.com/v1",
		"https://user:pass@models.example.com/v1",
		"https://models.example.com/v1?key=1",
		"https://models.example.com/v1#x",
		"https://169.254.169.254/latest",
		"https://10.0.0.1/v1",
		"https://[::ffff:10.0.0.1]/v1",
		"https://metadata.google.internal/v1",
		"https://intranet/v1",
		"ftp://models.example.com/",
		"file:///etc/passwd",
		"models.example.com/v1",
	])("at %s is refused, and the URL is not repeated", async (baseUrl) => {
		const answer = await put(await newTenant(), "fast", [ROUTE, { ...ROUTE, baseUrl }]);
		expect(answer.status).toBe(400);
		expect(errorOf(answer).message).toMatch(/^naming a model: routes\[1\]\.baseUrl: found a URL that is refused: /);
		expect(answer.text).not.toContain(baseUrl);
	});

	test("at loopback is taken where the operator opened it, and else refused with the name of the setting", async () => {
		const { key } = await newTenant();
		const body = { routes: [{ ...ROUTE, baseUrl: "http://127.0.0.1:11434/v1" }] };
		const putWith = (hosts: string) =>
			ask("PUT", "/v1/models/local", { key: key.value, body, env: { ...testEnv, DEVELOPMENT_HOSTS: hosts } });
		for (const hosts of ["", "127.0.0.1:11435", "localhost:11434"]) {
			const refused = await putWith(hosts);
			expect([refused.status, errorOf(refused).message]).toEqual([400, expect.stringContaining("CORDON_DEV_ALLOW=127.0.0.1:11434")]);
		}
		expect((await putWith("localhost:1, 127.0.0.1:11434")).status).toBe(200);
	});

	test("for Workers AI takes an account", async () => {
		const owner = await newTenant();
		const route = {
			...ROUTE,
			provider: "workers-ai",
			model: "@cf/meta/llama-3.1-8b-instruct",
			account: "0123456789abcdef0123456789abcdef",
		};
		expect((await put(owner, "edge", [route])).json).toMatchObject({ routes: [route] });
	});
});

describe("models of a tenant", () => {
	test("are listed newest first, page by page", async () => {
		const owner = await newTenant();
		for (const name of ["one", "two", "three"]) await put(owner, name, [ROUTE]);
		const first = await get(owner, "?limit=2");
		expect(first.json).toMatchObject({ data: [{ name: "three" }, { name: "two" }], nextCursor: expect.any(String) });
		const cursor = JSON.parse(first.text).nextCursor;
		expect((await get(owner, `?limit=2&cursor=${cursor}`)).json).toMatchObject({ data: [{ name: "one" }], nextCursor: null });
	});

	test("do not exist for another tenant", async () => {
		const [owner, other] = [await newTenant(), await newTenant()];
		await put(owner, "fast", [ROUTE]);
		expect((await get(other, "/fast")).status).toBe(404);
		expect((await get(other, "")).json).toMatchObject({ data: [] });
		expect((await ask("DELETE", "/v1/models/fast", { key: other.key.value })).status).toBe(404);
		expect((await get(owner, "/fast")).status).toBe(200);
	});

	test("can be forgotten once", async () => {
		const owner = await newTenant();
		await put(owner, "fast", [ROUTE]);
		const forget = () => ask("DELETE", "/v1/models/fast", { key: owner.key.value });
		expect((await forget()).json).toMatchObject({ name: "fast", routes: [ROUTE] });
		expect([(await forget()).status, (await get(owner, "/fast")).status]).toEqual([404, 404]);
	});

	test("need the scope", async () => {
		const owner = await newTenant();
		const reader = await newKey(owner.key.value, { scopes: ["read:models"] });
		expect((await ask("GET", "/v1/models", { key: reader.value })).status).toBe(200);
		expect((await ask("PUT", "/v1/models/fast", { key: reader.value, body: { routes: [ROUTE] } })).status).toBe(403);
	});
});
