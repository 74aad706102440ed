import { afterEach, describe, expect, test, vi } from "vitest";
import { HookTurns } from "../../../worker/triggers/hook-turns.ts";

const BOUNDS = { atOnce: 2, waiting: 4, waitingOfTenant: 3, waitMs: 1_000, heldMs: 5_000 };

/** Enters, and says in `order` when it has its turn; `refused` when it has none. */
const entering = (turns: HookTurns, order: string[], tenant: string, name: string): Promise<() => void> =>
	turns.enter(tenant).then(
		(giveBack) => {
			order.push(name);
			return giveBack;
		},
		() => {
			order.push(`${name} refused`);
			return () => {};
		},
	);

afterEach(() => void vi.useRealTimers());

describe("HookTurns", () => {
	test("lets as many in at once as may be, and the next when one gives its turn back, however often it does", async () => {
		const turns = new HookTurns(BOUNDS);
		const order: string[] = [];
		const [first, second] = await Promise.all([entering(turns, order, "a", "1"), entering(turns, order, "a", "2")]);
		const third = entering(turns, order, "a", "3");
		const fourth = entering(turns, order, "a", "4");
		expect(order).toEqual(["1", "2"]);
		first();
		first();
		await third;
		expect(order).toEqual(["1", "2", "3"]);
		second();
		await fourth;
		expect(order).toEqual(["1", "2", "3", "4"]);
	});

	test("lets tenants take turns, whoever has more in line", async () => {
		const turns = new HookTurns(BOUNDS);
		const order: string[] = [];
		const [first, second] = await Promise.all([entering(turns, order, "a", "a1"), entering(turns, order, "a", "a2")]);
		const waiting = [..."345"].map((number) => entering(turns, order, "a", `a${number}`));
		waiting.push(entering(turns, order, "b", "b1"));
		first();
		second();
		for (const next of [0, 3, 1, 2]) (await waiting[next])?.();
		expect(order).toEqual(["a1", "a2", "a3", "b1", "a4", "a5"]);
	});

	test("refuses at once what the line does not hold, of one tenant and of all", async () => {
		const turns = new HookTurns(BOUNDS);
		const order: string[] = [];
		await Promise.all([turns.enter("a"), turns.enter("a")]);
		for (const name of ["1", "2", "3"]) void entering(turns, order, "a", name);
		await entering(turns, order, "a", "4");
		expect(order).toEqual(["4 refused"]);
		void entering(turns, order, "b", "5");
		await entering(turns, order, "c", "6");
		expect(order).toEqual(["4 refused", "6 refused"]);
	});

	test("refuses who has waited too long, and gives that place in line to another", async () => {
		vi.useFakeTimers();
		const turns = new HookTurns(BOUNDS);
		const order: string[] = [];
		const [first] = await Promise.all([turns.enter("a"), turns.enter("a")]);
		const late = entering(turns, order, "a", "late");
		await vi.advanceTimersByTimeAsync(BOUNDS.waitMs);
		await late;
		expect(order).toEqual(["late refused"]);
		const next = entering(turns, order, "a", "next");
		first();
		await next;
		expect(order).toEqual(["late refused", "next"]);
	});

	test("takes a turn back that was lost with its request, and not twice", async () => {
		vi.useFakeTimers();
		const turns = new HookTurns({ ...BOUNDS, atOnce: 1 });
		const order: string[] = [];
		const lost = await turns.enter("a");
		await vi.advanceTimersByTimeAsync(BOUNDS.heldMs + 1);
		await entering(turns, order, "a", "1");
		lost();
		void entering(turns, order, "a", "2");
		await vi.advanceTimersByTimeAsync(1);
		expect(order).toEqual(["1"]);
	});
});
