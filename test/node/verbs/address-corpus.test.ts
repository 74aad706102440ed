import { describe, expect, test } from "vitest";
import { classifyHost, guardAddress } from "../../../worker/verbs/http-fetch/address-guard.ts";
import { readHostPattern } from "../../../worker/verbs/http-fetch/host-pattern.ts";
import { ADDRESS_CORPUS } from "../../platform/address-corpus.ts";

const NONE: ReadonlySet<string> = new Set();
const URLS = ADDRESS_CORPUS.flatMap((text) => URL.parse(text) ?? []);

describe("the corpus of inward addresses", () => {
	test("has 300 distinct URLs and more, most of which a parser takes", () => {
		expect(new Set(ADDRESS_CORPUS).size).toBe(ADDRESS_CORPUS.length);
		expect(ADDRESS_CORPUS.length).toBeGreaterThanOrEqual(300);
		expect(URLS.length).toBeGreaterThanOrEqual(300);
	});

	test("is refused by the guard, every one of it", () => {
		expect(URLS.filter((url) => guardAddress(url, NONE).kind === "open").map(({ href }) => href)).toEqual([]);
	});

	test("is opened by no operator but for loopback, whatever the operator names", () => {
		const open = URLS.filter(
			(url) => guardAddress(url, new Set([`${url.hostname}:${url.port || (url.protocol === "http:" ? 80 : 443)}`])).kind === "open",
		);
		expect(open.filter(({ hostname }) => classifyHost(hostname).kind !== "loopback").map(({ href }) => href)).toEqual([]);
		expect(open.length).toBeGreaterThan(0);
	});

	test("names no host that a rule of a grant may name, but for loopback", () => {
		const named = URLS.filter(({ protocol, hostname }) => /^https?:$/.test(protocol) && readHostPattern(hostname).kind === "pattern");
		expect(
			named.filter(({ hostname, username }) => classifyHost(hostname).kind === "public" && username === "").map(({ href }) => href),
		).toEqual([]);
	});
});
