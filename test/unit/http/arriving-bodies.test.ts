import { expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { beginArrival } from "../../../worker/http/arriving-bodies.ts";

const MOST = LIMITS.bodyBytesArriving;
const QUARTER = MOST / 4;

test("a body for which there is no room takes that of the one that has been arriving the longest", () => {
	const [first, second, third, fourth] = Array.from({ length: 4 }, () => beginArrival("ten_slow", QUARTER));
	expect(first?.givenUp.aborted).toBe(false);
	const next = beginArrival("ten_slow", QUARTER);
	expect([first, second, third, fourth, next].map((arrival) => arrival?.givenUp.aborted)).toEqual([true, false, false, false, false]);
});

test("a body that is here keeps its room until it is over, and then another has it", () => {
	const here = beginArrival("ten_here", MOST);
	here?.arrived();
	expect(beginArrival("ten_here", 1)).toBeNull();
	expect(here?.givenUp.aborted).toBe(false);
	here?.over();
	expect(beginArrival("ten_here", MOST)).not.toBeNull();
});

test("nobody goes for a body that finds no room all the same", () => {
	const [here, arriving] = [beginArrival("ten_vain", MOST / 2), beginArrival("ten_vain", QUARTER)];
	here?.arrived();
	expect(beginArrival("ten_vain", MOST / 2 + 1)).toBeNull();
	expect(arriving?.givenUp.aborted).toBe(false);
	expect(beginArrival("ten_vain", MOST / 2)).not.toBeNull();
	expect([here, arriving].map((arrival) => arrival?.givenUp.aborted)).toEqual([false, true]);
});

test("the bodies of one tenant take no room of another's", () => {
	const theirs = beginArrival("ten_theirs", MOST);
	expect(beginArrival("ten_mine", MOST)).not.toBeNull();
	expect(theirs?.givenUp.aborted).toBe(false);
});

test("one that was given up gives nothing back a second time", () => {
	const first = beginArrival("ten_twice", MOST);
	const second = beginArrival("ten_twice", MOST);
	second?.arrived();
	first?.over();
	expect(beginArrival("ten_twice", 1)).toBeNull();
});
