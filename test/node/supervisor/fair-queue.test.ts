import { describe, expect, test } from "vitest";
import { FairQueue } from "../../../supervisor/fair-queue.ts";

const takeNext = (queue: FairQueue<string>): string | undefined => {
	const [tenantId] = queue.tenants();
	return tenantId === undefined ? undefined : queue.take(tenantId);
};

describe("FairQueue", () => {
	test("takes tenants in turn and each tenant's entries in order", () => {
		const queue = new FairQueue<string>();
		for (const entry of ["a1", "a2", "a3"]) queue.push("a", entry);
		for (const entry of ["b1", "b2"]) queue.push("b", entry);
		queue.push("c", "c1");
		expect(Array.from({ length: 7 }, () => takeNext(queue))).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", undefined]);
	});

	test("keeps a tenant's turn when an entry of it is removed", () => {
		const queue = new FairQueue<string>();
		queue.push("a", "a1");
		queue.push("a", "a2");
		queue.push("b", "b1");
		expect(queue.remove("a", "a1")).toBe(true);
		expect(queue.remove("a", "a1")).toBe(false);
		expect(queue.size).toBe(2);
		expect(takeNext(queue)).toBe("a2");
	});

	test("drains everything once", () => {
		const queue = new FairQueue<string>();
		queue.push("a", "a1");
		queue.push("b", "b1");
		expect(queue.drain()).toEqual(["a1", "b1"]);
		expect([queue.size, queue.drain()]).toEqual([0, []]);
	});
});
