import { afterEach, describe, expect, test, vi } from "vitest";
import { SharedFlights } from "../../../worker/runs/shared-flights.ts";

/** Longer than any test takes. */
const LONG_MS = 10_000;

/** Work whose end the test decides, counted. */
const held = () => {
	const starts: PromiseWithResolvers<string>[] = [];
	return {
		starts,
		work: () => {
			const start = Promise.withResolvers<string>();
			starts.push(start);
			return start.promise;
		},
	};
};
/** Lets all that is ready go on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => void vi.useRealTimers());

describe("SharedFlights", () => {
	test("does the work once for all who ask for it while it is under way, and again for who asks later", async () => {
		const flights = new SharedFlights<string>(LONG_MS);
		const { starts, work } = held();
		const all = ["a", "a", "a"].map((key) => flights.get(key, work));
		expect(starts).toHaveLength(1);
		starts[0]?.resolve("done");
		expect(await Promise.all(all)).toEqual(["done", "done", "done"]);
		const later = flights.get("a", work);
		expect(starts).toHaveLength(2);
		starts[1]?.resolve("anew");
		expect(await later).toBe("anew");
	});

	test("keeps keys apart", async () => {
		const flights = new SharedFlights<string>(LONG_MS);
		const { starts, work } = held();
		const both = [flights.get("a", work), flights.get("b", work)];
		expect(starts).toHaveLength(2);
		for (const [index, start] of starts.entries()) start.resolve(String(index));
		expect(await Promise.all(both)).toEqual(["0", "1"]);
	});

	test("gives a failure to its own asker alone; of those that waited one does the work for all", async () => {
		const flights = new SharedFlights<string>(LONG_MS);
		const { starts, work } = held();
		const first = flights.get("a", work);
		const others = [flights.get("a", work), flights.get("a", work)];
		starts[0]?.reject(new Error("mine"));
		await expect(first).rejects.toThrow("mine");
		await settled();
		expect(starts).toHaveLength(2);
		starts[1]?.resolve("done");
		expect(await Promise.all(others)).toEqual(["done", "done"]);
	});

	test("waits for work that never ends only so long: then one asker does it, and all have that", async () => {
		vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
		const flights = new SharedFlights<string>(LONG_MS);
		const { starts, work } = held();
		const all = [0, 1, 2, 3].map(() => flights.get("a", work));
		await vi.advanceTimersByTimeAsync(LONG_MS - 1);
		expect(starts).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(1);
		expect(starts).toHaveLength(2);
		starts[1]?.resolve("done");
		expect(await Promise.all(all.slice(1))).toEqual(["done", "done", "done"]);
	});

	test("does the work itself when others' work comes to nothing again and again", async () => {
		const flights = new SharedFlights<string>(LONG_MS);
		const failing = async (): Promise<string> => {
			throw new Error("nothing");
		};
		const all = await Promise.allSettled(Array.from({ length: 8 }, () => flights.get("a", failing)));
		expect(all.map(({ status }) => status)).toEqual(Array(8).fill("rejected"));
	});
});
