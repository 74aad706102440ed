import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ErrorBody } from "../../contract/common.ts";
import { NewKey, NewTenant } from "../../contract/tenants.ts";
import { type Answer, type ApiClient, createApiClient } from "../../scripts/support/api-client.ts";
import { type Cordon, startCordon } from "../../supervisor/start-cordon.ts";

/** One a second with a burst of ten for a key, 1.5 and 15 for a tenant, and 20 at once for strangers: slower than any machine that runs this. */
const RATES = "key:60,tenant:90,stranger:120";

let cordon: Cordon;
let dataFolder = "";
beforeAll(async () => {
	dataFolder = await mkdtemp(join(tmpdir(), "cordon-rates-"));
	cordon = await startCordon({ port: 0, host: "127.0.0.1", dataFolder, executors: 1, developmentHosts: [], rateLimit: RATES });
});
afterAll(async () => {
	await cordon.stop();
	await rm(dataFolder, { recursive: true, force: true });
});

const freshTenant = async (name: string): Promise<ApiClient> => {
	const operator = createApiClient(cordon.url, cordon.adminToken);
	const tenant = await operator.expect(201, NewTenant, "POST", "/v1/tenants", { name });
	return createApiClient(cordon.url, tenant.key.value);
};

const askMany = (api: ApiClient, times: number, path = "/v1/keys"): Promise<Answer[]> =>
	Promise.all(Array.from({ length: times }, () => api.request("GET", path)));

const refused = (answers: readonly Answer[]): Answer[] => answers.filter(({ status }) => status === 429);

test("a key that asks too often is told when to come again, and another tenant is answered", async () => {
	const [busy, calm] = [await freshTenant("busy"), await freshTenant("calm")];
	const answers = await askMany(busy, 60);
	expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(10);
	const [first] = refused(answers);
	expect(first).toBeDefined();
	expect(ErrorBody.parse(first?.body).error.code).toBe("rate_limited");
	expect(first?.headers.get("retry-after")).toBe("1");
	expect(first?.headers.get("ratelimit-policy")).toBe('"key";q=10;w=10, "tenant";q=15;w=10');
	expect(first?.headers.get("ratelimit")).toMatch(/^"key";r=\d+;t=\d+, "tenant";r=\d+;t=\d+$/);
	expect((await calm.request("GET", "/v1/keys")).status).toBe(200);
});

test("many keys of one tenant have no more than their tenant together", async () => {
	const api = await freshTenant("many");
	const keys: ApiClient[] = [];
	for (let index = 0; index < 6; index += 1) {
		const key = await api.expect(201, NewKey, "POST", "/v1/keys", { name: `key-${index}` });
		keys.push(createApiClient(cordon.url, key.value));
	}
	const answers = (await Promise.all(keys.map((key) => askMany(key, 9)))).flat();
	const [first] = refused(answers);
	expect(ErrorBody.parse(first?.body).error.message).toContain("of this tenant");
});

test("strangers are refused after a while, and lock nobody out who has a key, nor whoever asks for health", async () => {
	const api = await freshTenant("locked-out");
	const strangers = createApiClient(cordon.url, "cordon_000000000000_00000000000000000000000000000000_000000");
	const answers = await askMany(strangers, 80);
	expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
	const [first] = refused(answers);
	expect(first?.headers.get("ratelimit-policy")).toBe('"stranger";q=20;w=10');
	expect((await api.request("GET", "/v1/keys")).status).toBe(200);
	expect((await askMany(strangers, 40, "/healthz")).map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 200));
});
