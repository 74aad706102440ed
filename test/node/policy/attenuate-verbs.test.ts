import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoredServer } from "../../../worker/verbs/tool-call/tool-server.ts";
import { beyondGrant } from "../../../worker/policy/attenuate.ts";
import { models } from "../verbs/completing.ts";
import { arbitraryPair, type Attenuation, type Call, checkAttenuation, COMMON_FIELDS, type Fields } from "./attenuation.ts";
import { grantOf } from "./grant-of.ts";

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });
const call = (method: string, ...args: unknown[]): Call => ({ method, args });
const grants = (verb: string, fields: Fields) => arbitraryPair({ verb: fc.constant(verb), ...fields, ...COMMON_FIELDS });
const limits = (...names: readonly string[]) =>
	maybe(fc.dictionary(fc.constantFrom("calls", ...names), fc.constantFrom(100, 1_000, 20_000), { maxKeys: 3 }));

const PATHS = ["/workspace", "/workspace/a", "/workspace/a/b", "/workspace/a/b/c", "/workspace/ab", "/workspace/d"];
const file = fc.tuple(fc.constantFrom(...PATHS), fc.constantFrom("", "/x", "/b/x")).map(([path, rest]) => `${path}${rest}`);
const files: Attenuation = {
	pairs: grants("files", {
		mounts: fc.dictionary(fc.constantFrom(...PATHS), fc.constantFrom("read", "write"), { minKeys: 1, maxKeys: 4 }),
		limits: limits("totalBytes", "fileBytes"),
	}),
	calls: fc
		.tuple(fc.constantFrom("readText", "writeText", "list", "delete", "append", "copy"), file, file)
		.map(([method, one, other]) =>
			call(method, one, ...(method === "copy" ? [other] : method === "writeText" || method === "append" ? ["text"] : [])),
		),
};

const state: Attenuation = {
	pairs: grants("state", {
		prefix: maybe(fc.constantFrom("", "a")),
		mode: maybe(fc.constantFrom("read", "write")),
		vouched: maybe(fc.subarray(["private", "untrusted"])),
		limits: limits("count", "totalBytes", "valueBytes"),
	}),
	calls: fc.constantFrom(
		call("get", "k"),
		call("list"),
		call("delete", "k"),
		call("put", "k", "v"),
		call("put", "k", "v".repeat(500)),
		call("put", "k", "v".repeat(5_000)),
	),
};

const ROUTE = { provider: "openai", model: "m", secret: "key", usdMicrosPerMillionInput: 1, usdMicrosPerMillionOutput: 1 };
const request = fc.record({
	prompt: fc.constantFrom("hello", "hello ".repeat(100)),
	model: fc.constantFrom("a", "b", "c"),
	maxTokens: fc.constantFrom(1, 100, 1_000),
});
/** Each call says what the grant would settle otherwise; what is left out is looked at below. */
const completions: Attenuation = {
	pairs: grants("ai.complete", {
		models: fc.subarray(["a", "b", "c"], { minLength: 1 }),
		maxTokens: maybe(fc.constantFrom(10, 100, 10_000)),
		limits: limits("tokens", "timeoutMs"),
	}),
	calls: fc.tuple(fc.constantFrom("complete", "stream"), request).map(([method, asked]) => call(method, asked)),
	resources: models({ a: [ROUTE], b: [ROUTE], c: [ROUTE] }),
	compare: (parent, child) => expect(child.timeoutMs).toBeLessThanOrEqual(parent.timeoutMs ?? 0),
};

const CLOSED = { type: "object", properties: { id: { type: "integer" } }, additionalProperties: false };
const jwt: Attenuation = {
	pairs: grants("crypto.jwt", {
		secret: fc.constant("key"),
		algorithm: fc.constantFrom("ES256", "ES256", "HS256"),
		issuer: fc.constant("a"),
		audience: fc.constant("b"),
		subject: maybe(fc.constantFrom({ is: "s" }, { schema: { type: "string" } })),
		maxLifetimeSeconds: fc.constantFrom(10, 60, 300),
		claims: fc.constantFrom(CLOSED, CLOSED, { type: "object" }),
		methods: maybe(fc.subarray(["sign", "verify", "publicKey"], { minLength: 1 })),
	}),
	calls: fc.constantFrom(
		...[{}, { id: 1 }, { id: "a" }, { sub: "s" }, { iss: "b" }].flatMap((claims) => [
			call("sign", claims),
			call("sign", claims, { lifetimeSeconds: 60 }),
		]),
		call("verify", "a.b.c"),
		call("publicKey"),
	),
};

const seal: Attenuation = {
	pairs: grants("crypto.seal", {
		secret: fc.constantFrom("key", "key", "other"),
		methods: maybe(fc.subarray(["encrypt", "decrypt"], { minLength: 1 })),
		limits: limits("callsPerMinute"),
	}),
	calls: fc.constantFrom(call("encrypt", "a"), call("decrypt", "a"), call("encrypt", "a", { context: "c" })),
};

const webhook: Attenuation = {
	pairs: grants("crypto.webhook", { secret: fc.constant("key"), methods: maybe(fc.subarray(["sign", "verify"], { minLength: 1 })) }),
	calls: fc.constantFrom(call("sign", { id: "a", body: "b" }), call("verify", {}, "b"), call("verify", [], "b")),
};

const sign: Attenuation = {
	pairs: grants("crypto.sign", {
		secret: fc.constant("key"),
		algorithm: fc.constantFrom("ed25519", "ed25519", "hmac-sha256"),
		encoding: maybe(fc.constant("hex")),
		payload: maybe(fc.constant({ schema: CLOSED })),
	}),
	calls: fc.constantFrom(call("sign", "text"), call("sign", { id: 1 }), call("sign", { no: 1 }), call("publicKey")),
};

const DIGESTS = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`);
const NAMES = ["find", "edit", "drop"] as const;
const SERVER = {
	kind: "openapi",
	url: "https://tools.example.com/",
	secret: null,
	documentUrl: null,
	keep: null,
	left: 0,
	stamp: "s",
	tools: NAMES.map((name) => ({
		name,
		description: "",
		inputSchema: { type: "object" },
		digest: DIGESTS[0] ?? "",
		unusable: null,
		call: { method: "POST", path: `/${name}`, parameters: [], body: "fields" },
	})),
} satisfies StoredServer;
const tool = (name: string) =>
	arbitraryPair({
		name: fc.constantFrom(name, name, "edit"),
		as: fc.constantFrom(name, name, "other"),
		approval: maybe(fc.constantFrom("never", "always", { when: { argument: "0.a", over: 1 } })),
		effect: maybe(fc.constantFrom("read", "write")),
		digest: fc.constantFrom(undefined, undefined, DIGESTS[0], DIGESTS[1]),
		idempotent: maybe(fc.boolean()),
	});
const tools: Attenuation = {
	pairs: fc
		.tuple(
			grants("tool.call", { server: fc.constant("jira"), limits: limits("responseBytes", "timeoutMs") }),
			fc.tuple(...NAMES.map(tool)),
			fc.subarray([0, 1, 2], { minLength: 1, maxLength: 2 }),
		)
		.map(([[parent, child], all, kept]) => {
			const own = all.filter((_, index) => kept.includes(index));
			return [
				{ ...parent, tools: all.map(([one]) => one) },
				{ ...child, tools: own.map(([, other]) => other) },
			] as const;
		}),
	calls: fc
		.tuple(fc.constantFrom(...NAMES, "other"), fc.constantFrom({}, { a: 1 }, { a: 2 }))
		.map(([method, argument]) => call(method, argument)),
	resources: new Map([["tool/jira", SERVER]]),
	compare: (parent, child) => {
		if (parent.decision.kind === "allowed" && child.decision.kind === "allowed") expect(child.decision.rule).toBe(parent.decision.rule);
		expect(parent.idempotent || !child.idempotent).toBe(true);
		expect(parent.effect === "read" || child.effect === "write").toBe(true);
	},
};

test.each([
	["files", files],
	["state", state],
	["ai.complete", completions],
	["crypto.jwt", jwt],
	["crypto.seal", seal],
	["crypto.webhook", webhook],
	["crypto.sign", sign],
	["tool.call", tools],
])(
	"what a grant of %s lets happen, every grant that it is within lets happen too",
	(_, attenuation) => {
		const seen = checkAttenuation({ ...attenuation, runs: 300 });
		expect(seen.within).toBeGreaterThan(2);
		expect(seen.beyond).toBeGreaterThan(2);
		expect(seen.happened).toBeGreaterThan(100);
	},
	60_000,
);

test("a grant of ai.complete may settle what a call leaves out in its own way, unless a person is asked about what it says", () => {
	const asking = (fields: object, approval?: unknown) => grantOf({ verb: "ai.complete", models: ["a", "b"], approval, ...fields });
	const named = { when: { argument: "0.model", is: "b" } };
	expect(beyondGrant(asking({}), asking({ models: ["b"] }))).toBe(null);
	expect(beyondGrant(asking({}, named), asking({ models: ["a"] }, named))).toBe(null);
	expect(beyondGrant(asking({}, named), asking({ models: ["b"] }, named))).toMatch(/^models: found another one first/);
	expect(beyondGrant(asking({}, named), asking({ models: ["b"] }, "always"))).toBe(null);
	expect(beyondGrant(asking({ maxTokens: 9 }), asking({ maxTokens: 8 }))).toBe(null);
	expect(beyondGrant(asking({ maxTokens: 9 }, named), asking({ maxTokens: 8 }, named))).toMatch(/^maxTokens: found another number/);
});
