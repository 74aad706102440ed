import { LIMITS } from "../../../contract/limits.ts";
import { RUN_STATUSES } from "../../../contract/runs.ts";
import type { RunCursor, UnfinishedCall } from "../../agents/object/run-changes.ts";

/** Nothing has been told. */
export const START: RunCursor = { status: null, attempt: 0, change: 0, seen: 0, line: 0, unfinished: [], isEnded: false };

/** One letter says what may still come of a call; its place is in the list. */
const MARKS: readonly (readonly [string, Omit<UnfinishedCall, "seq">])[] = [
	["a", { isOpen: true, approval: "untold" }],
	["b", { isOpen: true, approval: "pending" }],
	["c", { isOpen: true, approval: "settled" }],
	["d", { isOpen: false, approval: "untold" }],
	["e", { isOpen: false, approval: "pending" }],
];
const FORM = "1";
const ENDED = "e";
const PARTS = 8;

const markOf = (call: UnfinishedCall): string =>
	MARKS.find(([, mark]) => mark.isOpen === call.isOpen && mark.approval === call.approval)?.[0] ?? "";

/** A cursor as the id of the event after which it stands: letters, digits and dots. Opaque to readers. */
export const eventId = ({ status, attempt, change, seen, line, unfinished, isEnded }: RunCursor): string => {
	const calls = unfinished.slice(0, LIMITS.eventIdCalls).map((call) => `${call.seq}${markOf(call)}`);
	const place = status === null ? 0 : RUN_STATUSES.indexOf(status) + 1;
	return [FORM, place, attempt, change, seen, line, calls.join("-"), isEnded ? ENDED : ""].join(".");
};

/** The cursor of an event's id; null for what is none. */
export const readEventId = (text: string): RunCursor | null => {
	if (text.length > LIMITS.eventIdChars) return null;
	const parts = text.split(".", PARTS + 1);
	const [form, , , , , , calls = "", ended = ""] = parts;
	const [place, attempt, change, seen, line] = parts.slice(1, 6).map(readCount);
	if (parts.length !== PARTS || form !== FORM || (ended !== "" && ended !== ENDED)) return null;
	const unfinished = calls === "" ? [] : calls.split("-", LIMITS.eventIdCalls + 1).map(readCall);
	if (unfinished.length > LIMITS.eventIdCalls || !unfinished.every((call) => call !== null)) return null;
	if (isNone(place) || isNone(attempt) || isNone(change) || isNone(seen) || isNone(line) || place > RUN_STATUSES.length) return null;
	return { status: RUN_STATUSES[place - 1] ?? null, attempt, change, seen, line, unfinished, isEnded: ended === ENDED };
};

const isNone = (count: number | null | undefined): count is null | undefined => count === null || count === undefined;

/** Digits as `eventId` writes them; null for anything else. */
const readCount = (text: string): number | null => {
	const count = Number(text);
	return Number.isSafeInteger(count) && count >= 0 && String(count) === text ? count : null;
};

const readCall = (text: string): UnfinishedCall | null => {
	const mark = MARKS.find(([letter]) => letter === text.slice(-1))?.[1];
	const seq = readCount(text.slice(0, -1));
	return mark === undefined || seq === null || seq === 0 ? null : { seq, ...mark };
};
