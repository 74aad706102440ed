import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { canonicalText, checkEncoded, decodeValue, encodeValue } from "../../../contract/tagged-json.ts";
import { arbitraryValue } from "./arbitrary-value.ts";

const textOf = (value: unknown): string => {
	const encoding = encodeValue(value);
	if (encoding.kind === "refused") throw new Error(`${encoding.path}: ${encoding.message}`);
	return encoding.text;
};
const decoded = (text: string): unknown => {
	const decoding = decodeValue(text);
	if (decoding.kind === "refused") throw new Error(decoding.why);
	return decoding.value;
};

describe("encodeValue() and decodeValue()", () => {
	it("are inverse to each other for any value", () => {
		fc.assert(
			fc.property(arbitraryValue, (value) => {
				const text = textOf(value);
				expect(textOf(decoded(text))).toBe(text);
				expect(checkEncoded(JSON.parse(text))).toBe(null);
			}),
			{ numRuns: 1_000 },
		);
	});
	it("keep what the table of the design page names", () => {
		const value = [
			new Date(0),
			new Map<unknown, unknown>([[{ a: 1 }, [undefined]]]),
			new Set([1n]),
			-0,
			Number.NaN,
			{ $a: 1 },
			new Uint8Array([7]),
		];
		expect(decoded(textOf(value))).toEqual(value);
		expect(textOf(new Date(Number.NaN))).toBe('{"$date":null}');
		expect(textOf({ a: undefined, b: 1 })).toBe('{"b":1}');
		expect(textOf(undefined)).toBe("null");
		expect(textOf(new Float32Array([0]))).toBe('{"$bytes":"AAAAAA==","as":"Float32Array"}');
	});
	it("keep an own __proto__ an own property and set no prototype", () => {
		for (const text of ['{"__proto__":{"polluted":1}}', '{"$object":[["__proto__",{"polluted":1}]]}']) {
			const value = decoded(text);
			expect(Object.keys(Object(value))).toEqual(["__proto__"]);
			expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
			expect(Reflect.get(Object(value), "polluted")).toBe(undefined);
		}
	});
	it("decode bytes of any kind to a Uint8Array, a URL to its text, Headers to their pairs", () => {
		expect(decoded('{"$bytes":"AAAAAA==","as":"Float32Array"}')).toEqual(new Uint8Array(4));
		expect(decoded('{"$bytes":"","as":"ArrayBuffer"}')).toEqual(new Uint8Array(0));
		expect(decoded(textOf([new URL("https://x.test/a"), new Headers({ a: "b" })]))).toEqual(["https://x.test/a", [["a", "b"]]]);
	});
	it("read an http answer as a tag only where the caller says so", () => {
		const answer = { $response: { status: 200, url: "https://x.test/", headers: [["a", "b"]], body: new Uint8Array([1]) } };
		const tagged = encodeValue(answer, { response: true });
		expect(tagged).toEqual({
			kind: "encoded",
			text: '{"$response":{"status":200,"url":"https://x.test/","headers":[["a","b"]],"body":{"$bytes":"AQ==","as":"Uint8Array"}}}',
		});
		expect(textOf(answer)).toContain('{"$object":[["$response",');
	});
});

describe("encodeValue()", () => {
	const cyclic: { self?: object } = {};
	cyclic.self = { deeper: cyclic };
	const refusals: [string, unknown, string][] = [
		["a function", { a: [() => 1] }, "value.a[0]"],
		["a symbol", new Set([Symbol("s")]), "value.values[0]"],
		["a class instance", { a: { b: new (class User {})() } }, "value.a.b"],
		["a RegExp in a Map", new Map([["k", /x/]]), "value.values[0]"],
		["a cycle", cyclic, "value.self.deeper"],
		["a promise", Promise.resolve(1), "value"],
	];
	it.each(refusals)("refuses %s by its path", (_what, value, path) => {
		expect(encodeValue(value)).toMatchObject({ kind: "refused", code: "not_serializable", path });
	});
	it("takes values at each bound and refuses one over", () => {
		const nest = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => [inner], 1);
		expect(encodeValue(nest(LIMITS.valueDepth)).kind).toBe("encoded");
		expect(encodeValue(nest(LIMITS.valueDepth + 1))).toMatchObject({ code: "too_large" });
		expect(encodeValue([1, 2], { nodes: 3 }).kind).toBe("encoded");
		expect(encodeValue([1, 2, 3], { nodes: 3 })).toMatchObject({ code: "too_large" });
		expect(encodeValue("€", { bytes: 5 }).kind).toBe("encoded");
		expect(encodeValue("€", { bytes: 4 })).toMatchObject({ code: "too_large" });
		expect(encodeValue(10n ** BigInt(LIMITS.bigintDigits))).toMatchObject({ code: "too_large" });
	});
});

describe("decodeValue()", () => {
	const malformed: [string, string][] = [
		['{"a":[{"$date":"yesterday"}]}', "value.a[0]: $date"],
		['{"$date":"2026-11-21"}', "value: $date"],
		['{"$date":5}', "value: $date"],
		['{"$bigint":"0x10"}', "value: $bigint"],
		['{"$bigint":"-0"}', "value: $bigint"],
		['{"$bigint":"01"}', "value: $bigint"],
		['{"$bigint":5}', "value: $bigint"],
		['{"$number":"1"}', "value: $number"],
		['{"$undefined":false}', "value: $undefined"],
		['{"$bytes":"!","as":"Uint8Array"}', "value: $bytes"],
		['{"$bytes":"AQ","as":"Uint8Array"}', "value: $bytes"],
		['{"$bytes":"AR==","as":"Uint8Array"}', "value: $bytes"],
		['{"$bytes":" AQ=","as":"Uint8Array"}', "value: $bytes"],
		['{"$bytes":"AQ==","as":"constructor"}', "value: $bytes"],
		['{"$bytes":"AQ==","as":"Float64Array"}', "value: $bytes"],
		['{"$bytes":"AQ=="}', "value: $bytes"],
		['{"$map":[["a"]]}', "value: $map"],
		['{"$map":{}}', "value: $map"],
		['{"$map":[["a",{"$set":1}]]}', "value.values[0]: $set"],
		['{"$object":[[1,2]]}', "value: $object"],
		['{"$date":null,"more":1}', "value: a tag has other keys"],
		['{"more":1,"$date":null}', "value: a tag has other keys"],
		['{"$response":{"status":200}}', "value: $response"],
		['{"$unknown":1}', "value: $unknown"],
		['{"$url":"nothing"}', "value: $url"],
		['{"$headers":[["a",1]]}', "value: $headers"],
	];
	it.each(malformed)("refuses %s by its path", (text, why) => {
		const decoding = decodeValue(text);
		expect(decoding.kind === "refused" ? decoding.why : "decoded").toContain(why);
		expect(checkEncoded(JSON.parse(text))).toContain(why.slice(0, why.indexOf(":") + 1));
	});
	it("refuses text that is no JSON, too deep, too many, or too long", () => {
		expect(decodeValue("{").kind).toBe("refused");
		expect(decodeValue("[".repeat(LIMITS.valueDepth) + "]".repeat(LIMITS.valueDepth)).kind).toBe("decoded");
		expect(decodeValue("[".repeat(LIMITS.valueDepth + 1) + "]".repeat(LIMITS.valueDepth + 1)).kind).toBe("refused");
		expect(decodeValue("[".repeat(100_000)).kind).toBe("refused");
		expect(decodeValue("[1,2]", { nodes: 3 }).kind).toBe("decoded");
		expect(decodeValue("[1,2,3]", { nodes: 3 }).kind).toBe("refused");
		expect(decodeValue('"abc"', { bytes: 5 }).kind).toBe("decoded");
		expect(decodeValue('"abcd"', { bytes: 5 }).kind).toBe("refused");
	});
	it("gives what encodeValue() made at its deepest and widest, whatever the tags cost", () => {
		const level = (inner: unknown): unknown => ({ $a: new Map([[inner, Number.NaN]]) });
		const deep = Array.from({ length: LIMITS.valueDepth / 2 }).reduce(level, 1);
		expect(decodeValue(textOf(deep)).kind).toBe("decoded");
		const wide = { $b: Array.from({ length: 30_000 }, () => ({ $c: -0 })) };
		expect(decodeValue(textOf(wide)).kind).toBe("decoded");
	});
});

describe("checkEncoded()", () => {
	it("refuses in a result what only arguments may hold", () => {
		expect(checkEncoded({ a: { $url: "https://x.test/" } })).toContain("value.a: ");
		expect(checkEncoded({ $headers: [] })).toContain("value: ");
	});
});

describe("canonicalText()", () => {
	it("is one text for an object whose keys came in any order, and decodes to the same value", () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.string(), arbitraryValue), { maxLength: 8 }), fc.integer(), (entries, turn) => {
				const unique = [...new Map(entries)];
				const at = unique.length === 0 ? 0 : Math.abs(turn) % unique.length;
				const [left, right] = [Object.fromEntries(unique), Object.fromEntries([...unique.slice(at), ...unique.slice(0, at)])];
				expect(canonicalText(left)).toBe(canonicalText(right));
				expect(canonicalText(decoded(canonicalText(left)))).toBe(canonicalText(left));
			}),
		);
	});
	it("sorts keys by code unit and keeps the order of Maps and Sets", () => {
		expect(canonicalText({ b: 1, a: { z: 1, "\u{1f600}": 2, "\uffff": 3 } })).toBe('{"a":{"z":1,"\u{1f600}":2,"\uffff":3},"b":1}');
		expect(canonicalText(new Set([2, 1]))).toBe('{"$set":[2,1]}');
		expect(canonicalText({ $b: 1, a: 2 })).toBe('{"$object":[["$b",1],["a",2]]}');
	});
	it("shows every character that is not seen or reorders others, in keys too, as an escape", () => {
		const text = canonicalText([
			"pay \u202e0001 to \u200bbob",
			{ "\u2066k": "\u0085\u2028\ue000\u{e0041}\u{100000}\ud800\ufeff\u00ad\u3164" },
		]);
		expect(text).toBe(
			'["pay \\u202e0001 to \\u200bbob",{"\\u2066k":"\\u0085\\u2028\\ue000\\udb40\\udc41\\udbc0\\udc00\\ud800\\ufeff\\u00ad\\u3164"}]',
		);
		expect(canonicalText('Grüße 中 \u{1f600} \\ "')).toBe(JSON.stringify('Grüße 中 \u{1f600} \\ "'));
		const part = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\u202e", "\\", '"', "\u200d", "\ud83d", "\u{e0001}", "u202e"));
		fc.assert(
			fc.property(fc.array(part, { maxLength: 12 }), arbitraryValue, (parts, value) => {
				const whole = [parts.join(""), { [parts.join("")]: value }];
				const shown = canonicalText(whole);
				expect(shown).not.toMatch(/[\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u);
				expect(decoded(shown)).toEqual(decoded(textOf(whole)));
			}),
		);
	});
	it("is linear in the text, however much of it is escaped", () => {
		const cases = ["\u202e", "\u202ea", "\u{e0001}", "\\\u0085"].map((part) => part.repeat(LIMITS.argumentBytes / part.length));
		const spentMs = startCpuClock();
		for (const text of cases) expect(canonicalText([text]).length).toBeGreaterThan(LIMITS.argumentBytes);
		expect(spentMs()).toBeLessThan(4_000);
	});
	it("throws for a value that cannot be encoded", () => {
		expect(() => canonicalText(() => 1)).toThrow(TypeError);
	});
});
