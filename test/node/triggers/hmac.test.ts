import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { HmacSettings } from "../../../contract/hmac-settings.ts";
import { schemes } from "../../../worker/triggers/schemes/schemes.ts";
import { bytesOf, NOW_MS, refusedAs, settingsOf, VERIFIED, verify } from "./signing.ts";

const sign = (algorithm: string, content: string, encoding: "hex" | "base64"): string =>
	createHmac(algorithm, "hush").update(content).digest(encoding);
const ask = (hmac: HmacSettings, headers: Record<string, string>, body = "{}") =>
	verify("hmac", { headers, body, secrets: ["hush"], settings: { hmac } });

const PLAIN = { header: "x-signature", algorithm: "sha256", encoding: "hex" } as const;

describe("generic HMAC", () => {
	test.each(["sha1", "sha256", "sha512"] as const)("%s, in hex and in base64, with and without a prefix", (algorithm) => {
		for (const encoding of ["hex", "base64"] as const)
			for (const prefix of ["", `${algorithm}=`, "v1,"]) {
				const hmac = { header: "X-Signature", algorithm, encoding, prefix };
				const signature = sign(algorithm, "{}", encoding);
				expect(ask(hmac, { "x-signature": prefix + signature })).toEqual(VERIFIED);
				expect(ask(hmac, { "x-signature": prefix + signature }, "{ }")).toEqual(refusedAs("invalid"));
				if (prefix !== "") expect(ask(hmac, { "x-signature": signature })).toEqual(refusedAs("invalid"));
			}
	});

	test("an algorithm's signature is not taken for another's", () => {
		expect(ask(PLAIN, { "x-signature": sign("sha1", "{}", "hex") })).toEqual(refusedAs("invalid"));
		expect(ask({ ...PLAIN, algorithm: "sha1" }, { "x-signature": sign("sha256", "{}", "hex") })).toEqual(refusedAs("invalid"));
	});

	test("hex of either case is the same, base64 is exact", () => {
		const signature = sign("sha256", "{}", "hex");
		expect(ask(PLAIN, { "x-signature": signature.toUpperCase() })).toEqual(VERIFIED);
		const base64 = { ...PLAIN, encoding: "base64" } as const;
		const text = sign("sha256", "{}", "base64");
		expect(ask(base64, { "x-signature": text.replace("=", "") })).toEqual(refusedAs("invalid"));
		expect(ask(base64, { "x-signature": ` ${text} ` })).toEqual(VERIFIED);
		expect(ask(base64, { "x-signature": text.replaceAll("+", "-").replaceAll("/", "_").replace("=", "") })).toEqual(refusedAs("invalid"));
	});

	test("a time in seconds or milliseconds, and any template around it", () => {
		for (const [unit, time] of [
			["seconds", String(NOW_MS / 1000)],
			["milliseconds", String(NOW_MS)],
		] as const)
			for (const signed of [undefined, "{timestamp}.{body}", "v0:{timestamp}:{body}", "{body}|{timestamp}", "{timestamp}{body}"]) {
				const hmac = { ...PLAIN, timestamp: { header: "x-time", unit }, ...(signed === undefined ? {} : { signed }) };
				// What String.replace would read something into.
				const body = '{"a":"$& {timestamp} {body}"}';
				const content = (signed ?? "{timestamp}.{body}").replace("{timestamp}", time).replace("{body}", () => body);
				const headers = { "x-time": time, "x-signature": sign("sha256", content, "hex") };
				expect(ask(hmac, headers, body), `${unit} ${signed}`).toEqual(VERIFIED);
				expect(ask(hmac, { ...headers, "x-time": `${Number(time) + 1}` }, body)).toEqual(refusedAs("invalid"));
			}
	});

	test("digits moved from the time to the body do not make another message of it that is in time", () => {
		const hmac = { ...PLAIN, timestamp: { header: "x-time", unit: "seconds" }, signed: "{timestamp}{body}" } as const;
		const time = String(NOW_MS / 1000);
		const signature = sign("sha256", `${time}123`, "hex");
		expect(ask(hmac, { "x-time": time, "x-signature": signature }, "123")).toEqual(VERIFIED);
		for (const [other, body] of [
			[`${time}1`, "23"],
			[`${time}12`, "3"],
			[time.slice(0, -1), `${time.slice(-1)}123`],
		] as const)
			expect(ask(hmac, { "x-time": other, "x-signature": signature }, body)).toEqual(refusedAs("late"));
	});

	test("a repeat is known by what was signed, or by its id with the same body, and never by an id alone, which nobody has signed", () => {
		const hmac = { ...PLAIN, idHeader: "x-id" };
		const identify = (id: string | null, body: string) =>
			schemes.hmac.identify(
				{ headers: new Headers(id === null ? {} : { "x-id": id }), bytes: bytesOf(body), body: null },
				settingsOf({ hmac }),
			);
		expect(identify("7", "a").keys).toHaveLength(2);
		expect(identify("7", "a").keys[1]).toBe(identify("8", "a").keys[1]);
		expect(identify("7", "a").keys[0]).not.toBe(identify("8", "a").keys[0]);
		expect(identify("7", "b").keys.filter((key) => identify("7", "a").keys.includes(key))).toEqual([]);
		const timed = { ...hmac, timestamp: { header: "x-time", unit: "seconds" as const } };
		const at = (time: string) =>
			schemes.hmac.identify(
				{ headers: new Headers({ "x-id": "7", "x-time": time }), bytes: bytesOf("a"), body: null },
				settingsOf({ hmac: timed }),
			).keys;
		expect([at("1")[0] === at("2")[0], at("1")[1] === at("2")[1]]).toEqual([true, false]);
		expect(identify(null, "a").keys).toEqual([identify("7", "a").keys[1]]);
		expect(identify("x".repeat(1_000), "a").keys).toEqual(identify(null, "a").keys);
	});

	test("settings that cannot be meant are refused when they are given", () => {
		const given = (over: Record<string, unknown>) => HmacSettings.safeParse({ ...PLAIN, ...over }).success;
		const timestamp = { header: "x-time", unit: "seconds" };
		expect(given({})).toBe(true);
		expect(given({ timestamp, signed: "{timestamp}{body}" })).toBe(true);
		expect(given({ timestamp, signed: "{body}" })).toBe(false);
		expect(given({ signed: "{timestamp}.{body}" })).toBe(false);
		expect(given({ signed: "{body}{body}" })).toBe(false);
		expect(given({ signed: "" })).toBe(false);
		expect(given({ header: "x signature" })).toBe(false);
		expect(given({ algorithm: "md5" })).toBe(false);
	});
});
