import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { cryptoSign } from "../../../worker/verbs/crypto-sign/crypto-sign.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { callContext, doneValue, invalidMessage, performOnHost } from "./perform.ts";

const SECRET = "correct horse battery staple";
const PAYOUT = {
	type: "object",
	properties: {
		to: { type: "string", pattern: "^acct_[a-z0-9]{1,30}$" },
		amountCents: { type: "integer", minimum: 1, maximum: 10_000 },
		note: { type: "string" },
	},
	required: ["to", "amountCents"],
	additionalProperties: false,
};
const grantOf = (schema: unknown) => ({
	verb: "crypto.sign",
	secret: "key",
	algorithm: "hmac-sha256",
	encoding: "hex",
	payload: { schema },
});
const bound = (schema: unknown) => cryptoSign.bind(grantOf(schema));
const context = callContext({ secrets: { key: SECRET } });

const Signed = z.object({ payload: z.string(), signature: z.string() });
const signed = async (value: unknown, schema: unknown = PAYOUT) =>
	Signed.parse(doneValue(await performOnHost(bound(schema), "sign", [value], context)));
const refusal = (value: unknown, schema: unknown = PAYOUT) => invalidMessage(bound(schema), "sign", [value]);

describe("crypto.sign with a schema", () => {
	test("signs the canonical JSON of what fits, and gives that text", async () => {
		const { payload, signature } = await signed({ to: "acct_1", amountCents: 5, note: "é" });
		expect(payload).toBe('{"amountCents":5,"note":"é","to":"acct_1"}');
		expect(signature).toBe(createHmac("sha256", SECRET).update(payload).digest("hex"));
		expect(await signed({ note: "é", amountCents: 5, to: "acct_1" })).toEqual({ payload, signature });
		expect(doneValue(await performOnHost(bound(PAYOUT), "verify", [payload, signature], context))).toBe(true);
		expect(doneValue(await performOnHost(bound(PAYOUT), "verify", [payload.replace("5", "6"), signature], context))).toBe(false);
	});

	test("what does not fit is refused by path", () => {
		expect(refusal({ to: "acct_1", amountCents: 10_001 })).toBe(
			"sign argument 1.amountCents: found 10001, wanted a number of at most 10000",
		);
		expect(refusal({ to: "acct_1" })).toBe("sign argument 1.amountCents: found nothing, wanted a value: the field is required");
		expect(refusal({ to: "acct_1", amountCents: 1, admin: true })).toBe("sign argument 1.admin: found true, wanted no field of that name");
		expect(refusal({ to: "acct_1\n", amountCents: 1 })).toContain("sign argument 1.to");
	});

	test("text and bytes are refused, whatever the schema says", () => {
		for (const schema of [PAYOUT, true, {}, { type: "string" }]) {
			for (const value of [
				'{"to":"acct_1","amountCents":1}',
				new TextEncoder().encode('{"to":"acct_1","amountCents":1}'),
				"x",
				7,
				null,
				undefined,
				[],
				true,
			])
				expect(refusal(value, schema)).toMatch(/^sign argument 1: found .*, wanted /);
		}
	});

	test("values that JSON would write as something else are refused", () => {
		const base = { to: "acct_1", amountCents: 1 };
		for (const [value, path] of [
			[{ ...base, amountCents: Number.NaN }, ".amountCents"],
			[{ ...base, amountCents: 1e400 }, ".amountCents"],
			[{ ...base, amountCents: 1n }, ".amountCents"],
			[{ ...base, note: new Date(0) }, ".note"],
			[{ ...base, note: undefined }, ".note"],
			[{ ...base, note: "\ud800" }, ".note"],
			[{ ...base, "\udfff": 1 }, ": found"],
			[{ ...base, toJSON: "x" }, ".toJSON"],
			[new Map(Object.entries(base)), ": found a Map"],
			[Object.create(base), ": found an object"],
			[Object.defineProperty({ ...base }, "to", { enumerable: true, get: () => "acct_2" }), ".to"],
			[JSON.parse('{"to":"acct_1","amountCents":1,"__proto__":{"note":"x"}}'), ".__proto__"],
			[{ ...base, constructor: {} }, ".constructor"],
		] as const)
			expect(refusal(value)).toContain(`sign argument 1${path}`);
		expect(refusal({ deep: Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], 1) }, true)).toContain("levels of nesting");
	});

	test("-0 is 0, and composed and decomposed letters stay apart", async () => {
		expect((await signed({ a: -0 }, true)).payload).toBe('{"a":0}');
		const [composed, decomposed] = [await signed({ a: "\u00e9" }, true), await signed({ a: "e\u0301" }, true)];
		expect(composed.payload).toBe('{"a":"\u00e9"}');
		expect(decomposed.payload).toBe('{"a":"e\u0301"}');
		expect(composed.signature).not.toBe(decomposed.signature);
		expect((await signed(JSON.parse('{"b":1,"__proto__":2}'), true)).payload).toBe('{"__proto__":2,"b":1}');
	});

	test("a payload has at most its bytes as JSON", async () => {
		const most = LIMITS.payloadBytes - '{"a":""}'.length;
		expect((await signed({ a: "x".repeat(most) }, true)).payload).toHaveLength(LIMITS.payloadBytes);
		expect(refusal({ a: "x".repeat(most + 1) }, true)).toContain(`at most ${LIMITS.payloadBytes} bytes`);
		expect(refusal({ a: "x".repeat(1024 * 1024) }, true)).toContain("wanted at most");
	});

	test("a schema outside the subset is refused with the policy, naming its place", () => {
		const parsed = cryptoSign.grantSchema.safeParse(grantOf({ properties: { a: { pattern: "(?=x)" } } }));
		expect(parsed.error?.issues[0]).toMatchObject({ path: ["payload", "schema"] });
		expect(parsed.error?.issues[0]?.message).toContain("JSON Schema.properties.a.pattern: found a pattern that cannot run in linear time");
		expect(cryptoSign.grantSchema.safeParse({ ...grantOf(true), payload: {} }).success).toBe(false);
		expect(cryptoSign.grantSchema.safeParse({ ...grantOf(true), payload: { schema: true, other: 1 } }).success).toBe(false);
	});

	test("the declaration has the schema's type, and lint knows an open schema", () => {
		expect(bound(PAYOUT).declaration(NO_RESOURCES)).toContain("sign(value: { to: string; amountCents: number; note?: string }, options?");
		expect(bound(PAYOUT).lint()).toEqual([]);
		expect(bound({ type: "object" }).lint().join()).toContain("additionalProperties: false");
	});
});
