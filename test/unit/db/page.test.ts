import { expect, test } from "vitest";
import { Refusal } from "../../../contract/errors.ts";
import { newId } from "../../../contract/ids.ts";
import { pageBy, pageFrom, readCursor, readIdCursor, readNumberCursor } from "../../../worker/db/page.ts";

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

test("rows that are numbered are paged by their numbers", () => {
	const page = pageBy([{ seq: 9 }, { seq: 7 }, { seq: 4 }], 2, ({ seq }) => seq);
	expect(page.data).toEqual([{ seq: 9 }, { seq: 7 }]);
	expect(readNumberCursor(page.nextCursor ?? "")).toBe(7);
	expect(readNumberCursor(undefined)).toBeNull();
});

test("a cursor of another list is refused", () => {
	const cursorOf = (place: string | number): string => pageBy([place, place], 1, (each) => each).nextCursor ?? "";
	const trigger = newId("trg");
	expect(readIdCursor(cursorOf(trigger), "trg")).toBe(trigger);
	expect(readIdCursor(undefined, "trg")).toBeNull();
	expect(() => readIdCursor(cursorOf(trigger), "agt")).toThrow(/found one of another list/);
	expect(() => readIdCursor(cursorOf(7), "trg")).toThrow(/found one of another list/);
	for (const other of [trigger, "1e3", "0x10", "", "9".repeat(16)])
		expect(() => readNumberCursor(cursorOf(other)), other).toThrow(/cursor: found/);
	expect(readNumberCursor(cursorOf("9".repeat(15)))).toBe(999_999_999_999_999);
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
