import { expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { beginArrival } from "../../../worker/http/arriving-bodies.ts";
import { collectBytes } from "../../../worker/http/collect-bytes.ts";

const MOST = LIMITS.bodyBytesArriving;
const QUARTER = MOST / 4;

/** Bodies of which so much has come. */
const coming = (tenant: string, ...sizes: readonly number[]) =>
	sizes.map((bytes) => {
		const arrival = beginArrival(tenant);
		expect(arrival.hold(bytes)).toBe(true);
		return arrival;
	});

const areGivenUp = (arrivals: ReturnType<typeof coming>): readonly boolean[] => arrivals.map(({ givenUp }) => givenUp.aborted);

test("of bodies that arrive the largest makes way, of equals the one that began first, and a small one stays", () => {
	const arrivals = coming("ten_full", 2_000, QUARTER - 2_000, QUARTER, QUARTER, QUARTER);
	const [small] = arrivals;
	arrivals.push(...coming("ten_full", 1));
	expect(areGivenUp(arrivals)).toEqual([false, false, true, false, false, false]);
	expect(small?.hold(2_000)).toBe(true);
});

test("what is announced and does not come takes no room, and a body is as large as what has come of it", () => {
	const silent = Array.from({ length: 2 * (MOST / LIMITS.hookBodyBytes) }, () => beginArrival("ten_silent"));
	const [here] = coming("ten_silent", MOST - 40);
	here?.arrived();
	coming("ten_silent", 40)[0]?.arrived();
	expect(beginArrival("ten_silent").hold(1)).toBe(false);
	expect(areGivenUp(silent)).not.toContain(true);
});

test("a body that is here keeps its room until it is over, and then another has it", () => {
	const [here] = coming("ten_here", MOST);
	here?.arrived();
	const next = beginArrival("ten_here");
	expect(next.hold(1)).toBe(false);
	expect(here?.givenUp.aborted).toBe(false);
	here?.over();
	expect(next.hold(MOST)).toBe(true);
});

test("nobody goes for a body that finds no room all the same", () => {
	const arrivals = coming("ten_vain", MOST / 2, QUARTER);
	arrivals[0]?.arrived();
	expect(beginArrival("ten_vain").hold(MOST / 2 + 1)).toBe(false);
	expect(areGivenUp(arrivals)).toEqual([false, false]);
	expect(beginArrival("ten_vain").hold(MOST / 2)).toBe(true);
	expect(areGivenUp(arrivals)).toEqual([false, true]);
});

test("the bodies of one tenant take no room of another's", () => {
	const theirs = coming("ten_theirs", MOST);
	coming("ten_mine", MOST);
	expect(areGivenUp(theirs)).toEqual([false]);
});

test("one that was given up takes nothing more, and gives nothing back a second time", () => {
	const [first, second] = coming("ten_twice", MOST, MOST);
	second?.arrived();
	expect(first?.hold(1)).toBe(false);
	first?.over();
	expect(beginArrival("ten_twice").hold(1)).toBe(false);
});

test("a body is read no further when it was given up between two chunks", async () => {
	const [first] = coming("ten_between", MOST);
	coming("ten_between", MOST);
	const beganMs = Date.now();
	await expect(collectBytes("POST /x", new ReadableStream<Uint8Array>(), MOST, first)).rejects.toThrow(/more bodies arriving/);
	expect(Date.now() - beganMs).toBeLessThan(LIMITS.bodyArrivalMs / 2);
});
