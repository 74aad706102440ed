import { afterEach, describe, expect, test, vi } from "vitest";
import { HookTurns } from "../../../worker/triggers/hook-turns.ts";

/** One tenant alone has two of these turns, and three of these places in line. */
const BOUNDS = { atOnce: 4, waiting: 6, waitMs: 1_000, heldMs: 5_000 };

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
		const turns = new HookTurns({ ...BOUNDS, atOnce: 1 });
		const order: string[] = [];
		const first = await entering(turns, order, "c", "c1");
		const waiting = ["a1", "a2", "a3", "b1"].map((name) => entering(turns, order, name.charAt(0), name));
		first();
		for (const next of [0, 3, 1, 2]) (await waiting[next])?.();
		expect(order).toEqual(["c1", "a1", "b1", "a2", "a3"]);
	});

	test("refuses at once what the line does not hold, of one tenant and of all", async () => {
		const turns = new HookTurns(BOUNDS);
		const order: string[] = [];
		await Promise.all(["a", "a", "b", "c"].map((tenant) => turns.enter(tenant)));
		for (const name of ["1", "2", "3"]) void entering(turns, order, "a", name);
		await entering(turns, order, "a", "4");
		expect(order).toEqual(["4 refused"]);
		for (const tenant of ["b", "c", "d"]) void entering(turns, order, tenant, tenant);
		await entering(turns, order, "e", "e");
		expect(order).toEqual(["4 refused", "e refused"]);
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

	test("gives no tenant all turns nor all places in line: another's has its turn at once, whatever waits", async () => {
		const turns = new HookTurns({ ...BOUNDS, atOnce: 16 });
		const order: string[] = [];
		for (const tenant of ["a", "b"]) for (let number = 0; number < 20; number += 1) void entering(turns, order, tenant, tenant);
		await entering(turns, order, "c", "c");
		const had = (name: string): number => order.filter((other) => other === name).length;
		expect([had("a"), had("b"), had("c")]).toEqual([8, 4, 1]);
	});

	test("lets those in line that have no share wait, and whoever has one go before them", async () => {
		const turns = new HookTurns(BOUNDS);
		const order: string[] = [];
		const [first] = await Promise.all(["a1", "a2", "b1", "c1"].map((name) => entering(turns, order, name.charAt(0), name)));
		const waiting = ["a3", "d1"].map((name) => entering(turns, order, name.charAt(0), name));
		first?.();
		await waiting[1];
		expect(order).toEqual(["a1", "a2", "b1", "c1", "d1"]);
	});

	test("gives a turn that was lost with its request to who waits, though nobody comes and nothing is given back", async () => {
		vi.useFakeTimers();
		const turns = new HookTurns({ ...BOUNDS, atOnce: 1 });
		const order: string[] = [];
		await turns.enter("a");
		await vi.advanceTimersByTimeAsync(BOUNDS.heldMs - BOUNDS.waitMs / 2);
		void entering(turns, order, "b", "b1");
		await vi.advanceTimersByTimeAsync(BOUNDS.waitMs / 2);
		expect(order).toEqual(["b1"]);
	});

	test("gives no turn to who is gone from the line with its request, and that place to another", async () => {
		vi.useFakeTimers();
		const turns = new HookTurns({ ...BOUNDS, atOnce: 1, waiting: 1 });
		const order: string[] = [];
		const giveBack = await turns.enter("a");
		const gone = entering(turns, order, "a", "gone");
		// Its timer is gone with it: the clock goes on, and nothing rings.
		vi.setSystemTime(Date.now() + BOUNDS.waitMs);
		const next = entering(turns, order, "b", "next");
		giveBack();
		await Promise.all([gone, next]);
		expect(order).toEqual(["gone refused", "next"]);
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
