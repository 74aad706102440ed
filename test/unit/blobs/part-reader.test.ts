import { describe, expect, it } from "vitest";
import { readParts } from "../../../worker/blobs/part-reader.ts";

const PART_BYTES = 1_000;
const CHUNK_BYTES = 300;

/** A body as it comes from the network, or one that was made of values. */
const bodyOf = (bytes: number, fromNetwork: boolean): ReadableStream<Uint8Array> => {
	const chunks = Array.from({ length: Math.ceil(bytes / CHUNK_BYTES) }, (_, at) =>
		new Uint8Array(Math.min(CHUNK_BYTES, bytes - at * CHUNK_BYTES)).fill(at + 1),
	);
	const made = new ReadableStream<Uint8Array>({
		start: (controller) => {
			for (const chunk of chunks) controller.enqueue(chunk);
			controller.close();
		},
	});
	return fromNetwork ? made.pipeThrough(new IdentityTransformStream()) : made;
};

describe.each([
	["from the network", true],
	["made of values", false],
])("reading a body %s in parts", (_, fromNetwork) => {
	it.each([0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, PART_BYTES * 3])(
		"gives all %i bytes, in order, a part at a time",
		async (bytes) => {
			const reader = readParts(bodyOf(bytes, fromNetwork), PART_BYTES);
			const whole: number[] = [];
			for (let isLast = false; !isLast; ) {
				const next = await reader.next(PART_BYTES);
				isLast = next.isLast;
				if (!isLast) expect(next.part.length).toBe(PART_BYTES);
				whole.push(...next.part);
			}
			expect(whole).toEqual(Array.from({ length: bytes }, (_byte, at) => Math.floor(at / CHUNK_BYTES) + 1));
		},
	);

	it("gives no more than it is asked for", async () => {
		const reader = readParts(bodyOf(PART_BYTES, fromNetwork), PART_BYTES);
		expect((await reader.next(7)).part.length).toBe(7);
		expect(Array.from((await reader.next(5)).part)).toEqual([1, 1, 1, 1, 1]);
	});
});
