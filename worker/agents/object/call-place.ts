import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { ObjectState } from "./object-state.ts";
import { readRow } from "../../db/rows.ts";
import type { RunRow } from "./run-rows.ts";

/** Where a call stands in its program's execution, by the isolate's word: it only ever decides how its own run is repeated. */
export interface CallPlace {
	readonly place: number;
	/** The choices so far from an index on; null: there were more than are told, and the run cannot be repeated. */
	readonly choices: { readonly from: number; readonly items: readonly string[] } | null;
}

const Timeline = z.object({ choices: z.string() });
const ITEM = /^(?:t|[1-9][0-9]{0,5})$/;
const ITEMS = 20_000;

/** `<place> <from> <choices>`, docs/design/replay.md. What is malformed is a program's that took its harness over: place 0, nothing told. */
export const readCallPlace = (text: string): CallPlace => {
	const [place = "", from = "", packed = ""] = text.split(" ", 3);
	const at = Number(place);
	const start = Number(from);
	if (!Number.isSafeInteger(at) || at < 1 || at > LIMITS.calls.max * 2 || !Number.isSafeInteger(start) || start < 0)
		return { place: 0, choices: null };
	const items = packed === "!" ? null : unpackChoices(packed);
	return { place: at, choices: items === null ? null : { from: start, items } };
};

/** Items of a text of choices; null when it is none, or too long. */
export const unpackChoices = (packed: string): string[] | null => {
	if (packed === "") return [];
	const items: string[] = [];
	for (const part of packed.split(",")) {
		const [item = "", times = "1"] = part.split("*", 2);
		const count = Number(times);
		if (!ITEM.test(item) || !Number.isSafeInteger(count) || count < 1 || items.length + count > ITEMS) return null;
		for (let index = 0; index < count; index += 1) items.push(item);
	}
	return items;
};

/** The text of items: one that comes several times in a row is written once with its count. */
export const packChoices = (items: readonly string[]): string => {
	const parts: string[] = [];
	let index = 0;
	while (index < items.length) {
		const item = items[index] ?? "";
		let end = index + 1;
		while (end < items.length && items[end] === item) end += 1;
		parts.push(end - index === 1 ? item : `${item}*${end - index}`);
		index = end;
	}
	return parts.join(",");
};

/** The choices that are recorded of a run. */
export const choicesOf = (state: ObjectState, runId: string): string =>
	readRow(state.sql, Timeline, "SELECT choices FROM timelines WHERE run_id = ?", runId)?.choices ?? "";

/**
 * Records what a call tells of the choices before it. What agrees with those that are known is beyond them, or nothing new; what differs is an execution that
 * has left the recorded way, and takes the place of the rest. What does not join on makes the run one that cannot be repeated.
 */
export const noteChoices = (state: ObjectState, row: RunRow, choices: CallPlace["choices"]): void => {
	if (!row.state.repeatable || (choices !== null && choices.items.length === 0)) return;
	const known = choices === null ? [] : (unpackChoices(choicesOf(state, row.id)) ?? []);
	if (choices === null || choices.from > known.length) {
		state.runs.update({ ...row, state: { ...row.state, repeatable: false } });
		return;
	}
	const { from, items } = choices;
	const agrees = known.slice(from, from + items.length).every((item, index) => item === items[index]);
	if (agrees && from + items.length <= known.length) return;
	putChoices(state, row.id, packChoices([...known.slice(0, from), ...items]));
};

/** Writes what is recorded of a run's choices: in a row of their own, since they are written with every call of a program that makes several at once. */
export const putChoices = (state: ObjectState, runId: string, choices: string): void => {
	state.sql.exec("INSERT OR REPLACE INTO timelines (run_id, choices) VALUES (?, ?)", runId, choices);
};
