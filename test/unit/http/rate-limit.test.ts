import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { DEFAULT_RATES, readRates } from "../../../contract/rates.ts";
import { RateLimit } from "../../../worker/http/rate-limit.ts";
import { strangerAddress } from "../../../worker/http/stranger-address.ts";
import { TokenBuckets } from "../../../worker/http/token-buckets.ts";
import { ask, errorOf, newKey, newTenant, testEnv } from "./ask.ts";

/** Requests taken of one in a row at one moment. */
const taken = (limit: RateLimit, caller: { keyId: string; tenantId: string }, tries: number, nowMs: number): number =>
	Array.from({ length: tries }, () => limit.countCaller("GET /x", caller, nowMs)).filter(({ refusal }) => refusal === null).length;

const caller = { keyId: "key_a", tenantId: "ten_a" };
/** 10 a second with a burst of 100; 15 and 150; 5 and 50. */
const RATES = { key: 600, tenant: 900, stranger: 300 };

describe("a bucket", () => {
	test("gives its capacity at once and then its rate, also across the edge of any window", () => {
		const limit = new RateLimit(RATES);
		expect(taken(limit, caller, 200, 0)).toBe(100);
		expect(taken(limit, caller, 200, 9_999)).toBe(99);
		expect(taken(limit, caller, 200, 10_001)).toBe(1);
		expect(taken(limit, caller, 200, 10_101)).toBe(1);
		expect(taken(limit, caller, 200, 3_600_000)).toBe(100);
	});

	test("loses and gains nothing by a clock that is set back", () => {
		const limit = new RateLimit(RATES);
		expect(taken(limit, caller, 200, 100_000)).toBe(100);
		expect(taken(limit, caller, 200, 0)).toBe(0);
	});

	test("of a tenant holds for all its keys together, and another tenant has its own", () => {
		const limit = new RateLimit(RATES);
		const all = Array.from({ length: 50 }, (_, index) => taken(limit, { keyId: `key_${index}`, tenantId: "ten_a" }, 10, 0));
		expect(all.reduce((sum, each) => sum + each, 0)).toBe(150);
		expect(taken(limit, { keyId: "key_b", tenantId: "ten_b" }, 200, 0)).toBe(100);
	});

	test("of a key is not drawn on when its tenant's is empty", () => {
		const limit = new RateLimit(RATES);
		taken(limit, { keyId: "key_a", tenantId: "ten_a" }, 100, 0);
		taken(limit, { keyId: "key_b", tenantId: "ten_a" }, 60, 0);
		const { fields } = limit.countCaller("GET /x", { keyId: "key_b", tenantId: "ten_a" }, 0);
		expect(fields["ratelimit"]).toBe('"key";r=50;t=5, "tenant";r=0;t=1');
	});

	test("is forgotten when there are too many, the one longest untouched first", () => {
		const buckets = new TokenBuckets({ capacity: 10, perSecond: 1 }, 3);
		for (const name of ["a", "b", "c", "a", "d"]) buckets.take(name, 0);
		expect(buckets.size).toBe(3);
		expect(["a", "b", "c", "d"].map((name) => buckets.left(name, 0))).toEqual([8, 10, 9, 9]);
	});
});

describe("strangers", () => {
	test("take nothing from any tenant, and tenants nothing from them", () => {
		const limit = new RateLimit(RATES);
		const strange = (address: string) => limit.countStranger("GET /x", address, 0).refusal === null;
		expect(Array.from({ length: 60 }, () => strange("")).filter(Boolean)).toHaveLength(50);
		expect(taken(limit, caller, 200, 0)).toBe(100);
		expect([strange(""), strange("192.0.2.7")]).toEqual([false, true]);
	});

	test("have an address only where the edge has said it, IPv6 by its /64", () => {
		const told = (address: string, EXECUTOR = "loader") => strangerAddress({ EXECUTOR }, new Headers({ "cf-connecting-ip": address }));
		expect(told("192.0.2.7")).toBe("192.0.2.7");
		expect(told("::ffff:192.0.2.7")).toBe("192.0.2.7");
		expect(told("2001:db8:1:2:3:4:5:6")).toBe(told("2001:db8:1:2:ffff::1"));
		expect(told("2001:db8:1:2::1")).not.toBe(told("2001:db8:1:3::1"));
		expect([told("nonsense"), told("192.0.2.7", "remote"), strangerAddress({ EXECUTOR: "loader" }, new Headers())]).toEqual(["", "", ""]);
	});
});

describe("rates", () => {
	test("are read as an operator writes them, and what is left out has its default", () => {
		expect(readRates("key:6000,tenant:12000,stranger:3000")).toEqual({ key: 6_000, tenant: 12_000, stranger: 3_000 });
		expect(readRates(" tenant:7 ")).toEqual({ ...DEFAULT_RATES, tenant: 7 });
		const { min, max } = LIMITS.ratePerMinute;
		expect([readRates(`key:${min}`), readRates(`key:${max}`)].map((rates) => rates?.key)).toEqual([min, max]);
	});

	test.each([
		"",
		"6000",
		"key",
		"key:",
		"key:0",
		"key:-1",
		"key:1e3",
		"key:1.5",
		"key:6000:1",
		"key:6000,key:7000",
		"keys:6000",
		"__proto__:6000",
		"key:6000,",
		`key:${LIMITS.ratePerMinute.min - 1}`,
		`key:${LIMITS.ratePerMinute.max + 1}`,
	])("that are none are not read: %j", (text) => {
		expect(readRates(text)).toBeNull();
	});
});

describe("an answer", () => {
	const env = { ...testEnv, RATE_LIMIT: "key:60,tenant:120,stranger:600" };

	test("says its policies and what is left; past them it is 429 before anything of the body is read", async () => {
		const { key } = await newTenant();
		const answers = [];
		for (let index = 0; index < 11; index += 1) answers.push(await ask("GET", "/v1/keys", { key: key.value, env }));
		expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
		expect(answers[0]?.headers.get("ratelimit-policy")).toBe('"key";q=10;w=10, "tenant";q=20;w=10');
		expect(answers[0]?.headers.get("ratelimit")).toMatch(/^"key";r=9;t=1, "tenant";r=19;t=1$/);
		const refused = await ask("POST", "/v1/keys", { key: key.value, env, raw: "{".repeat(100) });
		expect([refused.status, errorOf(refused).code, refused.headers.get("retry-after")]).toEqual([429, "rate_limited", "1"]);
		expect(refused.headers.get("ratelimit")).toMatch(/"key";r=0;t=1,/);
		const further = await newKey(key.value, {});
		expect((await ask("GET", "/v1/keys", { key: further.value, env })).status).toBe(200);
		expect((await ask("GET", "/healthz", { env })).headers.get("ratelimit")).toBeNull();
	});

	test("to a key without the scope counts against that key, and not against strangers", async () => {
		const { key } = await newTenant();
		const own = { ...env, RATE_LIMIT: "key:60,tenant:120,stranger:6" };
		const narrow = await newKey(key.value, { scopes: ["read:agents"] });
		const statuses = [];
		for (let index = 0; index < 11; index += 1) statuses.push((await ask("GET", "/v1/keys", { key: narrow.value, env: own })).status);
		expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429]);
		expect((await ask("GET", "/openapi.json", { env: own })).status).toBe(200);
	});

	test("to whoever has no valid key is 429 after enough of them, and a tenant is answered all the while", async () => {
		const { key } = await newTenant();
		const own = { ...env, RATE_LIMIT: "stranger:120" };
		const statuses = [];
		for (let index = 0; index < 25; index += 1) statuses.push((await ask("GET", "/v1/keys", { key: "cordon_x", env: own })).status);
		expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(20);
		expect(statuses.at(-1)).toBe(429);
		expect((await ask("GET", "/openapi.json", { env: own })).status).toBe(429);
		expect((await ask("GET", "/v1/keys", { key: key.value, env: own })).status).toBe(200);
	});
});
