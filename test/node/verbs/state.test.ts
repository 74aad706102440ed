import assert from "node:assert/strict";
import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { encodeValue } from "../../../contract/tagged-json.ts";
import { state } from "../../../worker/verbs/state/state.ts";
import { type BoundGrant, NO_RESOURCES, type VerbOutcome } from "../../../worker/verbs/verb.ts";
import { MemoryRunFiles } from "./memory-run-files.ts";
import { MemoryState } from "./memory-state.ts";
import { codeOf, doneValue, invalidMessage, NO_BUDGET, prepared } from "./perform.ts";

const Page = z.object({ entries: z.array(z.object({ key: z.string() })), nextAfter: z.string().nullable() });
const grantOf = (parts: Record<string, unknown> = {}): BoundGrant => state.bind({ verb: "state", ...parts });
const performOn = (grant: BoundGrant, memory: MemoryState, method: string, ...args: unknown[]): VerbOutcome => {
	const call = prepared(grant, method, args);
	if (call.decision.kind === "denied") return { ...call.decision, kind: "failed", cost: {} };
	assert(call.act.where === "object");
	return call.act.perform({ files: new MemoryRunFiles(), state: memory, budget: NO_BUDGET });
};
afterEach(() => {
	vi.useRealTimers();
});

describe("state", () => {
	test("what is put is got back as the value that it was, whatever its kind", () => {
		const memory = new MemoryState();
		const value = {
			at: new Date(0),
			seen: new Map([["a", 1n]]),
			bytes: new Uint8Array([0, 255]),
			set: new Set(["x"]),
			text: "é\0",
			none: null,
		};
		doneValue(performOn(grantOf(), memory, "put", "k", value));
		expect(doneValue(performOn(grantOf(), memory, "get", "k"))).toEqual(value);
		expect(doneValue(performOn(grantOf(), memory, "get", "other"))).toBeNull();
		expect(doneValue(performOn(grantOf(), memory, "getEntry", "other"))).toBeNull();
		doneValue(performOn(grantOf(), memory, "put", "null", null));
		expect(doneValue(performOn(grantOf(), memory, "getEntry", "null"))).toEqual({ value: null, version: 2, expiresAtMs: null });
		expect(doneValue(performOn(grantOf(), memory, "delete", "k"))).toBe(true);
		expect(doneValue(performOn(grantOf(), memory, "delete", "k"))).toBe(false);
	});

	test("compare-and-set writes on the version there is, and fails with conflict on any other", () => {
		const memory = new MemoryState();
		const put = (options: unknown) => performOn(grantOf(), memory, "put", "k", 1, options);
		expect(put({ ifVersion: 1 })).toMatchObject({ code: "conflict", message: 'put: "k": found no entry, wanted version 1' });
		expect(doneValue(put({ ifVersion: null }))).toEqual({ version: 1 });
		expect(put({ ifVersion: null })).toMatchObject({ code: "conflict", message: 'put: "k": found version 1, wanted no entry' });
		expect(doneValue(put({ ifVersion: 1 }))).toEqual({ version: 2 });
		expect(codeOf(put({ ifVersion: 1 }))).toBe("conflict");
		expect(doneValue(put({}))).toEqual({ version: 3 });
		expect(codeOf(performOn(grantOf(), memory, "delete", "k", { ifVersion: 2 }))).toBe("conflict");
		expect(doneValue(performOn(grantOf(), memory, "delete", "k", { ifVersion: 3 }))).toBe(true);
		expect(codeOf(performOn(grantOf(), memory, "delete", "k", { ifVersion: 3 }))).toBe("conflict");
	});

	test("an entry is gone the millisecond its time is over, and may be made anew", () => {
		vi.useFakeTimers({ now: 1_000 });
		const memory = new MemoryState();
		doneValue(performOn(grantOf(), memory, "put", "k", 1, { ttlMs: 500 }));
		expect(doneValue(performOn(grantOf(), memory, "getEntry", "k"))).toEqual({ value: 1, version: 1, expiresAtMs: 1_500 });
		vi.setSystemTime(1_499);
		expect(doneValue(performOn(grantOf(), memory, "get", "k"))).toBe(1);
		vi.setSystemTime(1_500);
		expect(doneValue(performOn(grantOf(), memory, "get", "k"))).toBeNull();
		expect(doneValue(performOn(grantOf(), memory, "put", "k", 2, { ifVersion: null }))).toEqual({ version: 2 });
	});

	test("pages go through all keys of a prefix once, in the order of their bytes", () => {
		const memory = new MemoryState();
		const keys = ["a", "a/1", "a/2", "a/é", "a/\uffee", "a/😀", "a0", "b"];
		for (const key of keys.toReversed()) doneValue(performOn(grantOf(), memory, "put", key, key));
		const seen: string[] = [];
		let after: string | undefined;
		for (let pages = 0; pages < 10; pages += 1) {
			const page = doneValue(performOn(grantOf(), memory, "list", { prefix: "a/", limit: 2, ...(after === undefined ? {} : { after }) }));
			const { entries, nextAfter } = Page.parse(page);
			seen.push(...entries.map(({ key }) => key));
			if (nextAfter === null) break;
			after = nextAfter;
		}
		expect(seen).toEqual(["a/1", "a/2", "a/é", "a/\uffee", "a/😀"]);
		expect(doneValue(performOn(grantOf(), memory, "list", { after: "b" }))).toEqual({ entries: [], nextAfter: null });
	});

	test("a page ends at its bytes, and one entry always fits", () => {
		const memory = new MemoryState();
		const large = "x".repeat(LIMITS.stateValueBytes - 2);
		for (const key of ["a", "b", "c"]) doneValue(performOn(grantOf(), memory, "put", key, large));
		const page = Page.parse(doneValue(performOn(grantOf(), memory, "list")));
		expect([page.entries.map(({ key }) => key), page.nextAfter]).toEqual([["a", "b"], "b"]);
	});

	test("two prefixes see nothing of each other, also where one begins with the other", () => {
		const memory = new MemoryState();
		const [none, short, long] = [grantOf(), grantOf({ prefix: "a" }), grantOf({ prefix: "ab" })];
		doneValue(performOn(short, memory, "put", "bc", "short"));
		doneValue(performOn(long, memory, "put", "c", "long"));
		expect(doneValue(performOn(none, memory, "list"))).toMatchObject({ entries: [] });
		expect(doneValue(performOn(short, memory, "list"))).toMatchObject({ entries: [{ key: "bc", value: "short" }] });
		expect(doneValue(performOn(long, memory, "get", "bc"))).toBeNull();
		expect(doneValue(performOn(none, memory, "get", "abc"))).toBeNull();
		expect(doneValue(performOn(grantOf({ prefix: "ab", mode: "read" }), memory, "get", "c"))).toBe("long");
	});

	test("a grant for reading writes nothing", () => {
		const memory = new MemoryState();
		const reader = grantOf({ mode: "read" });
		expect(reader.methods).toEqual(["get", "getEntry", "list"]);
		for (const [method, ...rest] of [["put", 1], ["delete"]] as const) {
			expect(prepared(reader, method, ["k", ...rest])).toMatchObject({ effect: "write", decision: { code: "capability_not_granted" } });
			const { act } = prepared(reader, method, ["k", ...rest]);
			expect(act.where === "object" && act.perform({ files: new MemoryRunFiles(), state: memory, budget: NO_BUDGET })).toMatchObject({
				kind: "failed",
			});
		}
		expect(reader.declaration(NO_RESOURCES)).not.toContain("put(");
	});

	test("a read gives the run both labels, but for those that the tenant vouches for", () => {
		expect(grantOf().labels).toEqual(["private", "untrusted"]);
		expect(grantOf({ labels: ["external"] }).labels).toEqual(["private", "untrusted", "external"]);
		expect(grantOf({ vouched: ["private"] }).labels).toEqual(["untrusted"]);
		expect(grantOf({ vouched: ["private", "untrusted"] }).labels).toEqual([]);
		expect(grantOf({ vouched: ["private"], labels: ["private"] }).labels).toEqual(["private", "untrusted"]);
		expect([grantOf().lint(), grantOf({ vouched: ["private"] }).lint().length]).toEqual([[], 1]);
	});

	test("each quota of a grant holds at its limit and refuses one over, and a refused write changes nothing", () => {
		const memory = new MemoryState();
		const grant = grantOf({ prefix: "p", limits: { count: 2, totalBytes: 12, valueBytes: 6 } });
		const put = (key: string, value: unknown) => codeOf(performOn(grant, memory, "put", key, value));
		doneValue(performOn(grantOf(), memory, "put", "elsewhere", "counts not"));
		expect(put("a", "four")).toBe("done");
		expect(invalidMessage(grant, "put", ["a", "fivex"])).toContain("at most 6");
		expect(put("b", "fou")).toBe("quota_exceeded");
		expect(put("b", "fo")).toBe("done");
		expect(put("a", "four")).toBe("done");
		expect(put("c", 1)).toBe("quota_exceeded");
		expect(doneValue(performOn(grant, memory, "list"))).toMatchObject({ entries: [{ key: "a" }, { key: "b" }] });
		expect(performOn(grant, memory, "put", "c", 1)).toMatchObject({ message: "put: the grant's 2 entries are there already" });
	});

	test("the agent's own quota is the grant's ceiling", () => {
		const memory = new MemoryState();
		for (let at = 0; at < LIMITS.stateEntries; at += 1) memory.write(String(at), "1", null);
		expect(performOn(grantOf(), memory, "put", "k", 1)).toMatchObject({
			code: "quota_exceeded",
			message: expect.stringContaining("1000 entries"),
		});
	});

	test.each([
		["empty", "", "1 character"],
		["a number", 7, "wanted a key, which is a string"],
		["one byte over", `${"é".repeat(128)}a`, "at most 256 bytes"],
		["a control character", "a\u0001b", "no control"],
		["NUL", "a\0", "no control"],
		["a line separator", "\u2028", "no control"],
		["half a surrogate pair", "\ud800", "half surrogate"],
		["decomposed", "e\u0301", "NFC"],
	])("a key that is %s is refused", (_name, key, wanted) => {
		for (const method of ["get", "getEntry", "delete"]) expect(invalidMessage(grantOf(), method, [key])).toContain(wanted);
		expect(invalidMessage(grantOf(), "put", [key, 1])).toContain(wanted);
	});

	test("a key of the longest length and names of Object's prototype are keys like any other", () => {
		const memory = new MemoryState();
		for (const key of ["é".repeat(128), "__proto__", "constructor", "a b", "%00", "../x"]) {
			doneValue(performOn(grantOf(), memory, "put", key, key));
			expect(doneValue(performOn(grantOf(), memory, "get", key))).toBe(key);
		}
	});

	test("arguments that do not fit are named by their path", () => {
		const grant = grantOf();
		expect(invalidMessage(grant, "put", ["k"])).toContain("put argument 2: found nothing");
		expect(invalidMessage(grant, "put", ["k", "x".repeat(LIMITS.stateValueBytes)])).toContain("at most 65536");
		expect(invalidMessage(grant, "put", ["k", 1, { ttlMs: 0 }])).toContain("put argument 3.ttlMs: found 0");
		expect(invalidMessage(grant, "put", ["k", 1, { ttlMs: LIMITS.stateTtlMs + 1 }])).toContain("argument 3.ttlMs");
		expect(invalidMessage(grant, "put", ["k", 1, { ttlMs: 1.5 }])).toContain("argument 3.ttlMs");
		expect(invalidMessage(grant, "put", ["k", 1, { ifVersion: "1" }])).toContain("argument 3.ifVersion");
		expect(invalidMessage(grant, "put", ["k", 1, { ttl: 1 }])).toContain('the field "ttl"');
		expect(invalidMessage(grant, "delete", ["k", { ifVersion: null }])).toContain("argument 2.ifVersion");
		expect(invalidMessage(grant, "list", [{ limit: LIMITS.statePage.max + 1 }])).toContain("argument 1.limit");
		expect(invalidMessage(grant, "get", ["a", "b"])).toBe("get: found 2 arguments, wanted at most 1");
		expect(invalidMessage(grant, "__proto__", [])).toContain("wanted one of get");
	});

	test("a value that could not be given back in an answer is not taken", () => {
		const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);
		const memory = new MemoryState();
		expect(invalidMessage(grantOf(), "put", ["k", nest(LIMITS.valueDepth - 3)])).toContain("put argument 2");
		doneValue(performOn(grantOf(), memory, "put", "k", nest(LIMITS.valueDepth - 4)));
		for (let at = 0; at < 4; at += 1)
			doneValue(
				performOn(
					grantOf(),
					memory,
					"put",
					`n${at}`,
					Array.from({ length: 32_000 }, () => 1),
				),
			);
		for (const outcome of [performOn(grantOf(), memory, "getEntry", "k"), performOn(grantOf(), memory, "list")]) {
			expect(encodeValue(doneValue(outcome)).kind).toBe("encoded");
		}
	});

	test.each([
		{ prefix: "a\u0001" },
		{ prefix: "x".repeat(LIMITS.statePrefixChars + 1) },
		{ mode: "rw" },
		{ vouched: ["external"] },
		{ extra: 1 },
	])("the grant %j is refused", (parts) => {
		expect(state.grantSchema.safeParse({ verb: "state", ...parts }).success).toBe(false);
	});
});
