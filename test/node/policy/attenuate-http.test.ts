import fc from "fast-check";
import { expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { beyondGrant } from "../../../worker/policy/attenuate.ts";
import { coversValue } from "../../../worker/verbs/http-fetch/header-rule.ts";
import { type BoundRule, bindRules, coverRequest } from "../../../worker/verbs/http-fetch/covering-rule.ts";
import { HttpFetchGrant } from "../../../worker/verbs/http-fetch/http-fetch-grant.ts";
import { isGlobWithin } from "../../../worker/verbs/http-fetch/is-glob-within.ts";
import { isItemWithin, isValueWithin } from "../../../worker/verbs/http-fetch/is-matcher-within.ts";
import { isRuleWithin } from "../../../worker/verbs/http-fetch/is-rule-within.ts";
import { globFault, matchesGlob, readGlob, splitPath } from "../../../worker/verbs/http-fetch/path-glob.ts";
import { matchesText } from "../../../worker/verbs/http-fetch/text-matcher.ts";
import { arbitraryPair, type Call, checkAttenuation, COMMON_FIELDS, type Fields } from "./attenuation.ts";
import { grantOf } from "./grant-of.ts";

const steps = () => ({ left: LIMITS.globSteps });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 3 });

const text = fc.string({ unit: fc.constantFrom("a", "b", "*", ","), maxLength: 5 });
const glob = fc
	.array(fc.constantFrom("a", "b", "*", "**", "a*", "*b", "a*b", "", "ab"), { minLength: 1, maxLength: 4 })
	.map((segments) => `/${segments.join("/")}`)
	.filter((path) => globFault(path) === null);
const path = fc
	.array(fc.constantFrom("a", "b", "ab", "aab", "ba"), { minLength: 1, maxLength: 4 })
	.map((segments) => `/${segments.join("/")}`);
const optional = maybe(fc.boolean());
const matcher = fc.oneof(
	text,
	fc.constant(null),
	fc.record({ exact: text, optional }),
	fc.record({ prefix: fc.constantFrom("a", "ab", "a*", "b"), optional }),
	fc.record({ glob: fc.constantFrom("*", "a*", "*a", "a*b", "ab*", "*b*", "a"), optional }),
);

/** Rules of the parent, and of the child where it says nothing else. */
const RULES = [{ host: "a.example.com", methods: ["GET", "POST"] }, { host: "*.b.example.com" }];
const FORM = { url: "https://a.example.com/{id}", params: { id: { maxLength: 3 } } };
const KEY = { header: "x-key", format: "{secret}", secret: "key" };

test.each([
	[
		{},
		{
			allow: [
				{ host: "c.b.example.com", paths: ["/x"] },
				{ host: "a.example.com", methods: ["GET"] },
			],
		},
		"",
	],
	[
		{},
		{ allow: [...RULES, { host: "b.example.com" }] },
		"allow.2: found requests that none of the parent's rules covers, wanted a part of one of them",
	],
	[{ templates: { a: FORM } }, {}, ""],
	[
		{},
		{ templates: { a: FORM } },
		"templates: found one that the parent's grant has not or has otherwise, wanted some of the parent's as they are",
	],
	[
		{ templates: { a: FORM } },
		{ templates: { a: { ...FORM, params: { id: { maxLength: 4 } } } } },
		"templates: found one that the parent's grant has not or has otherwise, wanted some of the parent's as they are",
	],
	[{ inject: KEY }, {}, "inject: found another value, wanted the parent's"],
	[{ inject: KEY }, { inject: { ...KEY, hosts: ["a.example.com"] } }, "inject: found another value, wanted the parent's"],
	[{}, { redirects: "refuse" }, ""],
	[{ redirects: "refuse" }, {}, "redirects: found them followed, wanted refuse"],
	[{ retries: 2 }, { retries: 1 }, ""],
	[{}, { retries: 1 }, "retries: found 1, wanted at most 0"],
	[{ retryKeyed: true }, {}, ""],
	[{}, { retryKeyed: true }, "retryKeyed: found true, wanted false"],
	[{}, { limits: { responseBytes: 1 } }, ""],
	[{}, { limits: { responseBytes: LIMITS.responseBytes.default } }, ""],
	[{}, { limits: { responseBytes: LIMITS.responseBytes.default + 1 } }, "limits.responseBytes: found 1048577, wanted at most 1048576"],
	[{ limits: { requestBytes: 9 } }, {}, "limits.requestBytes: found 1048576, wanted at most 9"],
	[{ limits: { requestBytes: LIMITS.requestBytes } }, {}, ""],
	[{}, { limits: { timeoutMs: LIMITS.upstreamMs.default + 1 } }, "limits.timeoutMs: found 10001, wanted at most 10000"],
])("beside %j, %j is more: %j", (theirs, own, why) => {
	const grantWith = (fields: object) => grantOf({ verb: "http.fetch", allow: RULES, ...fields });
	expect(beyondGrant(grantWith(theirs), grantWith(own)) ?? "").toBe(why);
});

test("a pattern is within another one only where every path is, and mostly where it is", () => {
	let within = 0;
	fc.assert(
		fc.property(glob, glob, fc.array(path, { minLength: 30, maxLength: 60 }), (one, other, paths) => {
			if (!isGlobWithin(readGlob(one), readGlob(other), steps())) return;
			within += 1;
			for (const tried of paths) {
				const segments = splitPath(tried);
				if (matchesGlob(readGlob(other), segments, steps())) expect(matchesGlob(readGlob(one), segments, steps()), tried).toBe(true);
			}
		}),
		{ numRuns: 5_000 },
	);
	expect(within).toBeGreaterThan(50);
	const isWithin = (one: string, other: string): boolean => isGlobWithin(readGlob(one), readGlob(other), steps());
	for (const [one, other] of [
		["/**", "/"],
		["/repos/acme/*", "/repos/acme/a"],
		["/repos/acme/*", "/repos/acme/*"],
		["/repos/acme/*", "/repos/acme/a/b/*"],
		["/repos/**", "/repos/*"],
		["/repos/*/issues", "/repos/a*/issues"],
		["/a*c", "/ab*c"],
	] as const)
		expect(isWithin(one, other), `${other} in ${one}`).toBe(true);
	for (const [one, other] of [
		["/repos/acme/*", "/repos/acme"],
		["/repos/*", "/repos/**"],
		["/repos/*/issues", "/repos/**/issues"],
		["/a", "/*"],
		["/ab*c", "/a*c"],
		["/a", "/A"],
	] as const)
		expect(isWithin(one, other), `${other} in ${one}`).toBe(false);
});

test("a matcher is within another one only where every value is", () => {
	let within = 0;
	fc.assert(
		fc.property(matcher, matcher, fc.array(text, { minLength: 30, maxLength: 60 }), (one, other, values) => {
			const tried = [...values, typeof other === "string" ? other : ""];
			if (isValueWithin(one, other, steps())) {
				within += 1;
				for (const value of tried) if (matchesText(other, value, steps())) expect(matchesText(one, value, steps()), value).toBe(true);
			}
			if (isItemWithin(one, other, steps()))
				for (const value of tried) if (coversValue(other, value, steps())) expect(coversValue(one, value, steps()), value).toBe(true);
		}),
		{ numRuns: 5_000 },
	);
	expect(within).toBeGreaterThan(50);
});

const HOSTS = [
	"a.example.com",
	"a.example.com",
	"*.example.com",
	"*.example.com",
	"*.a.example.com",
	"b.a.example.com",
	"a.example.com:8443",
];
const host = fc.constantFrom(...HOSTS);
const methods = maybe(fc.subarray(["GET", "HEAD", "POST", "DELETE"], { minLength: 1 }));
const paths = maybe(fc.array(glob, { minLength: 1, maxLength: 3 }));
const ports = maybe(fc.subarray([80, 443, 8443], { minLength: 1 }));
const scheme = maybe(fc.constantFrom("https", "http", "any"));
/** Rules are looked at by themselves above. */
const rule: Fields = {
	host: fc.constantFrom("a.example.com", "*.example.com"),
	methods: fc.constantFrom(undefined, ["GET", "POST"]),
	scheme,
};
const TEMPLATES = {
	one: { url: "https://a.example.com/{id}", params: { id: { maxLength: 3 } } },
	two: { method: "POST", url: "https://a.example.com/two", body: { a: 1 } },
};
const grant: Fields = {
	verb: fc.constant("http.fetch"),
	templates: maybe(
		fc.subarray(["one", "two"] as const, { minLength: 1 }).map((names) => Object.fromEntries(names.map((name) => [name, TEMPLATES[name]]))),
	),
	inject: maybe(fc.constant({ header: "x-key", format: "{secret}", secret: "key" })),
	redirects: maybe(fc.constantFrom("follow", "refuse")),
	retries: maybe(fc.nat(3)),
	retryKeyed: maybe(fc.boolean()),
	limits: maybe(fc.record({ requestBytes: fc.constantFrom(5, 2_000_000), calls: fc.constantFrom(1, 2) })),
	...COMMON_FIELDS,
};

/** Fields that are undefined are left out. */
const withoutUndefined = ([one, other]: readonly [object, object]) => [defined(one), defined(other)] as const;
const defined = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const pairs = fc
	.tuple(arbitraryPair(grant), fc.array(arbitraryPair(rule), { minLength: 1, maxLength: 2 }), fc.boolean())
	.map(([[parent, child], rules, isFewer]) => {
		const [theirs, own] = [rules.map(([one]) => one), rules.map(([, other]) => other)];
		return [
			{ ...parent, allow: theirs },
			{ ...child, allow: isFewer ? own.slice(0, 1) : own },
		] as const;
	});

const origin = fc
	.tuple(
		fc.constantFrom("https", "https", "https", "http"),
		fc.constantFrom("a.example.com", "a.example.com", "a.example.com", "b.a.example.com", "c.b.a.example.com", "example.com"),
		fc.constantFrom("", "", "", "", ":8443", ":80"),
	)
	.map(([protocol, name, port]) => `${protocol}://${name}${port}`);
const url = fc
	.tuple(origin, path, fc.array(fc.tuple(fc.constantFrom("k", "K", "k[0]", "other", "third"), text), { maxLength: 2 }))
	.map(([start, at, pairs]) => new URL(`${start}${at}${pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`}`).href);
const requests = fc.record({
	url,
	method: fc.constantFrom("GET", "GET", "GET", "POST", "DELETE"),
	headers: fc.array(fc.tuple(fc.constantFrom("x-a", "X-B", "x-c"), text), { maxLength: 2 }),
});
const fills: fc.Arbitrary<Call> = fc.record({
	method: fc.constantFrom("one", "two"),
	args: fc.constantFrom([{ id: "a" }], [{ id: "toolong" }], [{}]),
});

interface Asked {
	readonly method: string;
	readonly url: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
}
/** A part of a rule: what it may say, and the requests that differ in it. What else a rule may say covers everything. */
interface Aspect {
	readonly fields: Fields;
	readonly asked: fc.Arbitrary<Asked>;
}
const asking = (parts: Partial<Asked>): Asked => ({ method: "GET", url: "https://a.example.com/", headers: [], ...parts });
const value = fc.constantFrom("", "a", "ab", "abb", "b", "a*", "a,b", "ba");
const named = (...names: readonly string[]) => fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 3 });
const usual = fc.constantFrom(
	"a",
	null,
	{ exact: "a", optional: true },
	{ glob: "a*", optional: true },
	{ glob: "*", optional: true },
	{ glob: "*" },
);
const dictionary = (...names: readonly string[]) => fc.dictionary(fc.constantFrom(...names), fc.oneof(usual, matcher), { maxKeys: 3 });
const ASPECTS: readonly (readonly [string, Aspect])[] = [
	["methods", { fields: { methods }, asked: fc.constantFrom("GET", "HEAD", "POST", "DELETE").map((method) => asking({ method })) }],
	[
		"hosts, schemes and ports",
		{
			fields: { host, ports, scheme },
			asked: fc.tuple(origin, fc.constant("/")).map((parts) => asking({ url: new URL(parts.join("")).href })),
		},
	],
	["paths", { fields: { paths }, asked: path.map((at) => asking({ url: `https://a.example.com${at}` })) }],
	[
		"queries",
		{
			fields: { query: maybe(dictionary("k", "k", "K", "other", "*")) },
			asked: named("k", "k", "K", "k[0]", "other").map((pairs) => asking({ url: `https://a.example.com/?${new URLSearchParams(pairs)}` })),
		},
	],
	[
		"headers",
		{
			fields: { headers: maybe(dictionary("x-a", "x-a", "X-B", "*")) },
			asked: named("x-a", "x-a", "x-b").map((headers) => asking({ headers })),
		},
	],
];

test.each(ASPECTS)("a rule is within another one only where the other's %s cover all that its own do", (_aspect, { fields, asked }) => {
	const seen = { within: 0, covered: 0 };
	const rules = (one: object) => {
		const parsed = HttpFetchGrant.safeParse({ verb: "http.fetch", allow: [{ host: "a.example.com", ...one }] });
		return parsed.success ? bindRules(parsed.data) : [];
	};
	const covers = (by: readonly BoundRule[], { method, url, headers }: Asked) =>
		coverRequest(by, method, new URL(url), headers).kind === "covered";
	fc.assert(
		fc.property(
			fc.tuple(fc.record(fields), fc.record(fields)).map(withoutUndefined),
			fc.array(asked, { minLength: 20, maxLength: 20 }),
			(pair, tried) => {
				const [[wider], [narrower]] = [rules(pair[0]), rules(pair[1])];
				if (wider === undefined || narrower === undefined || !isRuleWithin(wider, narrower)) return;
				seen.within += 1;
				for (const request of tried) {
					if (!covers([narrower], request)) continue;
					seen.covered += 1;
					expect(covers([wider], request), JSON.stringify(request)).toBe(true);
				}
			},
		),
		{ numRuns: 600 },
	);
	expect(seen.within).toBeGreaterThan(10);
	expect(seen.covered).toBeGreaterThan(10);
});

test("what a grant of http.fetch lets happen, every grant that it is within lets happen too", () => {
	const calls = requests.map((request): Call => ({ method: "fetch", args: [request] }));
	const seen = checkAttenuation({ pairs, calls: fc.oneof({ weight: 9, arbitrary: calls }, { weight: 1, arbitrary: fills }), runs: 300 });
	expect(seen.within).toBeGreaterThan(2);
	expect(seen.beyond).toBeGreaterThan(2);
	expect(seen.happened).toBeGreaterThan(20);
}, 60_000);
