import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { makeHoneytoken } from "../../../worker/leaks/honeytoken.ts";
import { searchContent } from "../../../worker/leaks/search-content.ts";
import { SentPieces } from "../../../worker/leaks/sent-pieces.ts";
import { NOTHING_SOUGHT, seekCanaries } from "../../../worker/leaks/sought.ts";

const TOKEN = makeHoneytoken("a").tokens[1] ?? "";
const CANARY = seekCanaries([TOKEN]);
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
/** Content of dots with a text in it, in parts of a size. */
const content = (bytes: number, at: number, text: string, part: number): ReadableStream<Uint8Array> => {
	const all = new Uint8Array(bytes).fill(0x2e);
	all.set(bytesOf(text), at);
	let from = 0;
	return new ReadableStream({
		pull: (controller) => {
			if (from >= all.length) controller.close();
			else controller.enqueue(all.slice(from, from + part));
			from += part;
		},
	});
};

describe("content that a call sends by its handle", () => {
	const { contentBlockBytes: BLOCK, contentFormsBytes: FORMS } = LIMITS;
	test.each([
		["at its beginning", 100, 0],
		["at its end", 100, 100 - TOKEN.length],
		["across two blocks", BLOCK + 100, BLOCK - 20],
		["across two later blocks", 3 * BLOCK, 2 * BLOCK - LIMITS.contentOverlapBytes - 20],
		["past what is searched in all forms", FORMS + 2 * BLOCK, FORMS + BLOCK],
	])("is searched %s, however it comes", async (_where, bytes, at) => {
		for (const part of [7_919, BLOCK, 4 * BLOCK])
			expect(await searchContent(content(bytes, at, TOKEN, part), [NOTHING_SOUGHT, CANARY])).toBe(CANARY);
	});

	test("is searched for what is encoded in its first part, and for what is plain or escaped after it", async () => {
		const found = async (at: number, text: string): Promise<boolean> =>
			(await searchContent(content(FORMS + 2 * BLOCK, at, text, BLOCK), [CANARY])) !== null;
		expect([
			await found(10, btoa(TOKEN)),
			await found(FORMS + BLOCK, btoa(TOKEN)),
			await found(FORMS + BLOCK, [...TOKEN].join("%20")),
		]).toEqual([true, false, true]);
	});
});

describe("pieces of several calls", () => {
	const DECODER = new TextDecoder();
	const sentAs = (texts: readonly string[], sent = new SentPieces()): string | null =>
		texts.reduce<string | null>((_, text, index) => {
			const pieces = sent.add("run web fetch", `${index}`, bytesOf(text));
			return pieces === null ? null : DECODER.decode(pieces);
		}, null);

	test("are what differs between them, one after the other", () => {
		expect(sentAs(["a?c=t&z", "a?c=o&z", "a?c=k&z", "a?c=en&z"])).toBe("token");
		expect(sentAs(["a?c=t&z"])).toBeNull();
		expect(sentAs(["same", "same"])).toBe("");
	});

	test("of a call that comes again are there once, and of the same text sent twice, twice", () => {
		const sent = new SentPieces();
		sent.add("s", "1", bytesOf("x=a"));
		for (const _ of [1, 2, 3]) expect(DECODER.decode(sent.add("s", "2", bytesOf("x=b")) ?? bytesOf("none"))).toBe("ab");
		expect(DECODER.decode(sent.add("s", "3", bytesOf("x=b")) ?? bytesOf("none"))).toBe("abb");
	});

	test("are kept apart by run and method, and no more of them than the limits say", () => {
		const sent = new SentPieces();
		for (let index = 0; index < LIMITS.sentStreams + 1; index += 1) sent.add(`s${index}`, "1", bytesOf("a"));
		expect(sent.add("s0", "2", bytesOf("b"))).toBeNull();
		expect(sent.add(`s${LIMITS.sentStreams}`, "2", bytesOf("b"))).not.toBeNull();
		expect(sent.add("s0", "3", bytesOf("x".repeat(LIMITS.sentBytes + 1)))).toBeNull();
		expect(sentAs(Array.from({ length: LIMITS.sentCalls + 1 }, (_, index) => `a${String.fromCharCode(0x30 + index)}`))).toHaveLength(
			LIMITS.sentCalls,
		);
	});
});
