import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalEscapes, canonicalUrl } from "../../../worker/verbs/http-fetch/canonical-url.ts";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";

// By its path: the harness's types are of another project.
const { canonicalUrl: harnessUrl }: { canonicalUrl: (href: string) => string } = await import(
	new URL("../../../worker/harness/request.js", import.meta.url).href
);

const grant = httpFetch.bind({ verb: "http.fetch", allow: [{ host: "a.example.com" }] });
/** Whether a program may send a request for this text. */
const isTaken = (url: string): boolean => {
	const preparation = grant.prepare("fetch", [{ url, method: "GET" }], NO_RESOURCES);
	return preparation.kind === "prepared" && preparation.call.decision.kind === "allowed";
};

const UNRESERVED = [..."abzAZ019-._~"];
/** An octet of a path or a query, in all the spellings that RFC 3986 §6.2.2 takes for one. */
const escapes = (code: number): string[] => {
	const digits = code.toString(16).padStart(2, "0");
	const [one = "", other = ""] = digits;
	const upper = digits.toUpperCase();
	return [`%${digits}`, `%${upper}`, `%${one}${other.toUpperCase()}`, `%${one.toUpperCase()}${other}`];
};
const spelled = (spellings: string[]) => fc.tuple(fc.constantFrom(...spellings), fc.constantFrom(...spellings));
const octet = fc.oneof(
	fc.constantFrom(...UNRESERVED).chain((character) => spelled([character, ...escapes(character.charCodeAt(0))])),
	fc.constantFrom(0x20, 0x21, 0x23, 0x25, 0x26, 0x2b, 0x3a, 0x3f, 0x40, 0x80, 0xc3, 0xa9, 0xff).chain((code) => spelled(escapes(code))),
	fc.constantFrom(..."!$&'()*+,=:@").chain((character) => spelled([character])),
);
const octets = fc.array(octet, { maxLength: 6 });
const ORIGINS = ["https://a.example.com", "https://A.Example.com", "https://a.example.com:443", "HTTPS://a.example.com:0443"];
const both = (parts: [string, string][][]): [string, string] => [
	parts.map((part) => part.map(([one]) => one).join("")).join("/"),
	parts.map((part) => part.map(([, other]) => other).join("")).join("/"),
];
/** Two spellings of one URL. */
const pair = fc
	.tuple(
		spelled(ORIGINS),
		fc.array(octets, { maxLength: 3 }),
		fc.option(octets),
		spelled(["", "./", "x/../", "%2e/", "x/%2E%2e/"]),
		spelled(["", "#", "#x", "#%70?"]),
	)
	.map(([origin, segments, query, dots, fragment]): [string, string] => {
		const path = both(segments);
		const search = query === null ? ["", ""] : both([query]).map((text) => `?${text}`);
		return [`${origin[0]}/${dots[0]}${path[0]}${search[0]}${fragment[0]}`, `${origin[1]}/${dots[1]}${path[1]}${search[1]}${fragment[1]}`];
	});

test("two spellings that RFC 3986 reads as the same are one text, or one of them is refused", () => {
	let taken = 0;
	fc.assert(
		fc.property(pair, ([one, other]) => {
			expect(harnessUrl(new URL(one).href)).toBe(harnessUrl(new URL(other).href));
			if (isTaken(one)) taken += 1;
			if (isTaken(one) && isTaken(other)) expect(one).toBe(other);
		}),
		{ numRuns: 3_000 },
	);
	expect(taken).toBeGreaterThan(0);
});

test("what the harness writes is what the host takes, and its own canonical form", () => {
	const text = fc
		.array(fc.constantFrom(..."%%%%0247eEfF/?#.-~aZ;[|é \\"), { maxLength: 24 })
		.map((parts) => `https://a.example.com/${parts.join("")}`);
	fc.assert(
		fc.property(text, (url) => {
			const parsed = new URL(url);
			const written = harnessUrl(parsed.href);
			parsed.hash = "";
			expect(written).toBe(canonicalUrl(parsed));
			expect(harnessUrl(new URL(written).href)).toBe(written);
			const preparation = grant.prepare("fetch", [{ url: written, method: "GET" }], NO_RESOURCES);
			expect(preparation.kind).toBe("prepared");
		}),
		{ numRuns: 3_000 },
	);
});

test("path rules see the same path in each of its spellings", () => {
	const withPath = (path: string) => httpFetch.bind({ verb: "http.fetch", allow: [{ host: "a.example.com", paths: [path] }] });
	for (const path of ["/caf%c3%a9/%7ex", "/caf%C3%A9/~x", "/%63afé/*".replace("é", "%C3%a9")]) {
		const preparation = withPath(path).prepare("fetch", [{ url: "https://a.example.com/caf%C3%A9/~x", method: "GET" }], NO_RESOURCES);
		expect(preparation.kind === "prepared" && preparation.call.decision.kind).toBe("allowed");
	}
	expect(canonicalEscapes("/%%370%2f%zz%")).toBe("/%2570%2F%25zz%25");
});
