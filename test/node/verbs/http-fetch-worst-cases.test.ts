import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { bindRules, coverRequest } from "../../../worker/verbs/http-fetch/covering-rule.ts";
import { HttpFetchGrant } from "../../../worker/verbs/http-fetch/http-fetch-grant.ts";
import { type Codes, makeNeedles, startSearch } from "../../../worker/verbs/http-fetch/needle-search.ts";
import { globFault, matchesGlob, readGlob, splitPath } from "../../../worker/verbs/http-fetch/path-glob.ts";
import { makeRedactor, REDACTED } from "../../../worker/verbs/http-fetch/redact-secret.ts";
import { checkHeaders } from "../../../worker/verbs/http-fetch/request-headers.ts";
import { keepHeaders } from "../../../worker/verbs/http-fetch/response-headers.ts";
import { readTarget } from "../../../worker/verbs/http-fetch/target-url.ts";

/** Milliseconds of the fastest of three, so that a busy machine does not count. */
const fastestMs = (work: () => unknown): number =>
	Math.min(
		...[1, 2, 3].map(() => {
			const spentMs = startCpuClock();
			work();
			return spentMs();
		}),
	);

/** Far above any of these when it is linear, far below any when it is quadratic. */
const GENEROUS_MS = 3_000;

/** Codes that count how often one of them is read. */
const countedCodes = <Counted extends Codes | Int32Array>(codes: Counted): { codes: Counted; reads: () => number } => {
	let reads = 0;
	const counted = new Proxy(codes, {
		get: (target, key) => {
			if (key === "length") return target.length;
			if (typeof key !== "string") return undefined;
			reads += 1;
			return target[Number(key)];
		},
	});
	return { codes: counted, reads: () => reads };
};

describe("a search for a secret that its body almost holds everywhere", () => {
	const secret = `${"A".repeat(LIMITS.injectedSecretBytes.max - 1)}B`;

	test("takes a body and a header at their largest, and finds the secret at the end of them", () => {
		const redactor = makeRedactor(secret);
		const bytes = new TextEncoder().encode(`${"A".repeat(LIMITS.responseBytes.max - 1)}B`);
		const elapsedMs = fastestMs(() => {
			const clean = redactor.bytes(bytes);
			expect(clean.length).toBe(bytes.length - secret.length + REDACTED.length);
			expect(redactor.text(`${"A".repeat(LIMITS.headerBytes)}B`).endsWith(`A${REDACTED}`)).toBe(true);
		});
		expect(elapsedMs).toBeLessThan(GENEROUS_MS);
	});

	// Last, since a search that has seen a proxy is slower afterwards.
	test("reads each code of the body once, and goes back at most as often as it went on", () => {
		const body = countedCodes(new TextEncoder().encode("A".repeat(20_000)));
		const needles = makeNeedles([secret]);
		const fallback = countedCodes(needles.fallback);
		const found: number[] = [];
		startSearch({ ...needles, fallback: fallback.codes }).next(body.codes, (from) => found.push(from));
		expect(found).toEqual([]);
		expect(body.reads()).toBe(20_000);
		expect(fallback.reads()).toBeLessThanOrEqual(20_000);
	});
});

describe("patterns that almost match everywhere", () => {
	const grantOf = (paths: readonly string[]) => HttpFetchGrant.safeParse({ verb: "http.fetch", allow: [{ host: "a.example.com", paths }] });
	const urlOf = (path: string) => new URL(`https://a.example.com${path}`);
	const coverageOf = (paths: readonly string[], path: string) => {
		const rule = { host: "a.example.com", paths: [...paths] };
		return coverRequest(
			bindRules({ verb: "http.fetch", allow: Array.from({ length: LIMITS.httpRules }, () => rule) }),
			"GET",
			urlOf(path),
			[],
		);
	};

	test("one pattern is compared at most as often as it and the path have segments, multiplied", () => {
		const glob = readGlob(`/**${"/a".repeat(LIMITS.patternSegments - 2)}/N`);
		const steps = { left: LIMITS.globSteps };
		expect(matchesGlob(glob, splitPath("/a".repeat(LIMITS.urlSegments)), steps)).toBe(false);
		expect(LIMITS.globSteps - steps.left).toBeLessThanOrEqual(LIMITS.patternSegments * (LIMITS.urlSegments + 1));
	});

	test.each([
		["of segments", `/**${"/a".repeat(LIMITS.patternSegments - 2)}/N`, "/a".repeat(LIMITS.urlSegments)],
		["of characters", `/*${"a".repeat(250)}b*`, `/${"a".repeat(4_000)}`],
		["of stars in a segment", `/${"*a".repeat(250)}b`, `/${"a".repeat(4_000)}`],
	])("every rule full of patterns %s is denied when the steps are spent", (_name, pattern, path) => {
		const paths = Array.from({ length: LIMITS.patternsPerRule }, () => pattern);
		const elapsedMs = fastestMs(() =>
			expect(coverageOf(paths, path)).toEqual({
				kind: "uncovered",
				why: `no rule of the host allows the path, found out to ${LIMITS.globSteps} steps of comparing; wanted simpler patterns`,
			}),
		);
		expect(elapsedMs).toBeLessThan(GENEROUS_MS);
	});

	test("a pattern is never a match by spent steps", () => {
		for (let left = 0; left < 3; left += 1) expect(matchesGlob(readGlob("/a/b/c"), splitPath("/a/b/c"), { left })).toBe(false);
		expect(matchesGlob(readGlob("/a/b/c"), splitPath("/a/b/c"), { left: 3 })).toBe(true);
	});

	test("a pattern has at most its segments and its **, in words", () => {
		expect(globFault("/a".repeat(LIMITS.patternSegments))).toBeNull();
		expect(globFault("/a".repeat(LIMITS.patternSegments + 1))).toBe("found 65 segments, wanted at most 64");
		expect(globFault("/**/a/**")).toBeNull();
		expect(globFault("/**/a/**/b/**")).toBe("found ** 3 times, wanted it at most 2 times");
		expect(grantOf(["/**/a/**"]).success).toBe(true);
		expect(grantOf(["/**/a/**/b/**"]).success).toBe(false);
	});

	test("a URL has at most its segments", () => {
		expect(readTarget(urlOf("/a".repeat(LIMITS.urlSegments)).href).kind).toBe("target");
		expect(readTarget(urlOf("/a".repeat(LIMITS.urlSegments + 1)).href)).toEqual({
			kind: "refused",
			why: "its path has more than 256 segments",
		});
	});
});

describe("headers made to be read slowly", () => {
	test.each([
		["the same parameter again and again", (size: number) => `x${"rel=".repeat(size / 4)}`],
		["relations that end nowhere", (size: number) => `<x>; ${"rel =".repeat(size / 5)}`],
		["commas and blanks", (size: number) => `<x>${", ".repeat(size / 2)}`],
		["one run of blanks", (size: number) => `<x>; rel${" ".repeat(size)}x`],
	])("a link header of %s is read in linear time and kept", (_name, linkOf) => {
		const value = linkOf(LIMITS.headerBytes - 100).trim();
		const headers = new Headers({ link: value });
		// A hundred times: one quadratic reading may be too short to tell.
		const elapsedMs = fastestMs(() => {
			for (let count = 0; count < 100; count += 1) keepHeaders(headers, true);
		});
		expect(keepHeaders(headers, true)).toEqual([["link", value]]);
		expect(elapsedMs).toBeLessThan(GENEROUS_MS);
	});

	test.each(["<a>; rel=preload", '<a>; REL = "next PreLoad"', '<a>; as=script; rel="modulepreload"', "<a>; rel=x=prefetch"])(
		"the link %s is dropped",
		(link) => {
			expect(keepHeaders(new Headers({ link }), true)).toEqual([]);
		},
	);

	test.each(['<a>; rel="next"', '<a>; rel=next; title="preload"', "<a/preload>; rel=next", "<a>; rel=preloaded"])(
		"the link %s is kept",
		(link) => {
			expect(keepHeaders(new Headers({ link }), true)).toEqual([["link", link]]);
		},
	);

	test("a program's header of blanks between two letters is refused in linear time", () => {
		const value = ` a${" \t".repeat(LIMITS.argumentBytes / 2)}b\t`;
		expect(fastestMs(() => expect(checkHeaders([["x", value]], null).kind).toBe("invalid"))).toBeLessThan(GENEROUS_MS);
		expect(checkHeaders([["x", " \ta b\t "]], null)).toEqual({ kind: "clean", headers: [["x", "a b"]] });
		expect(checkHeaders([["x", " \t "]], null)).toEqual({ kind: "clean", headers: [["x", ""]] });
	});
});
