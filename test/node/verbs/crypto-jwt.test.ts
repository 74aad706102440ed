import { generateKeyPairSync } from "node:crypto";
import { CompactSign, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { cryptoJwt } from "../../../worker/verbs/crypto-jwt/crypto-jwt.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { callContext, codeOf, doneValue, invalidMessage, performOnHost } from "./perform.ts";

const HS_KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const CLAIMS = { type: "object", properties: { scope: { enum: ["read", "write"] } }, required: ["scope"], additionalProperties: false };
const GRANT = {
	...{ verb: "crypto.jwt", secret: "key", algorithm: "HS256", issuer: "https://acme.example", audience: "api" },
	...{ maxLifetimeSeconds: 600, claims: CLAIMS },
};
const bound = (parts: Record<string, unknown> = {}) => cryptoJwt.bind({ ...GRANT, ...parts });
const withKey = (key: string | Uint8Array) => callContext({ secrets: { key } });
const sign = async (claims: unknown, parts: Record<string, unknown> = {}, options?: unknown, key = HS_KEY) =>
	z.string().parse(doneValue(await performOnHost(bound(parts), "sign", [claims, options], withKey(key))));
const verify = async (token: string, parts: Record<string, unknown> = {}, key = HS_KEY) =>
	doneValue(await performOnHost(bound(parts), "verify", [token], withKey(key)));
const refusal = (args: readonly unknown[], parts: Record<string, unknown> = {}) => invalidMessage(bound(parts), "sign", args);

const PEM = { type: "pkcs8", format: "pem" } as const;
const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PAIRS = {
	EdDSA: String(generateKeyPairSync("ed25519").privateKey.export(PEM)),
	ES256: String(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(PEM)),
	PS256: String(RSA.privateKey.export(PEM)),
	RS256: String(RSA.privateKey.export(PEM)),
};
const NOW_S = 1_800_000_000;
const utf8 = (text: string) => new TextEncoder().encode(text);
/** A token signed with the grant's key but not by the host. */
const forge = (claims: Record<string, unknown>, header: Record<string, unknown> = {}, key = HS_KEY) =>
	new CompactSign(utf8(JSON.stringify(claims))).setProtectedHeader({ alg: "HS256", typ: "JWT", ...header }).sign(utf8(key));
const FRAME = { iss: "https://acme.example", aud: "api", iat: NOW_S, exp: NOW_S + 60, scope: "read" };

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["Date"], now: NOW_S * 1000 + 500 });
});
afterEach(() => {
	vi.useRealTimers();
});

describe("signing", () => {
	test("the frame is the grant's and the times are the host's", async () => {
		const token = await sign({ scope: "read" });
		expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "JWT" });
		expect(decodeJwt(token)).toEqual({
			...{ scope: "read", iss: "https://acme.example", aud: "api" },
			...{ iat: NOW_S, exp: NOW_S + 600, jti: "cal_test" },
		});
		expect(await verify(token)).toEqual({ valid: true, claims: decodeJwt(token) });
		const other = await sign({ scope: "read" }, { audience: ["a", "b"], subject: { is: "agent-7" }, keyId: "k1", type: "at+jwt" });
		expect(decodeProtectedHeader(other)).toEqual({ alg: "HS256", typ: "at+jwt", kid: "k1" });
		expect(decodeJwt(other)).toMatchObject({ aud: ["a", "b"], sub: "agent-7" });
	});

	test.each(["iss", "sub", "aud", "exp", "nbf", "iat", "jti"])("a program cannot set %s, though the schema lets it", (claim) => {
		for (const value of [NOW_S + 1e9, "x", null, undefined, {}])
			expect(refusal([{ scope: "read", [claim]: value }], { claims: true })).toContain(
				`sign argument 1.${claim}: found ${value === undefined ? "nothing" : ""}`,
			);
	});

	test("sub is the program's where the grant gives a schema for it", async () => {
		const subject = { schema: { type: "string", pattern: "^user_\\d+$" } };
		const token = await sign({ scope: "read", sub: "user_7" }, { subject });
		expect(decodeJwt(token).sub).toBe("user_7");
		expect(await verify(token, { subject })).toMatchObject({ valid: true });
		expect(refusal([{ scope: "read", sub: "admin" }], { subject })).toContain(
			'sign argument 1.sub: found "admin", wanted a string that fits',
		);
		expect(refusal([{ scope: "read" }], { subject })).toBe("sign argument 1.sub: found nothing, wanted a string");
		expect(refusal([{ scope: "read", sub: 7 }], { subject: { schema: true } })).toContain("sub: found 7, wanted a string");
		expect(refusal([{ scope: "read", sub: "x" }], { subject: { is: "agent" } })).toContain("the host sets it");
	});

	test("a token lives as long as the grant says, or less", async () => {
		expect(decodeJwt(await sign({ scope: "read" }, {}, { lifetimeSeconds: 600 })).exp).toBe(NOW_S + 600);
		expect(decodeJwt(await sign({ scope: "read" }, {}, { lifetimeSeconds: 1 })).exp).toBe(NOW_S + 1);
		for (const lifetimeSeconds of [601, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "60", null])
			expect(refusal([{ scope: "read" }, { lifetimeSeconds }])).toContain("sign argument 2.lifetimeSeconds");
		expect(refusal([{ scope: "read" }, { alg: "none" }])).toContain('found the field "alg"');
		expect(refusal([{ scope: "read" }, {}, {}])).toContain("at most 2");
	});

	test("claims fit the grant's schema and are plain JSON", async () => {
		expect(refusal([{ scope: "admin" }])).toBe('sign argument 1.scope: found "admin", wanted one of "read", "write"');
		expect(refusal([{ scope: "read", role: 1 }])).toContain(".role: found 1, wanted no field of that name");
		for (const value of ["x", undefined, [], new Map(), new Uint8Array(2), null]) expect(refusal([value])).toContain("sign argument 1");
		for (const value of [{ a: 1n }, { a: new Date(0) }, { a: Number.NaN }, { a: "\ud800" }, Object.create({ scope: "read" })])
			expect(refusal([value], { claims: true })).toContain("sign argument 1");
		let ran = false;
		const getter = Object.defineProperty({}, "scope", {
			enumerable: true,
			get: () => {
				ran = true;
				return "read";
			},
		});
		expect(refusal([getter])).toContain("sign argument 1.scope");
		expect(ran).toBe(false);
		expect(refusal([{ a: "x".repeat(LIMITS.jwtClaimBytes) }], { claims: true })).toContain(`at most ${LIMITS.jwtClaimBytes} bytes`);
		const strange = JSON.parse('{"__proto__":{"iss":"evil"},"constructor":1,"toJSON":2}');
		const payload = Buffer.from((await sign(strange, { claims: true })).split(".")[1] ?? "", "base64url").toString();
		expect(payload).toContain('"__proto__":{"iss":"evil"}');
		expect(JSON.parse(payload).iss).toBe("https://acme.example");
		const protoIss = JSON.parse('{"scope":"read","__proto__":{"exp":9999999999}}');
		expect(refusal([protoIss])).toContain(".__proto__");
	});

	test.each(["EdDSA", "ES256", "PS256", "RS256"] as const)("%s tokens verify with the public key alone", async (algorithm) => {
		const key = PAIRS[algorithm];
		const token = await sign({ scope: "write" }, { algorithm }, undefined, key);
		const { jwk } = z
			.object({ jwk: z.record(z.string(), z.string()) })
			.parse(doneValue(await performOnHost(bound({ algorithm }), "publicKey", [], withKey(key))));
		expect(Object.keys(jwk).filter((name) => ["d", "p", "q", "dp", "dq", "qi", "k"].includes(name))).toEqual([]);
		expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, typ: "JWT", kid: jwk["kid"] });
		const publicKey = await importJWK(jwk, algorithm);
		expect((await jwtVerify(token, publicKey, { issuer: GRANT.issuer, audience: "api" })).payload["scope"]).toBe("write");
		expect(await verify(token, { algorithm }, key)).toMatchObject({ valid: true });
		expect(await verify(`${token.slice(0, -8)}AAAAAAAA`, { algorithm }, key)).toEqual({ valid: false, reason: "signature" });
	});
});

describe("verifying", () => {
	test("knows RFC 7515 A.1: its signature fits, its claims do not", async () => {
		const key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
		const secret = `base64:${Buffer.from(key, "base64url").toString("base64")}`;
		const token =
			"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
		expect(await verify(token, { issuer: "joe" }, secret)).toEqual({ valid: false, reason: "claims" });
		expect(await verify(`${token.slice(0, -1)}A`, { issuer: "joe" }, secret)).toEqual({ valid: false, reason: "signature" });
	});

	test("takes no other algorithm, and never `none`", async () => {
		const unsecured = new UnsecuredJWT({ scope: "read" })
			.setIssuer(GRANT.issuer)
			.setAudience("api")
			.setIssuedAt()
			.setExpirationTime("1m")
			.encode();
		expect(await verify(unsecured)).toMatchObject({ valid: false });
		expect(await verify(await forge(FRAME, { alg: "HS512" }))).toEqual({ valid: false, reason: "header" });
		const [, payload, signature] = (await forge(FRAME)).split(".");
		for (const alg of ["none", "None", "NONE", "hs256", "", "RS256"]) {
			const header = Buffer.from(JSON.stringify({ alg, typ: "JWT" })).toString("base64url");
			expect(await verify(`${header}.${payload}.`), alg).toMatchObject({ valid: false });
			expect(await verify(`${header}.${payload}.${signature}`), alg).toMatchObject({ valid: false });
		}
		for (const algorithm of ["none", "RSA-OAEP", "hs256"])
			expect(cryptoJwt.grantSchema.safeParse({ ...GRANT, algorithm }).success).toBe(false);
	});

	test("a public key is no HMAC key: not for a forged token, not in a grant", async () => {
		const publicPem = String(RSA.publicKey.export({ type: "spki", format: "pem" }));
		const forged = await forge(FRAME, {}, publicPem);
		expect(await verify(forged, { algorithm: "RS256" }, PAIRS.RS256)).toEqual({ valid: false, reason: "header" });
		expect(codeOf(await performOnHost(bound(), "verify", [forged], withKey(publicPem)))).toBe("secret_unavailable");
	});

	test("a key in the header, a critical extension and another type open nothing", async () => {
		const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
		const jwk = own.publicKey.export({ format: "jwk" });
		const forged = await new SignJWT(FRAME)
			.setProtectedHeader({ alg: "RS256", typ: "JWT", jwk: { kty: "RSA", n: String(jwk.n), e: String(jwk.e) } })
			.sign(own.privateKey);
		expect(await verify(forged, { algorithm: "RS256" }, PAIRS.RS256)).toEqual({ valid: false, reason: "signature" });
		expect(await verify(await forge(FRAME, { typ: "at+jwt" }))).toEqual({ valid: false, reason: "header" });
		const [, payload, signature] = (await forge(FRAME)).split(".");
		const critical = Buffer.from('{"alg":"HS256","typ":"JWT","crit":["x"],"x":1}').toString("base64url");
		expect(await verify(`${critical}.${payload}.${signature}`)).toMatchObject({ valid: false });
	});

	test.each([
		["good", {}, "valid"],
		["over", { exp: NOW_S - 10 }, "expired"],
		["without an end", { exp: undefined }, "claims"],
		["without a beginning", { iat: undefined }, "claims"],
		["older than the grant lets live", { iat: NOW_S - 700, exp: NOW_S + 1e6 }, "expired"],
		["from the future", { iat: NOW_S + 100 }, "claims"],
		["not valid yet", { nbf: NOW_S + 100 }, "claims"],
		["with an end that is text", { exp: "9999999999" }, "claims"],
		["of another issuer", { iss: "https://evil.example" }, "claims"],
		["for others", { aud: ["other"] }, "claims"],
		["about somebody", { sub: "root" }, "claims"],
		["with claims that the grant does not know", { admin: true }, "claims"],
		["with other values", { scope: "admin" }, "claims"],
	])("a token that is %s is judged so", async (_name, parts, judgement) => {
		const verdict = await verify(await forge({ ...FRAME, ...parts }));
		expect(verdict).toMatchObject(judgement === "valid" ? { valid: true } : { valid: false, reason: judgement });
	});

	test("what is no token is false or refused, and deep claims do no harm", async () => {
		for (const text of [
			"",
			".",
			"..",
			"a.b",
			"a.b.c",
			"\ud800.x.y",
			"eyJhbGciOiJIUzI1NiJ9.e30.",
			`${await forge(FRAME)}.x`,
			` ${await forge(FRAME)}`,
		])
			expect(await verify(text)).toMatchObject({ valid: false });
		const deep = await new CompactSign(utf8(`{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`))
			.setProtectedHeader({ alg: "HS256", typ: "JWT" })
			.sign(utf8(HS_KEY));
		expect(await verify(deep, { claims: true })).toEqual({ valid: false, reason: "claims" });
		expect(invalidMessage(bound(), "verify", ["x".repeat(LIMITS.jwtChars + 1)])).toContain(`at most ${LIMITS.jwtChars}`);
		for (const bad of [undefined, 7, {}, new Uint8Array(3)]) expect(invalidMessage(bound(), "verify", [bad])).toContain("wanted a token");
	});
});

describe("the grant", () => {
	test("secrets that do not fit are unavailable, and nothing more is said", async () => {
		for (const [algorithm, key] of [
			["HS256", "k".repeat(31)],
			["HS384", "k".repeat(47)],
			["HS512", "k".repeat(63)],
			["ES256", PAIRS.EdDSA],
			["EdDSA", PAIRS.RS256],
			["RS256", HS_KEY],
		] as const)
			expect(await performOnHost(bound({ algorithm }), "sign", [{ scope: "read" }], withKey(key))).toEqual({
				...{ kind: "failed", code: "secret_unavailable", cost: {} },
				message: `sign: the secret that the grant names is not there or does not fit ${algorithm}`,
			});
		expect(codeOf(await performOnHost(bound({ algorithm: "HS512" }), "sign", [{ scope: "read" }], withKey("k".repeat(64))))).toBe("done");
	});

	test("is strict, gives only its methods, and its declaration names no secret", () => {
		for (const bad of [
			{ issuer: undefined },
			{ audience: [] },
			{ claims: { type: "x" } },
			{ claims: undefined },
			{ maxLifetimeSeconds: LIMITS.jwtLifetimeS + 1 },
			{ maxLifetimeSeconds: 0 },
			{ subject: "x" },
			{ subject: { is: "a", schema: true } },
			{ header: {} },
			{ methods: [] },
		])
			expect(cryptoJwt.grantSchema.safeParse({ ...GRANT, ...bad }).success, JSON.stringify(bad)).toBe(false);
		expect(bound().methods).toEqual(["sign", "verify"]);
		expect(bound({ algorithm: "EdDSA" }).methods).toEqual(["sign", "verify", "publicKey"]);
		const verifier = bound({ algorithm: "EdDSA", methods: ["verify"], secret: "token_key" });
		expect(verifier.methods).toEqual(["verify"]);
		expect(invalidMessage(verifier, "sign", [{ scope: "read" }])).toContain("wanted one of verify");
		expect(verifier.declaration(NO_RESOURCES)).not.toContain("sign(");
		expect(verifier.declaration(NO_RESOURCES)).not.toContain("token_key");
		expect(bound().declaration(NO_RESOURCES)).toContain('sign(claims: { scope: "read" | "write" }, options?');
		expect(bound().lint()).toEqual([]);
		expect(bound({ claims: {} }).lint()).toHaveLength(1);
	});
});
