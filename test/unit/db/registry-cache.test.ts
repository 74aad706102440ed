import { expect, test } from "vitest";
import { RegistryCache } from "../../../worker/db/registry-cache.ts";

/** A row that changes, a count of its readings, and a clock that the test moves. */
const setUp = (options: { maxEntries?: number } = {}) => {
	const state = { nowMs: 1_000, row: "first", loads: 0 };
	const cache = new RegistryCache<string>({ ttlMs: 100, now: () => state.nowMs, ...options });
	const load = async (): Promise<string> => {
		state.loads += 1;
		return state.row;
	};
	return { state, cache, load };
};

test("a row is kept for its time and not a millisecond longer", async () => {
	const { state, cache, load } = setUp();
	await cache.get("a", load);
	state.row = "second";
	state.nowMs += 99;
	expect(await cache.get("a", load)).toBe("first");
	state.nowMs += 1;
	expect(await cache.get("a", load)).toBe("second");
});

test("a row's time counts from when its reading began, not from when it ended", async () => {
	const { state, cache, load } = setUp();
	await cache.get("a", async () => {
		state.nowMs += 80;
		return "slowly read";
	});
	state.nowMs += 20;
	expect(await cache.get("a", load)).toBe("first");
});

test("a clock that goes back makes a kept row unknown, not younger", async () => {
	const { state, cache, load } = setUp();
	await cache.get("a", load);
	state.nowMs -= 1;
	await cache.get("a", load);
	expect(state.loads).toBe(2);
});

test("forget() is seen by the next get()", async () => {
	const { state, cache, load } = setUp();
	await cache.get("a", load);
	state.row = "second";
	cache.forget("a");
	expect(await cache.get("a", load)).toBe("second");
});

test("a reading that began before forget() does not fill the cache after it", async () => {
	const { cache, load } = setUp();
	const { promise, resolve } = Promise.withResolvers<string>();
	const early = cache.get("a", () => promise);
	cache.forget("a");
	resolve("from before");
	expect(await early).toBe("from before");
	expect(await cache.get("a", load)).toBe("first");
});

test("a reading that began before forgetAll() does not fill the cache after it", async () => {
	const { cache, load } = setUp();
	const { promise, resolve } = Promise.withResolvers<string>();
	const early = cache.get("a", () => promise);
	cache.forgetAll();
	resolve("from before");
	await early;
	expect(await cache.get("a", load)).toBe("first");
});

test("what was not found is not kept", async () => {
	const { cache, load } = setUp();
	expect(await cache.get("a", async () => null)).toBe(null);
	expect(await cache.get("a", load)).toBe("first");
});

test("what failed to be read is not kept and the failure is the caller's", async () => {
	const { cache, load } = setUp();
	await expect(cache.get("a", () => Promise.reject(new Error("down")))).rejects.toThrow("down");
	expect(await cache.get("a", load)).toBe("first");
});

test("one entry over the bound pushes the oldest out and no other", async () => {
	const { state, cache, load } = setUp({ maxEntries: 2 });
	for (const key of ["a", "b", "c"]) await cache.get(key, load);
	expect(state.loads).toBe(3);
	await cache.get("b", load);
	await cache.get("c", load);
	expect(state.loads).toBe(3);
	await cache.get("a", load);
	expect(state.loads).toBe(4);
});
