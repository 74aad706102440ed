import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { RunCursor } from "../../../worker/agents/object/run-changes.ts";
import { eventId, readEventId, START } from "../../../worker/runs/events/event-id.ts";

const WHOLE: RunCursor = {
	...START,
	status: "waiting_approval",
	...{ attempt: 2, change: 17, seen: 9, line: 4 },
	unfinished: [
		{ seq: 3, isOpen: true, approval: "untold" },
		{ seq: 5, isOpen: true, approval: "pending" },
		{ seq: 7, isOpen: true, approval: "settled" },
		{ seq: 8, isOpen: false, approval: "untold" },
		{ seq: 9, isOpen: false, approval: "pending" },
	],
};

describe("an event's id", () => {
	it("is read as the cursor that it was made of, and has letters, digits, dots and dashes alone", () => {
		for (const cursor of [START, WHOLE, { ...WHOLE, isEnded: true }]) {
			expect(readEventId(eventId(cursor))).toEqual(cursor);
			expect(eventId(cursor)).toMatch(/^[0-9a-z.-]+$/);
		}
	});

	it("of as many unfinished calls as a run can have is within its bound", () => {
		const unfinished = Array.from({ length: LIMITS.eventIdCalls }, (_, at) => ({
			...{ seq: LIMITS.calls.max - at, isOpen: true, approval: "pending" as const },
		}));
		const id = eventId({ ...WHOLE, unfinished });
		expect(id.length).toBeLessThanOrEqual(LIMITS.eventIdChars);
		expect(readEventId(id)?.unfinished).toEqual(unfinished);
		expect(readEventId(`${id}${" ".repeat(LIMITS.eventIdChars)}`)).toBeNull();
	});

	it("is none when anything of it is not as it was made", () => {
		const id = eventId(WHOLE);
		const one = `${LIMITS.calls.max}a`;
		const wrong = [
			...["", "1", "x", `${id}.`, id.slice(0, -1), id.replace("1.", "2."), id.replace("1.", "1.9"), id.toUpperCase(), ` ${id}`],
			...["1.0.0.0.0.0..x", "1.0.0.0.0.0.3", "1.0.0.0.0.0.3f.", "1.0.0.0.0.0.0a.", "1.0.0.0.0.0.3a-.", "1.0.0.0.0.0.-3a."],
			...["1.0.-1.0.0.0..", "1.0.01.0.0.0..", "1.0.1e3.0.0.0..", "1.0..0.0.0..", "1.0.0x1.0.0.0..", "1.0.9007199254740992.0.0.0.."],
			`1.0.0.0.0.0.${Array.from({ length: LIMITS.eventIdCalls + 1 }, () => one).join("-")}.`,
		];
		for (const text of wrong) expect(readEventId(text), text.slice(0, 100)).toBeNull();
	});
});
