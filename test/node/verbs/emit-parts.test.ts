import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { emitParts } from "../../../worker/verbs/http-fetch/emit-parts.ts";

const { bytes: GATHERED, ms: PAUSE } = LIMITS.streamGather;
const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(7);

/** Parts to a reader who takes each at once; `sent` has the size of each. */
const start = () => {
	const sent: number[] = [];
	const emit = async (value: unknown): Promise<void> => {
		sent.push(value instanceof Uint8Array ? value.length : -1);
	};
	return { sent, parts: emitParts({ emit }, LIMITS.streamPartBytes) };
};

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

test("the first part and one after a pause go at once; one that comes sooner waits no longer than the pause", async () => {
	const { sent, parts } = start();
	await parts.take(bytes(1));
	expect(sent).toEqual([1]);
	await vi.advanceTimersByTimeAsync(PAUSE);
	await parts.take(bytes(2));
	expect(sent).toEqual([1, 2]);
	await parts.take(bytes(3));
	await vi.advanceTimersByTimeAsync(PAUSE - 1);
	expect(sent).toEqual([1, 2]);
	await vi.advanceTimersByTimeAsync(1);
	expect(sent).toEqual([1, 2, 3]);
	await parts.end();
});

test("a hundred thousand tiny parts at once become a part for each streamGather.bytes", async () => {
	const { sent, parts } = start();
	for (let index = 0; index < 100_000; index += 1) await parts.take(bytes(15));
	await parts.end();
	expect(sent.reduce((sum, size) => sum + size, 0)).toBe(1_500_000);
	expect(sent.length).toBeLessThanOrEqual(2 + Math.ceil(1_500_000 / GATHERED));
});

test("a part that is large enough waits for nothing, and the end sends what is left without a pause", async () => {
	const { sent, parts } = start();
	await parts.take(bytes(1));
	await parts.take(bytes(GATHERED - 1));
	expect(sent).toEqual([1]);
	await parts.take(bytes(1));
	expect(sent).toEqual([1, GATHERED]);
	await parts.take(bytes(LIMITS.streamPartBytes - 1));
	await parts.take(bytes(5));
	await parts.end();
	expect(sent).toEqual([1, GATHERED, LIMITS.streamPartBytes - 1, 5]);
	expect(vi.getTimerCount()).toBe(0);
});

test("no part is larger than mostBytes where small ones wait for company", async () => {
	const { sent, parts } = start();
	for (let index = 0; index < 5; index += 1) {
		await parts.take(bytes(10));
		await parts.take(bytes(LIMITS.streamPartBytes));
	}
	await parts.end();
	expect(Math.max(...sent)).toBe(LIMITS.streamPartBytes);
	expect(sent.reduce((sum, size) => sum + size, 0)).toBe(5 * (10 + LIMITS.streamPartBytes));
});

test("after a part that could not be sent nothing more is, and no clock runs on past the end", async () => {
	let tries = 0;
	const emit = async (): Promise<void> => {
		tries += 1;
		throw new Error("nobody reads");
	};
	const parts = emitParts({ emit }, LIMITS.streamPartBytes);
	await parts.take(bytes(1));
	await expect(parts.take(bytes(1))).rejects.toThrow("nobody reads");
	await expect(parts.end()).rejects.toThrow("nobody reads");
	expect([tries, parts.isUnread(), vi.getTimerCount()]).toEqual([1, true, 0]);
});
