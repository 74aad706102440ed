import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { coveringMount, isWithin } from "../../../worker/verbs/files/covering-mount.ts";
import { files } from "../../../worker/verbs/files/files.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { MemoryRunFiles } from "./memory-run-files.ts";
import { codeOf, doneValue, invalidMessage, NO_BUDGET, NO_STATE, performOnFiles, prepared } from "./perform.ts";

const grantOf = (parts: Record<string, unknown> = {}) =>
	files.bind({ verb: "files", mounts: { "/workspace/input": "read", "/workspace/output": "write" }, ...parts });
const decisionOn = (path: string, method = "readText") => prepared(grantOf(), method, [path]).decision;

describe("files", () => {
	test("what is written is read back as text, JSON and bytes", () => {
		const run = new MemoryRunFiles();
		const grant = grantOf();
		doneValue(performOnFiles(grant, run, "writeText", "/workspace/output/a.txt", "\uFEFFhé"));
		expect(doneValue(performOnFiles(grant, run, "readText", "/workspace/output/a.txt"))).toBe("\uFEFFhé");
		doneValue(performOnFiles(grant, run, "writeJson", "/workspace/output/a.json", { a: [1, null, "x"], at: new Date(0) }));
		expect(doneValue(performOnFiles(grant, run, "readJson", "/workspace/output/a.json"))).toEqual({
			a: [1, null, "x"],
			at: "1970-01-01T00:00:00.000Z",
		});
		doneValue(performOnFiles(grant, run, "writeBytes", "/workspace/output/d/b", new Uint8Array([0, 255])));
		expect(doneValue(performOnFiles(grant, run, "readBytes", "/workspace/output/d/b"))).toEqual(new Uint8Array([0, 255]));
		expect(doneValue(performOnFiles(grant, run, "list", "/workspace/output"))).toHaveLength(3);
		expect(doneValue(performOnFiles(grant, run, "list", "/workspace/output/d"))).toEqual([
			{ path: "/workspace/output/d/b", bytes: 2, modifiedAtMs: 3 },
		]);
		expect(doneValue(performOnFiles(grant, run, "stat", "/workspace/output/d"))).toEqual({
			path: "/workspace/output/d",
			kind: "directory",
			bytes: 2,
			modifiedAtMs: 3,
		});
		expect(doneValue(performOnFiles(grant, run, "stat", "/workspace/output/d/b"))).toMatchObject({ kind: "file", bytes: 2 });
		expect(doneValue(performOnFiles(grant, run, "exists", "/workspace/output/d"))).toBe(true);
		expect(doneValue(performOnFiles(grant, run, "exists", "/workspace/output/dd"))).toBe(false);
		expect(doneValue(performOnFiles(grant, run, "delete", "/workspace/output/d/b"))).toBe(true);
		expect(doneValue(performOnFiles(grant, run, "delete", "/workspace/output/d/b"))).toBe(false);
		expect(doneValue(performOnFiles(grant, run, "list", "/workspace/input"))).toEqual([]);
	});

	test("a handle's id as text is no content: the handle was meant", () => {
		const id = newId("hdl");
		expect(invalidMessage(grantOf(), "write", ["/workspace/output/a", id])).toBe(
			"write argument 2: found a handle's id, wanted the handle itself, not its text",
		);
		for (const [method, text] of [
			["write", `${id} `],
			["write", id.slice(0, -1)],
			["writeText", id],
		] as const)
			expect(prepared(grantOf(), method, ["/workspace/output/a", text]).decision.kind, text).toBe("allowed");
	});

	test("a missing file, a directory and a file in a directory's place are told apart", () => {
		const run = new MemoryRunFiles();
		run.write("/workspace/input/d/a", new Uint8Array([1]));
		for (const method of ["readText", "readJson", "readBytes", "stat"]) {
			expect(codeOf(performOnFiles(grantOf(), run, method, "/workspace/input/x"))).toBe("file_not_found");
		}
		expect(performOnFiles(grantOf(), run, "readText", "/workspace/input/d")).toMatchObject({
			message: expect.stringContaining("is a directory"),
		});
		expect(performOnFiles(grantOf(), run, "list", "/workspace/input/d/a")).toMatchObject({ message: expect.stringContaining("is a file") });
	});

	test("a file never takes a directory's place, nor a directory a file's", () => {
		const run = new MemoryRunFiles();
		doneValue(performOnFiles(grantOf(), run, "writeText", "/workspace/output/a/b", "x"));
		expect(codeOf(performOnFiles(grantOf(), run, "writeText", "/workspace/output/a", "x"))).toBe("file_denied");
		expect(codeOf(performOnFiles(grantOf(), run, "writeText", "/workspace/output/a/b/c", "x"))).toBe("file_denied");
		expect(codeOf(performOnFiles(grantOf(), run, "writeText", "/workspace/output/ab", "x"))).toBe("done");
	});

	test("bytes that are not UTF-8 are refused as text, with a hint at readBytes", () => {
		const run = new MemoryRunFiles();
		run.write("/workspace/input/b", new Uint8Array([0xff, 0x41]));
		run.write("/workspace/input/c", new TextEncoder().encode("{"));
		run.write("/workspace/input/deep", new TextEncoder().encode("[".repeat(65) + "]".repeat(65)));
		for (const method of ["readText", "readJson"]) {
			expect(performOnFiles(grantOf(), run, method, "/workspace/input/b")).toMatchObject({
				code: "invalid_arguments",
				hint: expect.stringContaining("readBytes"),
			});
		}
		expect(codeOf(performOnFiles(grantOf(), run, "readJson", "/workspace/input/c"))).toBe("invalid_arguments");
		expect(codeOf(performOnFiles(grantOf(), run, "readJson", "/workspace/input/deep"))).toBe("invalid_arguments");
	});

	test.each([
		["relative", "workspace/input/a"],
		["empty", ""],
		["the root", "/"],
		["a parent", "/workspace/input/../output/a"],
		["a parent at the end", "/workspace/input/.."],
		["a dot", "/workspace/input/./a"],
		["an empty segment", "/workspace/input//a"],
		["a trailing slash", "/workspace/input/"],
		["a backslash", "/workspace/input/..\\a"],
		["NUL", "/workspace/input/a\0"],
		["CR LF", "/workspace/input/a\r\nb"],
		["DEL", "/workspace/input/a\x7f"],
		["C1 control", "/workspace/input/a\x85"],
		["line separator", "/workspace/input/a\u2028"],
		["decomposed", "/workspace/input/e\u0301"],
		["half a surrogate pair", "/workspace/input/\ud800"],
		["a longer name", "/workspace/inputx"],
		["a longer name's file", "/workspace/inputx/a"],
		["a prefix", "/workspace/inpu"],
		["the parent of mounts", "/workspace"],
		["another case", "/workspace/Input/a"],
		["a Cyrillic letter", "/workspace/іnput/a"],
		["elsewhere", "/etc/passwd"],
		["encoded slash", "/workspace%2finput/a"],
		["double slash in front", "//workspace/input/a"],
		["URL", "file:///workspace/input/a"],
	])("a path with %s is denied", (_name, path) => {
		expect(decisionOn(path)).toMatchObject({ kind: "denied", code: "file_denied" });
		const call = prepared(grantOf(), "readText", [path]);
		expect(
			call.act.where === "object" && call.act.perform({ files: new MemoryRunFiles(), state: NO_STATE, budget: NO_BUDGET }),
		).toMatchObject({
			kind: "failed",
			code: "file_denied",
		});
	});

	test("percent signs are characters of a name and nothing else", () => {
		expect(decisionOn("/workspace/input/%2e%2e/%2e%2e/etc")).toMatchObject({ kind: "allowed", rule: "read in /workspace/input" });
		expect(decisionOn("/workspace/input/...")).toMatchObject({ kind: "allowed" });
	});

	test("a path and a segment are taken at their limits and refused one over", () => {
		const segment = `${"é".repeat(127)}a`;
		expect(decisionOn(`/workspace/input/${segment}`).kind).toBe("allowed");
		expect(decisionOn(`/workspace/input/${segment}a`).kind).toBe("denied");
		const path = `/workspace/input/${"a".repeat(200)}/${"b".repeat(200)}/`;
		expect(decisionOn(path.padEnd(LIMITS.pathChars, "c")).kind).toBe("allowed");
		expect(decisionOn(path.padEnd(LIMITS.pathChars + 1, "c")).kind).toBe("denied");
	});

	test("a read mount refuses every writing method, a write mount may be read", () => {
		for (const [method, ...rest] of [["writeText", "x"], ["writeJson", 1], ["writeBytes", new Uint8Array(1)], ["delete"]] as const) {
			expect(prepared(grantOf(), method, ["/workspace/input/a", ...rest])).toMatchObject({
				effect: "write",
				decision: { code: "file_denied" },
			});
			expect(prepared(grantOf(), method, ["/workspace/output/a", ...rest]).decision.kind).toBe("allowed");
		}
		expect(decisionOn("/workspace/output/a").kind).toBe("allowed");
	});

	test("the longest mount decides", () => {
		const grant = grantOf({ mounts: { "/workspace": "write", "/workspace/input": "read", "/workspace/input/tmp": "write" } });
		const kinds = ["/workspace/a", "/workspace/input/a", "/workspace/input/tmp/a", "/workspace/input/tmpx"].map(
			(path) => prepared(grant, "delete", [path]).decision.kind,
		);
		expect(kinds).toEqual(["allowed", "denied", "allowed", "denied"]);
		expect(grant.lint()).toHaveLength(1);
	});

	test.each([
		{},
		{ "/": "read" },
		{ "/etc": "read" },
		{ "/workspacex": "read" },
		{ "/workspace/": "read" },
		{ "/workspace/../etc": "read" },
		{ workspace: "read" },
		{ "/workspace": "rw" },
	])("the mounts %j are refused by the grant's schema", (mounts) => {
		expect(files.grantSchema.safeParse({ verb: "files", mounts }).success).toBe(false);
	});

	test("a grant has at most so many mounts, and no field that is not its own", () => {
		const mounts = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`/workspace/${index}`, "read"]));
		expect(files.grantSchema.safeParse({ verb: "files", mounts: mounts(LIMITS.mountsPerGrant) }).success).toBe(true);
		expect(files.grantSchema.safeParse({ verb: "files", mounts: mounts(LIMITS.mountsPerGrant + 1) }).success).toBe(false);
		expect(files.grantSchema.safeParse({ verb: "files", mounts: mounts(1), extra: 1 }).success).toBe(false);
		expect(files.grantSchema.safeParse({ verb: "files", mounts: mounts(1), limits: { extra: 1 } }).success).toBe(false);
	});

	test("arguments that do not fit are named by their path", () => {
		const grant = grantOf();
		expect(invalidMessage(grant, "readText", [7])).toBe("readText argument 1: found 7, wanted a path, which is a string");
		expect(invalidMessage(grant, "readText", [])).toContain("found nothing");
		expect(invalidMessage(grant, "readText", ["/a", "b"])).toBe("readText: found 2 arguments, wanted at most 1");
		expect(invalidMessage(grant, "writeText", ["/workspace/output/a", {}])).toContain("argument 2: found an object, wanted a string");
		expect(invalidMessage(grant, "writeText", ["/workspace/output/a", "\ud800"])).toContain("half surrogate");
		expect(invalidMessage(grant, "writeBytes", ["/workspace/output/a", "x"])).toContain("wanted a Uint8Array");
		expect(invalidMessage(grant, "constructor", [])).toContain("wanted one of readText");
		expect(invalidMessage(grant, "__proto__", [])).toContain("wanted one of readText");
	});

	test.each([
		["a Map", { a: [new Map()] }, "a[0]: found a Map"],
		["NaN", [Number.NaN], "[0]: found NaN"],
		["a BigInt", 1n, "found a BigInt"],
		["bytes", { b: new Uint8Array(1) }, ".b: found bytes"],
		["undefined", undefined, "found nothing"],
		["undefined in an array", [undefined], "[0]: found nothing"],
		["an invalid Date", new Date(Number.NaN), "an invalid Date"],
		["a Set", new Set(), "a Set"],
	])("writeJson refuses %s, which JSON would lose", (_name, value, message) => {
		expect(invalidMessage(grantOf(), "writeJson", ["/workspace/output/a", value])).toContain(message);
	});

	test("each quota holds at its limit and refuses one over, and a refused write changes nothing", () => {
		const run = new MemoryRunFiles();
		run.write("/workspace/input/big", new Uint8Array(100));
		const grant = grantOf({ limits: { fileBytes: 6, totalBytes: 10, count: 2 } });
		const write = (name: string, bytes: number) =>
			codeOf(performOnFiles(grant, run, "writeBytes", `/workspace/output/${name}`, new Uint8Array(bytes)));
		expect(write("a", 7)).toBe("quota_exceeded");
		expect(write("a", 6)).toBe("done");
		expect(write("b", 5)).toBe("quota_exceeded");
		expect(write("b", 4)).toBe("done");
		expect(write("c", 0)).toBe("quota_exceeded");
		expect(write("a", 6)).toBe("done");
		expect(run.list("/workspace/output/").map((entry) => entry.bytes)).toEqual([6, 4]);
	});

	test("the run's own quota is the grant's ceiling", () => {
		const run = new MemoryRunFiles();
		for (let index = 0; index < LIMITS.filesPerRun; index += 1) run.write(`/workspace/input/${index}`, new Uint8Array(0));
		expect(codeOf(performOnFiles(grantOf(), run, "writeText", "/workspace/output/a", ""))).toBe("quota_exceeded");
		expect(codeOf(performOnFiles(grantOf(), run, "writeBytes", "/workspace/output/a", new Uint8Array(LIMITS.fileBytes + 1)))).toBe(
			"quota_exceeded",
		);
	});

	test("no path outside the mounts is ever covered, whatever string it is", () => {
		const part = fc.oneof(
			fc.constantFrom("..", ".", "", "input", "output", "workspace", "/", "\\", "%2e%2e", "\0", "e\u0301"),
			fc.string({ unit: "grapheme" }),
			fc.string({ unit: "binary" }),
		);
		const path = fc.oneof(
			fc.array(part, { maxLength: 8 }).map((parts) => `/${parts.join("/")}`),
			fc.array(part, { maxLength: 8 }).map((parts) => `/workspace/input/${parts.join("/")}`),
			fc.array(part, { maxLength: 5 }).map((parts) => parts.join("")),
		);
		const mounts = ["/workspace/input", "/workspace/output"];
		fc.assert(
			fc.property(path, (text) => {
				if (decisionOn(text).kind === "denied") return;
				// A second reading of the path, by the URL parser, which resolves dots and slashes in its own way.
				const resolved = new URL(`file://${text.split("/").map(encodeURIComponent).join("/")}`).pathname
					.split("/")
					.map(decodeURIComponent)
					.join("/");
				expect(resolved).toBe(text);
				expect(mounts.some((mount) => text === mount || text.startsWith(`${mount}/`))).toBe(true);
			}),
			{ numRuns: 3_000 },
		);
	});

	test("the longest mount decides in whatever order the mounts are given", () => {
		const shallow = { path: "/a", mode: "write" } as const;
		const deep = { path: "/a/b", mode: "read" } as const;
		expect(coveringMount([shallow, deep], "/a/b/c")).toBe(deep);
		expect(coveringMount([deep, shallow], "/a/b/c")).toBe(deep);
	});

	test("a mount covers itself and what is below it", () => {
		expect(isWithin("/a", "/a")).toBe(true);
		expect(isWithin("/ab", "/a")).toBe(false);
		expect(coveringMount([{ path: "/a", mode: "read" }], "/b")).toBeNull();
	});

	test("the declaration names the mounts, and the labels are the grant's", () => {
		const grant = grantOf({ labels: ["private"], mounts: { "/workspace/*/x": "read" } });
		expect(grant.declaration(NO_RESOURCES)).toContain("/workspace/*\\/x: read only");
		expect(grant.labels).toEqual(["private"]);
		expect(grantOf().labels).toEqual([]);
	});
});
