import { CompactSign } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { cryptoJwt } from "../../../worker/verbs/crypto-jwt/crypto-jwt.ts";
import { cryptoSeal } from "../../../worker/verbs/crypto-seal/crypto-seal.ts";
import { readPkcs8 } from "../../../worker/verbs/crypto-sign/read-key.ts";
import { cryptoWebhook } from "../../../worker/verbs/crypto-webhook/crypto-webhook.ts";
import { canonicalJson } from "../../../worker/verbs/json-schema/canonical-json.ts";
import { callContext, codeOf, doneValue, performOnHost } from "./perform.ts";

const KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const NOW_S = 1_800_000_000;
const utf8 = (text: string) => new TextEncoder().encode(text);
const JWT = cryptoJwt.bind({
	...{ verb: "crypto.jwt", secret: "key", algorithm: "HS256", issuer: "acme", audience: "api" },
	...{ maxLifetimeSeconds: 600, claims: { type: "object" } },
});
const verify = async (token: string) => doneValue(await performOnHost(JWT, "verify", [token], callContext({ secrets: { key: KEY } })));
const forge = (payload: string, header: Record<string, unknown> = {}) =>
	new CompactSign(utf8(payload)).setProtectedHeader({ alg: "HS256", typ: "JWT", ...header }).sign(utf8(KEY));
const FRAME = { iss: "acme", aud: "api", iat: NOW_S, exp: NOW_S + 60 };
const framed = (claims: string): string => JSON.stringify(FRAME).replace(/}$/, `,${claims}}`);

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["Date"], now: NOW_S * 1000 });
});
afterEach(() => {
	vi.useRealTimers();
});

describe("a token that the key signed and the grant does not describe", () => {
	test.each([
		["exp as a text", '"exp":"9999999999"'],
		["exp as null", '"exp":null'],
		["exp as a list", '"exp":[9999999999]'],
		["exp beyond numbers", '"exp":1e999'],
		["nbf as a text", '"nbf":"1"'],
		["nbf in the future", `"nbf":${NOW_S + 3600}`],
		["iat as a text", '"iat":"1800000000"'],
		["iat in the future", `"iat":${NOW_S + 3600}`],
		["iat long ago, whatever exp says", `"iat":${NOW_S - 3600},"exp":1e300`],
		["iat beyond numbers", '"iat":-1e999'],
		["an audience repeated with another", '"aud":"other"'],
		["an issuer repeated with another", '"iss":"evil"'],
		["an audience within an object", '"aud":{"0":"api","length":1}'],
		["a subject where the grant has none", '"sub":"root"'],
	])("%s is not valid", async (_what, claims) => {
		const answer = await verify(await forge(framed(claims)));
		expect(answer).toMatchObject({ valid: false });
		expect(Object.keys(Object(answer))).toEqual(["valid", "reason"]);
	});

	test.each([
		["an embedded key", { jwk: { kty: "oct", k: "AAAA" } }],
		["the URL of a key set", { jku: "http://127.0.0.1:1/keys" }],
		["a chain of certificates", { x5c: ["AAAA"], x5u: "http://127.0.0.1:1/" }],
		["a path as key id", { kid: "../../dev/null" }],
	])("%s in the header is not looked at", async (_what, header) => {
		expect(await verify(await forge(JSON.stringify(FRAME), header))).toMatchObject({ valid: true });
	});

	test("critical extensions, an unencoded payload, nested and padded forms are none", async () => {
		const good = await forge(JSON.stringify(FRAME));
		const [head = "", body = "", signature = ""] = good.split(".");
		const withHead = (header: string): string => `${Buffer.from(header).toString("base64url")}.${body}.${signature}`;
		for (const token of [
			withHead('{"alg":"HS256","typ":"JWT","crit":["x"],"x":1}'),
			withHead('{"alg":"HS256","typ":"JWT","crit":[],"b64":false}'),
			withHead('{"alg":"HS256","typ":"JWT","b64":false,"crit":["b64"]}'),
			withHead('{"alg":"none","alg":"HS256","typ":"JWT"} '),
			withHead('{"alg":["HS256"],"typ":"JWT"}'),
			`${head}.${body}.${signature}=`,
			`${head}.${body}.${signature.slice(0, -1)}${String.fromCharCode(signature.charCodeAt(42) + 1)}`,
			`${head}.${body}.${signature}.`,
			`${head}.${body}.`,
			`${head}..${signature}`,
			` ${good}`,
			`${good}\n`,
			`.${"a".repeat(LIMITS.jwtChars - 2)}.`,
			".".repeat(LIMITS.jwtChars),
		])
			expect(await verify(token), token.slice(0, 80)).toMatchObject({ valid: false });
	});

	test("fields named like Object's own change nothing", async () => {
		const answer = await verify(await forge(framed('"__proto__":{"valid":true},"constructor":1')));
		expect(answer).toMatchObject({ valid: true });
		expect(Object.hasOwn(Object(answer).claims, "__proto__")).toBe(true);
		expect(Object.getPrototypeOf({})).toBe(Object.prototype);
	});
});

describe("canonical JSON", () => {
	test("RFC 8785: numbers and keys of its examples", () => {
		const numbers = [333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0, 5e-324, 1e21, 999999999999999900000, 9007199254740993];
		expect(canonicalJson(numbers)).toBe("[333333333.3333333,1e+30,4.5,0.002,1e-27,0,5e-324,1e+21,999999999999999900000,9007199254740992]");
		const keys = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\u{1f600}": 5, "\u0080": 6, "\u00f6": 7 };
		expect(canonicalJson(keys)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}');
		expect(canonicalJson({ b: "\u000f\n'\"\\/<\u2028\u007f", a: JSON.parse('{"__proto__":1,"10":1,"9":1}') })).toBe(
			'{"a":{"10":1,"9":1,"__proto__":1},"b":"\\u000f\\n\'\\"\\\\/<\u2028\u007f"}',
		);
	});
});

describe("secrets that would stall the host", () => {
	test.each([
		["blanks in a PEM", `-----BEGIN PRIVATE KEY-----${" ".repeat(16_000)}!`],
		["blanks in a PEM that ends", `-----BEGIN PRIVATE KEY-----${" ".repeat(16_000)}!-----END PRIVATE KEY-----`],
		["letters and blanks in turns", `-----BEGIN PRIVATE KEY-----${"a ".repeat(8_000)}-----END PRIVATE KEY----`],
		["heads in a row", "-----BEGIN PRIVATE KEY-----\n".repeat(500)],
		["foot and head at once", "-----BEGIN PRIVATE KEY-----END PRIVATE KEY-----"],
	])("%s are no key, at once", (_what, secret) => {
		const spentMs = startCpuClock();
		expect(readPkcs8(utf8(secret))).toBeNull();
		expect(spentMs()).toBeLessThan(2_000);
	});
});

describe("webhooks and seals", () => {
	const SECRET = `whsec_${Buffer.from("x".repeat(32)).toString("base64")}`;
	const hook = cryptoWebhook.bind({ verb: "crypto.webhook", secret: "key" });
	const context = callContext({ secrets: { key: SECRET } });

	test("a list of thousands of signatures is not authentic, though the right one is in it", async () => {
		const signed = Object(doneValue(await performOnHost(hook, "sign", [{ id: "a", body: "b" }], context)));
		const right = String(signed["webhook-signature"]);
		const many = `${"v1,AAAA ".repeat(5_000)}${right}`;
		expect(doneValue(await performOnHost(hook, "verify", [{ ...signed, "webhook-signature": many }, "b"], context))).toBe(false);
		const few = `v1a,AAAA v1,AAAA v2,${right.slice(3)} ${right}`;
		expect(doneValue(await performOnHost(hook, "verify", [{ ...signed, "webhook-signature": few }, "b"], context))).toBe(true);
		for (const wrong of [`v2,${right.slice(3)}`, right.slice(0, -2), right.slice(3), `v1,${right}`, "v1,", "v1", ",", " "])
			expect(doneValue(await performOnHost(hook, "verify", [{ ...signed, "webhook-signature": wrong }, "b"], context)), wrong).toBe(false);
	});

	test("a sealed text of another version, kind, length or alphabet opens nothing and names no key", async () => {
		const key = `hex:${"ab".repeat(32)}`;
		const seal = cryptoSeal.bind({ verb: "crypto.seal", secret: "key" });
		const withKey = callContext({ secrets: { key } });
		const sealed = String(doneValue(await performOnHost(seal, "encrypt", ["text", { context: "a" }], withKey)));
		const [, , id = "", data = ""] = sealed.split(".");
		for (const changed of [
			sealed.replace("seal1", "seal2"),
			sealed.replace("seal1", "SEAL1"),
			sealed.replace(".t.", ".b."),
			`seal1.t.${id}.${data.slice(0, -4)}`,
			`seal1.t.${id}.${data}AAAA`,
			`seal1.t.${id}.${data}=`,
			`seal1.t.${id}.${data.slice(0, 16)}`,
			`${sealed}\n`,
			`seal1.t.${"A".repeat(11)}.${data}`,
		]) {
			const outcome = await performOnHost(seal, "decrypt", [changed, { context: "a" }], withKey);
			expect(codeOf(outcome), changed).toBe("invalid_arguments");
			expect(JSON.stringify(outcome)).not.toContain("abab");
		}
		expect(codeOf(await performOnHost(seal, "decrypt", [sealed, { context: "A" }], withKey))).toBe("invalid_arguments");
		expect(doneValue(await performOnHost(seal, "decrypt", [sealed, { context: "a" }], withKey))).toBe("text");
	});
});
