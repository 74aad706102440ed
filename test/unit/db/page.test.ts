import { expect, test } from "vitest";
import { Refusal } from "../../../contract/errors.ts";
import { newId } from "../../../contract/ids.ts";
import { pageFrom, readCursor } from "../../../worker/db/page.ts";

test("a cursor leads back to the id that it was made from", () => {
	const [first, second] = [{ id: newId("agt") }, { id: newId("agt") }];
	const page = pageFrom([first, second], 1);
	expect(page.data).toEqual([first]);
	expect(readCursor(page.nextCursor ?? "")).toBe(first.id);
});

test("a page that is not overfull is the last one", () => {
	expect(pageFrom([{ id: "a" }, { id: "b" }], 2).nextCursor).toBe(null);
	expect(pageFrom([], 2)).toEqual({ data: [], nextCursor: null });
});

test("anything but a cursor of ours is refused, and the refusal names it", () => {
	const odd = [
		"",
		"x",
		"%",
		"é",
		"e30",
		btoa('{"after":1}'),
		btoa('{"after":"a","tenant":"b"}'),
		btoa('{"after":"\' or 1=1"}'),
		"A".repeat(513),
	];
	for (const cursor of odd) {
		expect(() => readCursor(cursor), cursor).toThrow(Refusal);
		expect(() => readCursor(cursor), cursor).toThrow(/cursor/);
	}
});
