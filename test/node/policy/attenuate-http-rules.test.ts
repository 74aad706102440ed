import { expect, test } from "vitest";
import { beyondGrant } from "../../../worker/policy/attenuate.ts";
import { grantOf } from "./grant-of.ts";

const ANY = { glob: "*" };
const MAYBE = { glob: "*", optional: true };

test.each([
	["a key that the wider one limits is not one of the others", { k: "a", "*": MAYBE }, { "*": MAYBE }, false],
	["nor where it may be left out", { k: { exact: "a", optional: true }, "*": MAYBE }, { "*": MAYBE }, false],
	["but where both limit it", { k: { prefix: "a", optional: true }, "*": MAYBE }, { k: null, "*": MAYBE }, true],
	[
		"a key that far sides take for a limited one is refused by the wider one",
		{ k: { exact: "a", optional: true }, "*": MAYBE },
		{ K: "b" },
		false,
	],
	["and may be one of the others where nothing is like it", { k: { exact: "a", optional: true }, "*": MAYBE }, { other: "b" }, true],
	["a key must be there where the wider one wants it", { k: "a" }, {}, false],
	["and may not be left out", { k: "a" }, { k: { exact: "a", optional: true } }, false],
	["it may be wanted where the wider one does not want it", { k: { exact: "a", optional: true } }, { k: "a" }, true],
	["others are within others", { "*": ANY }, { "*": { prefix: "a" } }, true],
	["and are more than none", {}, { "*": { prefix: "a" } }, false],
	["no query is within what wants none of it", { k: MAYBE }, {}, true],
] as const)("of a query %s", (_claim, wider, narrower, isWithin) => {
	const ruled = (query: object) => grantOf({ verb: "http.fetch", allow: [{ host: "a.example.com", query }] });
	expect(beyondGrant(ruled(wider), ruled(narrower)) === null).toBe(isWithin);
});

test.each([
	["a host", { host: "*.example.com" }, { host: "a.example.com" }, true],
	["every name below a host", { host: "*.example.com" }, { host: "*.a.example.com" }, true],
	["the same names below a host", { host: "*.example.com" }, { host: "*.example.com" }, true],
	["the name itself", { host: "*.example.com" }, { host: "example.com" }, false],
	["a name that ends alike", { host: "*.example.com" }, { host: "badexample.com" }, false],
	["names below one host", { host: "a.example.com" }, { host: "*.a.example.com" }, false],
	["the scheme's own port by its number", {}, { ports: [443] }, true],
	["another port", {}, { ports: [8443] }, false],
	["no port where the own one is named", { ports: [443, 8443] }, {}, true],
	["no port where another one is named", { ports: [8443] }, {}, false],
	["a port behind the host", { ports: [8443] }, { host: "a.example.com:8443" }, true],
	["http beside https", {}, { scheme: "any" }, false],
	["https of both", { scheme: "any" }, {}, true],
	["the other scheme's port", { scheme: "any" }, { scheme: "any", ports: [443] }, false],
	["HEAD beside GET alone", { methods: ["GET"] }, {}, false],
	["every path", { paths: ["/a/*"] }, {}, false],
	["every path where that is said", { paths: ["/**"] }, {}, true],
	["paths of two patterns", { paths: ["/a/*", "/b/*"] }, { paths: ["/b/c", "/a/**/d"] }, false],
	["paths of some patterns, in another spelling of escapes", { paths: ["/a/*", "/%7Eb/*"] }, { paths: ["/~b/c", "/a/c"] }, true],
	["every query", { query: {} }, {}, false],
	["headers that are not spoken of", { headers: { "x-a": "1" } }, {}, false],
	["a header that must be what it must be", { headers: { "x-a": { prefix: "1" } } }, { headers: { "X-A": "1" } }, true],
	["a list that begins right", { headers: { "x-a": { prefix: "1" } } }, { headers: { "x-a": "1,2" } }, false],
] as const)("a rule may be within another one with %s: %j, %j", (_claim, wider, narrower, isWithin) => {
	const ruled = (rule: object) => grantOf({ verb: "http.fetch", allow: [{ host: "a.example.com", ...rule }] });
	expect(beyondGrant(ruled(wider), ruled(narrower)) === null).toBe(isWithin);
});
