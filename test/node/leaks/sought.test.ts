import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { argumentBytes } from "../../../worker/leaks/argument-bytes.ts";
import { makeHoneytoken } from "../../../worker/leaks/honeytoken.ts";
import { holdsSought, seekCanaries, seekSecrets } from "../../../worker/leaks/sought.ts";
import { ENCODINGS } from "./encodings.ts";

const TOKEN = makeHoneytoken("/workspace/input/a.env").tokens[1] ?? "";
const SECRET = "sk-live-Zq8_vT3nLw0pXcB7rYkD5mHg";
const CANARY = seekCanaries([TOKEN]);
const SEALED = seekSecrets([SECRET]);
const holds = (value: unknown, sought = CANARY): boolean => holdsSought(argumentBytes([value]), sought);

/** Texts in which nothing stands: what programs send all day. */
const HONEST = [
	"https://api.example.com/v1/items?limit=20&cursor=eyJpZCI6IjEyMyJ9",
	"The quick brown fox jumps over the lazy dog. ".repeat(200),
	{ model: "fast", messages: [{ role: "user", content: "Summarise: revenue rose by 12.5 % to 1,234,567 EUR" }] },
	crypto.getRandomValues(new Uint8Array(60_000)),
	Array.from({ length: 500 }, (_, index) => index),
	"aws_access_key_id=AKIA aws_secret_access_key= region=eu-central-1 sk-live-",
];

describe("a honeytoken", () => {
	test.each(Object.entries(ENCODINGS))("is found %s", (_how, encode) => {
		expect(holds(encode(TOKEN))).toBe(true);
		expect(holds({ url: "https://example.com/a", body: encode(`before ${TOKEN} after`) })).toBe(true);
	});

	test("is found by half of it, the first or the last, and without its first letters", () => {
		for (const part of [TOKEN.slice(0, 20), TOKEN.slice(20), TOKEN.slice(1), TOKEN.slice(0, -1), TOKEN.slice(9)])
			expect(holds(part), part).toBe(true);
	});

	test("is not found in what is honest, nor in another token, nor in the file without its tokens", () => {
		for (const text of HONEST) expect(holds(text)).toBe(false);
		const other = makeHoneytoken("/workspace/input/a.env");
		expect(holds(new TextDecoder().decode(other.bytes))).toBe(false);
		expect(holds(TOKEN.slice(0, LIMITS.canaryPartChars - 1))).toBe(false);
	});

	test("is found wherever it stands, at every place of an encoding", () => {
		fc.assert(
			fc.property(
				fc.string({ maxLength: 12 }),
				fc.string({ maxLength: 12 }),
				fc.constantFrom(...Object.values(ENCODINGS)),
				(a, b, encode) => {
					expect(holds(encode(`${a}|${TOKEN}|${b}`))).toBe(true);
				},
			),
			{ numRuns: 300 },
		);
	});
});

describe("a secret", () => {
	test.each(Object.entries(ENCODINGS))("is found %s", (_how, encode) => {
		expect(holds(encode(SECRET), SEALED)).toBe(true);
		expect(holds({ authorization: encode(`Bearer ${SECRET}`) }, SEALED)).toBe(true);
	});

	test("that goes out in two pieces is found by the longer one", () => {
		for (let at = 0; at <= SECRET.length; at += 1)
			expect(
				[SECRET.slice(0, at), SECRET.slice(at)].some((piece) => holds(piece, SEALED)),
				`cut at ${at}`,
			).toBe(true);
	});

	test("is not found in what is honest, nor by the head that others have too", () => {
		for (const text of HONEST) expect(holds(text, SEALED)).toBe(false);
		expect(holds(SECRET.slice(0, 12), SEALED)).toBe(false);
	});

	test("that is hardly made of letters and digits is found as it is, percent-encoded, in base64 and backwards", () => {
		const odd = "!§%&/()=?«»‹›";
		const sought = seekSecrets([odd]);
		expect(sought).toMatchObject({ folded: null });
		for (const encode of [(text: string) => text, encodeURIComponent, ENCODINGS["in base64"], ENCODINGS["in hex"]])
			expect(holds(encode?.(`a${odd}b`), sought)).toBe(true);
		expect(holds("!%&/()=?", sought)).toBe(false);
	});
});

describe("text that a program wrote", () => {
	test.each([
		[
			"encoded three times",
			Buffer.from(Buffer.from("YWFh".repeat(150_000)).toString("base64"))
				.toString("base64")
				.slice(0, LIMITS.argumentBytes),
		],
		["of one letter", "a".repeat(LIMITS.argumentBytes)],
		["of beginnings of the token", TOKEN.slice(0, 9).repeat(LIMITS.argumentBytes / 9)],
		["of percent signs", "%25".repeat(LIMITS.argumentBytes / 3)],
		["of open escapes", "\\u{".repeat(LIMITS.argumentBytes / 3)],
		["of numbers", "123,".repeat(LIMITS.argumentBytes / 4)],
	])("and that is %s takes a time that grows with its length alone", (_what, text) => {
		const cpuMs = (part: string): number => {
			const before = process.cpuUsage();
			holds(part);
			return process.cpuUsage(before).user / 1_000;
		};
		expect(cpuMs(text)).toBeLessThan(15_000);
	});
});
