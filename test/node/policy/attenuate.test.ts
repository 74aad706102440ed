import { describe, expect, test } from "vitest";
import { beyondGrant, beyondGrants } from "../../../worker/policy/attenuate.ts";
import { grantOf } from "./grant-of.ts";

/** What a child with a grant has more than its parent, ""  where it has nothing more. */
const beyond = (parent: object, child: object): string => beyondGrant(grantOf(parent), grantOf(child)) ?? "";

const SEAL = { verb: "crypto.seal", secret: "key" };
const ASKS = { when: { argument: "0.amount", over: 1_000 } };
const OTHER = { when: { argument: "0.amount", over: 1 } };

describe("a grant is within another one of its verb", () => {
	test("and of no other verb", () => {
		expect(beyond(SEAL, { verb: "crypto.webhook", secret: "key" })).toBe("verb: found crypto.webhook, wanted crypto.seal");
	});

	test("that says the same, and not beside another secret", () => {
		expect(beyond(SEAL, SEAL)).toBe("");
		expect(beyond(SEAL, { ...SEAL, secret: "other" })).toBe("secret: found another value, wanted the parent's");
	});

	test.each([
		[undefined, "never", ""],
		["always", "always", ""],
		[undefined, "always", ""],
		[ASKS, "always", ""],
		[ASKS, ASKS, ""],
		[ASKS, { when: { any: [OTHER.when, ASKS.when] } }, ""],
		["always", undefined, "approval: found never, wanted always"],
		["always", ASKS, "approval: found a condition, wanted always"],
		[ASKS, undefined, "approval: found never, wanted the parent's own condition, alone or as one of `any`, or always"],
		[ASKS, OTHER, "approval: found another condition, wanted the parent's own condition, alone or as one of `any`, or always"],
		[
			ASKS,
			{ when: { all: [OTHER.when, ASKS.when] } },
			"approval: found another condition, wanted the parent's own condition, alone or as one of `any`, or always",
		],
	])("with the approval %j where its own is %j only if a person is asked whenever the other asks", (theirs, own, why) => {
		expect(beyond({ ...SEAL, approval: theirs }, { ...SEAL, approval: own })).toBe(why);
	});

	test("if it has at least its labels, those of its verb's nature included", () => {
		expect(beyond(SEAL, { ...SEAL, labels: ["private"] })).toBe("");
		expect(beyond({ ...SEAL, labels: ["private", "external"] }, { ...SEAL, labels: ["external"] })).toBe(
			"labels: found external, wanted private too",
		);
		const memory = { verb: "state" };
		expect(beyond({ ...memory, vouched: ["private"] }, memory)).toBe("");
		expect(beyond(memory, { ...memory, vouched: ["private"] })).toBe("labels: found untrusted, wanted private too");
		expect(beyond(memory, { ...memory, vouched: ["private"], labels: ["private"] })).toBe(
			"vouched: found more than the parent's, wanted some of ",
		);
	});

	test.each(["calls", "callsPerMinute"])("if its limit %s is as small, and none is none", (name) => {
		const limited = (most: number) => ({ ...SEAL, limits: { [name]: most } });
		expect(beyond(SEAL, limited(5))).toBe("");
		expect(beyond(limited(5), limited(5))).toBe("");
		expect(beyond(limited(5), limited(6))).toBe(`limits.${name}: found 6, wanted at most 5`);
		expect(beyond(limited(5), SEAL)).toBe(`limits.${name}: found no limit, wanted at most 5`);
		expect(beyond(limited(5), { ...SEAL, limits: {} })).toBe(`limits.${name}: found no limit, wanted at most 5`);
	});

	test.each(["minute", "hour", "day", "month", "lifetime"])("if each dimension of its %s is as small", (window) => {
		const limited = (amounts: object) => ({ ...SEAL, limits: { [window]: amounts } });
		expect(beyond(limited({ usdMicros: 5 }), limited({ usdMicros: 5, tokens: 0 }))).toBe("");
		expect(beyond(limited({}), SEAL)).toBe("");
		expect(beyond(limited({ usdMicros: 5 }), limited({ usdMicros: 6 }))).toBe(`limits.${window}.usdMicros: found 6, wanted at most 5`);
		expect(beyond(limited({ usdMicros: 0 }), limited({ tokens: 5 }))).toBe(`limits.${window}.usdMicros: found no limit, wanted at most 0`);
		expect(beyond(limited({ calls: 5 }), SEAL)).toBe(`limits.${window}.calls: found no limit, wanted at most 5`);
	});
});

describe("of several grants", () => {
	const mail = grantOf({ ...SEAL, methods: ["encrypt"] }, "mail");
	const post = grantOf({ ...SEAL, methods: ["decrypt"] }, "post");

	test("some one must cover another grant alone", () => {
		expect(beyondGrants([mail, post], grantOf({ ...SEAL, methods: ["decrypt"] }, "mail"))).toBe(null);
		expect(beyondGrants([mail, post], grantOf(SEAL, "post"))).toBe(
			"more than the parent's grant post: methods: found more than the parent's, wanted some of decrypt",
		);
		expect(beyondGrants([mail, post], grantOf(SEAL, "other"))).toBe(
			"more than the parent's grant mail: methods: found more than the parent's, wanted some of encrypt",
		);
	});

	test("none covers one of another verb, and no grants cover nothing", () => {
		const wanted = "verb: found crypto.webhook, wanted one that the parent's run has a grant of";
		expect(beyondGrants([mail], grantOf({ verb: "crypto.webhook", secret: "key" }))).toBe(wanted);
		expect(beyondGrants([], grantOf({ verb: "crypto.webhook", secret: "key" }))).toBe(wanted);
	});
});
