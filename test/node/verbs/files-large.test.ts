import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { files } from "../../../worker/verbs/files/files.ts";
import { type BoundGrant, NO_RESOURCES, type VerbOutcome } from "../../../worker/verbs/verb.ts";
import { MemoryContents } from "./memory-contents.ts";
import { MemoryRunFiles } from "./memory-run-files.ts";
import { callContext, codeOf, doneValue, invalidMessage, NO_BUDGET, NO_STATE, prepared } from "./perform.ts";

const OUT = "/workspace/output";
const grantOf = (parts: Record<string, unknown> = {}): BoundGrant =>
	files.bind({ verb: "files", mounts: { "/workspace/input": "read", [OUT]: "write", "/workspace/tmp": "write" }, ...parts });

/** A run of the grant, whose calls act where the gate would let them act. */
class Run {
	readonly contents = new MemoryContents();
	readonly files = new MemoryRunFiles(this.contents);
	readonly parts: Uint8Array[] = [];
	readonly #grant: BoundGrant;

	constructor(grant: BoundGrant = grantOf()) {
		this.#grant = grant;
	}

	async call(method: string, ...args: unknown[]): Promise<VerbOutcome> {
		const { decision, act } = prepared(this.#grant, method, args);
		if (decision.kind === "denied") return { ...decision, kind: "failed", cost: {} };
		const store = { files: this.files, state: NO_STATE, budget: NO_BUDGET };
		const emit = async (value: unknown): Promise<void> => {
			assert(value instanceof Uint8Array);
			this.parts.push(value.slice());
		};
		const context = callContext({ contents: this.contents, emit });
		if (act.where === "host") return act.perform(context);
		assert(act.where === "object");
		return act.otherwise?.when(store) === true ? act.otherwise.perform(context) : act.perform(store);
	}

	async value(method: string, ...args: unknown[]): Promise<unknown> {
		return doneValue(await this.call(method, ...args));
	}

	/** A handle of so many bytes, each its place modulo 251. */
	async handle(bytes: number): Promise<{ handle: string }> {
		const stored = await this.contents.store(pattern(bytes), { type: "text/csv", mostBytes: LIMITS.contentBytes });
		assert(stored.kind === "stored");
		return stored.handle;
	}
}
const pattern = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, at) => at % 251);

describe("a file whose content lies in the store", () => {
	test("is read like any other while it fits an answer, and one byte over names its size and the ways", async () => {
		const run = new Run();
		await run.value("write", `${OUT}/fits`, await run.handle(LIMITS.fileBytes));
		expect(await run.value("readBytes", `${OUT}/fits`)).toEqual(pattern(LIMITS.fileBytes));
		await run.value("write", `${OUT}/over`, await run.handle(LIMITS.fileBytes + 1));
		for (const method of ["readText", "readJson", "readBytes"]) {
			const refused = await run.call(method, `${OUT}/over`);
			expect(refused).toMatchObject({
				code: "response_too_large",
				message: expect.stringContaining("2097153 bytes, wanted at most 2097152"),
			});
			expect(refused).toMatchObject({ hint: expect.stringMatching(/read\(.*stream\(.*handle\(/) });
		}
		expect(await run.value("stat", `${OUT}/over`)).toMatchObject({ kind: "file", bytes: LIMITS.fileBytes + 1 });
		expect(await run.value("list", OUT)).toMatchObject([{ path: `${OUT}/fits` }, { path: `${OUT}/over`, bytes: LIMITS.fileBytes + 1 }]);
		expect(await run.value("exists", `${OUT}/over`)).toBe(true);
	});

	test("gives its text and its JSON", async () => {
		const run = new Run();
		const stored = await run.contents.store(new TextEncoder().encode('{"a":[1]}'), { type: "application/json", mostBytes: 100 });
		assert(stored.kind === "stored");
		await run.value("write", `${OUT}/a.json`, stored.handle);
		expect(await run.value("readJson", `${OUT}/a.json`)).toEqual({ a: [1] });
		expect(await run.value("readText", `${OUT}/a.json`)).toBe('{"a":[1]}');
	});

	test("is copied, moved, replaced and deleted, but not appended to", async () => {
		const run = new Run();
		await run.value("write", `${OUT}/a`, await run.handle(10));
		expect(await run.call("append", `${OUT}/a`, "x")).toMatchObject({ code: "file_denied", message: expect.stringContaining("10 bytes") });
		await run.value("copy", `${OUT}/a`, `${OUT}/b`);
		await run.value("move", `${OUT}/a`, `${OUT}/c`);
		expect(await run.value("list", OUT)).toMatchObject([
			{ path: `${OUT}/b`, bytes: 10 },
			{ path: `${OUT}/c`, bytes: 10 },
		]);
		expect(await run.value("readBytes", `${OUT}/c`)).toEqual(pattern(10));
		await run.value("writeText", `${OUT}/c`, "x");
		expect(await run.value("readText", `${OUT}/c`)).toBe("x");
		expect(await run.value("delete", `${OUT}/b`)).toBe(true);
	});
});

describe("reading a part", () => {
	test.each([["in the object"], ["in the store"]])("gives what there is of it, of a file %s", async (where) => {
		const run = new Run();
		await run.value("write", `${OUT}/a`, where === "in the store" ? await run.handle(1_000) : pattern(1_000));
		const read = (range: unknown) => run.value("read", `${OUT}/a`, range);
		expect(await read({ offset: 10, length: 5 })).toEqual(pattern(1_000).slice(10, 15));
		expect(await read({ offset: 990, length: 50 })).toEqual(pattern(1_000).slice(990));
		expect(await read({ offset: 1_000 })).toEqual(new Uint8Array(0));
		expect(await read({ offset: 5_000, length: 1 })).toEqual(new Uint8Array(0));
		expect(await read({})).toEqual(pattern(1_000));
	});

	test("takes whole numbers up to an answer's size and names what does not fit", async () => {
		expect(invalidMessage(grantOf(), "read", ["/workspace/tmp/a", { offset: -1 }])).toContain("argument 2.offset: found -1");
		expect(invalidMessage(grantOf(), "read", ["/workspace/tmp/a", { length: LIMITS.fileBytes + 1 }])).toContain("at most 2097152");
		expect(invalidMessage(grantOf(), "read", ["/workspace/tmp/a", { length: 0 }])).toContain("argument 2.length: found 0");
		expect(invalidMessage(grantOf(), "read", ["/workspace/tmp/a", { size: 1 }])).toContain('the field "size"');
		expect(codeOf(await new Run().call("read", "/workspace/tmp/a", {}))).toBe("file_not_found");
	});
});

describe("streaming a file", () => {
	test("gives all of it in parts of one size, the last one shorter, and how much it was", async () => {
		const run = new Run();
		const bytes = LIMITS.streamPartBytes * 2 + 3;
		await run.value("write", `${OUT}/a`, await run.handle(bytes));
		expect(await run.value("stream", `${OUT}/a`)).toEqual({ bytes });
		expect(run.parts.map((part) => part.length)).toEqual([LIMITS.streamPartBytes, LIMITS.streamPartBytes, 3]);
		expect(Buffer.compare(Buffer.concat(run.parts), pattern(bytes))).toBe(0);
		await run.value("write", `${OUT}/empty`, "");
		expect(await run.value("stream", `${OUT}/empty`)).toEqual({ bytes: 0 });
		expect(codeOf(await run.call("stream", `${OUT}/none`))).toBe("file_not_found");
		expect(grantOf().streams).toEqual(["stream"]);
	});

	test("ends when the call's time is over, and when nobody reads on", async () => {
		const run = new Run();
		await run.value("write", `${OUT}/a`, await run.handle(1_000_000));
		const { act } = prepared(grantOf(), "stream", [`${OUT}/a`]);
		assert(act.where === "host");
		const aborted = callContext({ contents: run.contents, signal: AbortSignal.abort() });
		expect(await act.perform(aborted)).toMatchObject({
			code: "upstream_timeout",
			message: expect.stringContaining("of the 1000000 bytes"),
		});
		const unread = callContext({ contents: run.contents, emit: () => Promise.reject(new Error("nobody reads")) });
		expect(await act.perform(unread)).toMatchObject({ code: "upstream_timeout", message: expect.stringContaining("0 of the 1000000") });
	});
});

describe("a handle", () => {
	test("of a file stands for its bytes as they were, in the object or in the store", async () => {
		const run = new Run();
		await run.value("writeText", `${OUT}/a`, "before");
		const made = await run.value("handle", `${OUT}/a`, { type: "text/plain" });
		expect(made).toEqual({ handle: expect.stringMatching(/^hdl_/), bytes: 6, type: "text/plain" });
		await run.value("writeText", `${OUT}/a`, "after");
		await run.value("write", `${OUT}/b`, made);
		expect(await run.value("readText", `${OUT}/b`)).toBe("before");
		const again = await run.value("readBytes", `${OUT}/b`, { as: "handle" });
		expect(again).toMatchObject({ bytes: 6, type: "application/octet-stream" });
		await run.value("write", `${OUT}/c`, again);
		expect(await run.value("readText", `${OUT}/c`)).toBe("before");
		expect(codeOf(await run.call("handle", `${OUT}/none`))).toBe("file_not_found");
	});

	test("that the run does not have is refused in words", async () => {
		const run = new Run();
		for (const handle of ["hdl_other", "", "../x"]) {
			expect(await run.call("write", `${OUT}/a`, { handle })).toMatchObject({
				code: "invalid_arguments",
				message: "write argument 2.handle: there is no such handle in this run",
			});
		}
		expect(await run.value("exists", `${OUT}/a`)).toBe(false);
		expect(invalidMessage(grantOf(), "write", [`${OUT}/a`, { handle: 7 }])).toContain("argument 2");
		expect(invalidMessage(grantOf(), "write", [`${OUT}/a`, 7])).toContain("wanted text");
		expect(invalidMessage(grantOf(), "handle", [`${OUT}/a`, { type: "a\r\nb: c" }])).toContain("media type");
		expect(invalidMessage(grantOf(), "readBytes", [`${OUT}/a`, { as: "text" }])).toContain("argument 2.as");
	});

	test("does not take a directory's place, nor a path in a read mount", async () => {
		const run = new Run();
		const handle = await run.handle(1);
		await run.value("writeText", `${OUT}/d/a`, "x");
		expect(codeOf(await run.call("write", `${OUT}/d`, handle))).toBe("file_denied");
		expect(codeOf(await run.call("write", `${OUT}/d/a/b`, handle))).toBe("file_denied");
		expect(codeOf(await run.call("write", "/workspace/input/a", handle))).toBe("file_denied");
	});
});

describe("appending, copying and moving", () => {
	test("append creates and adds, up to a file's size", async () => {
		const run = new Run();
		await run.value("append", `${OUT}/log`, "a\n");
		await run.value("append", `${OUT}/log`, new TextEncoder().encode("b\n"));
		expect(await run.value("readText", `${OUT}/log`)).toBe("a\nb\n");
		await run.value("writeBytes", `${OUT}/big`, new Uint8Array(LIMITS.fileBytes - 1));
		await run.value("append", `${OUT}/big`, "x");
		expect(await run.call("append", `${OUT}/big`, "x")).toMatchObject({
			code: "quota_exceeded",
			message: expect.stringContaining("2097153"),
		});
	});

	test("both paths are decided by the mounts", async () => {
		const run = new Run();
		run.files.write("/workspace/input/a", pattern(3));
		await run.value("copy", "/workspace/input/a", `${OUT}/a`);
		expect(await run.value("readBytes", `${OUT}/a`)).toEqual(pattern(3));
		expect(codeOf(await run.call("move", "/workspace/input/a", `${OUT}/b`))).toBe("file_denied");
		expect(codeOf(await run.call("copy", `${OUT}/a`, "/workspace/input/b"))).toBe("file_denied");
		expect(codeOf(await run.call("copy", "/workspace/../etc/passwd", `${OUT}/b`))).toBe("file_denied");
		expect(prepared(grantOf(), "copy", ["/workspace/input/a", `${OUT}/b`]).decision).toMatchObject({
			rule: "read in /workspace/input, write in /workspace/output",
		});
		for (const method of ["copy", "move"]) {
			expect(codeOf(await run.call(method, `${OUT}/none`, `${OUT}/x`))).toBe("file_not_found");
			await run.value(method, `${OUT}/a`, `${OUT}/a`);
			expect(codeOf(await run.call(method, `${OUT}/a`, `${OUT}/a/b`))).toBe(method === "copy" ? "file_denied" : "done");
		}
	});

	test("the grant's limits count what they make, stored content too, at the limit and one over", async () => {
		const run = new Run(grantOf({ limits: { fileBytes: 3_000_000, totalBytes: 5_000_000, count: 2 } }));
		expect(codeOf(await run.call("write", `${OUT}/a`, await run.handle(3_000_001)))).toBe("quota_exceeded");
		await run.value("write", `${OUT}/a`, await run.handle(3_000_000));
		expect(await run.call("copy", `${OUT}/a`, `${OUT}/b`)).toMatchObject({
			code: "quota_exceeded",
			message: expect.stringContaining("6000000 bytes"),
		});
		await run.value("write", `${OUT}/b`, await run.handle(2_000_000));
		expect(codeOf(await run.call("append", `${OUT}/c`, ""))).toBe("quota_exceeded");
		await run.value("move", `${OUT}/a`, "/workspace/tmp/a");
		expect(codeOf(await run.call("writeText", `${OUT}/a`, ""))).toBe("quota_exceeded");
		await run.value("delete", "/workspace/tmp/a");
		await run.value("writeText", `${OUT}/a`, "x");
	});

	test("a grant may have all that a run may, and not more", () => {
		const most = LIMITS.fileTotalBytes + LIMITS.contentTotalBytes;
		const fits = (limits: unknown) => files.grantSchema.safeParse({ verb: "files", mounts: { "/workspace": "write" }, limits }).success;
		expect([fits({ totalBytes: most }), fits({ totalBytes: most + 1 })]).toEqual([true, false]);
		expect([fits({ fileBytes: LIMITS.contentBytes }), fits({ fileBytes: LIMITS.contentBytes + 1 })]).toEqual([true, false]);
		expect(grantOf().declaration(NO_RESOURCES)).toContain(`at most ${LIMITS.contentBytes} bytes, and at most ${LIMITS.fileBytes} when`);
	});
});
