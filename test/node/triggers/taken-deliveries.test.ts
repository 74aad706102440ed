import { describe, expect, test } from "vitest";
import { TakenDeliveries } from "../../../worker/triggers/taken-deliveries.ts";

describe("the deliveries that were taken", () => {
	test("are known by any of their keys, at their own trigger alone", () => {
		const taken = new TakenDeliveries();
		taken.add("trg_a", ["id:1", "body:1"]);
		expect([taken.has("trg_a", ["body:1"]), taken.has("trg_a", ["id:2", "id:1"])]).toEqual([true, true]);
		expect([taken.has("trg_a", ["id:2"]), taken.has("trg_b", ["id:1"]), taken.has("trg_a", [])]).toEqual([false, false, false]);
	});

	test("are forgotten past their bound, the oldest first", () => {
		const taken = new TakenDeliveries(2);
		for (const key of ["1", "2", "3"]) taken.add("trg_a", [key]);
		expect(["1", "2", "3"].map((key) => taken.has("trg_a", [key]))).toEqual([false, true, true]);
	});
});
