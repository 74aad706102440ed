import { LIMITS } from "../../../contract/limits.ts";
import type { Divergence } from "../../../contract/replays.ts";
import type { Run, RunLog } from "../../../contract/runs.ts";
import type { ReplayTrace } from "../../agents/object/replay-call.ts";
import type { Recording } from "../../agents/recording.ts";

/** Codes of errors that stand where the host ended a run: its program would have gone on, and nobody can say how. */
const STOPPED = new Set([
	"wall_time_exceeded",
	"cpu_exceeded",
	"memory_exceeded",
	"cancelled",
	"executor_lost",
	"interrupted",
	"never_settled",
	"replay_diverged",
	"quarantined",
]);

/** Whether a run was ended by the host: what is recorded of it is a beginning. An error of the budget that the program threw has its stack. */
export const isStopped = ({ error }: Pick<Run, "error">): boolean =>
	error !== null && (STOPPED.has(error.code) || (error.code === "budget_exceeded" && error.stack === null));

/**
 * The first difference between a recorded run and its replay: of the calls, by their places in the program's order, then of the console lines, then of the
 * end. Null: they are equal to the byte. Of a run that the host has stopped, what is recorded must be the beginning of the replay, and its end is not compared.
 */
export const firstDivergence = (recording: Recording, run: Run, trace: ReplayTrace): Divergence | null =>
	firstCall(recording, trace) ??
	callCount(recording, run, trace) ??
	firstLine(recording.run, run) ??
	(isStopped(recording.run) ? null : end(recording.run, run));

/** A call at its place. `kind` is null for one that is not recorded. */
interface Placed {
	readonly place: number;
	readonly kind: string | null;
	readonly text: string;
}

const firstCall = (recording: Recording, trace: ReplayTrace): Divergence | null => {
	const recorded = byPlace(recording.calls.map((call) => ({ ...textOf(call.record, call.args), place: call.place, kind: call.kind })));
	const replayed = byPlace([
		...askedAgain(recording, trace),
		...trace.unknown.map((call) => ({ ...textOf(call, call.args), place: call.place, kind: null })),
	]);
	const places = [...new Set([...recorded.keys(), ...replayed.keys()])].sort((one, other) => one - other);
	// A call that nobody awaited may come after its program's end, and one past the limit of calls is recorded nowhere: so many went out that nobody has.
	const isSame = trace.sent === recording.sent && trace.places === recording.places;
	let recordedLate = isSame ? (recording.sent ?? 0) - recording.calls.length : 0;
	let replayedLate = isSame ? (trace.sent ?? 0) - trace.seen : 0;
	let before = 0;
	for (const place of places) {
		const [was, is] = [recorded.get(place) ?? [], replayed.get(place) ?? []];
		for (let index = 0; index < Math.max(was.length, is.length); index += 1) {
			const [one, other] = [was[index] ?? null, is[index] ?? null];
			const at = before + 1;
			if (one !== null) before = at;
			if (one !== null && other !== null && one.kind === other.kind) continue;
			if (one === null && isStopped(recording.run)) continue;
			if (other === null) replayedLate -= 1;
			else if (one === null) recordedLate -= 1;
			if ((other === null && replayedLate >= 0) || (one === null && recordedLate >= 0)) continue;
			return difference("call", at, one?.text ?? null, other?.text ?? null);
		}
	}
	return null;
};

/** Calls that came to no host are told by their number alone. Of a run that was stopped, nobody knows how many it would have made. */
const callCount = (recording: Recording, run: Run, trace: ReplayTrace): Divergence | null => {
	if (isStopped(recording.run) || isStopped(run)) return null;
	const [was, is] = [countText(recording), countText(trace)];
	return was === null || is === null || was === is ? null : difference("call", null, was, is);
};

const countText = ({ places, sent }: Pick<Recording, "places" | "sent">): string | null =>
	places === null || sent === null ? null : `made ${places} calls${sent === places ? "" : `, ${sent} of which could be sent`}`;

const askedAgain = ({ calls }: Recording, { asked }: ReplayTrace): Placed[] => {
	const bySeq = new Map(calls.map((call) => [call.record.seq, call]));
	return asked.flatMap(({ seq, place }) => {
		const call = bySeq.get(seq);
		return call === undefined ? [] : [{ ...textOf(call.record, call.args), place, kind: call.kind }];
	});
};

const textOf = ({ grant, method }: { grant: string; method: string }, args: string | null): { text: string } => ({
	text: `env.${grant}.${method}(${args ?? "unreadable arguments"})`,
});

const byPlace = (calls: readonly Placed[]): Map<number, Placed[]> => {
	const places = new Map<number, Placed[]>();
	for (const call of calls) {
		const there = places.get(call.place);
		if (there === undefined) places.set(call.place, [call]);
		else there.push(call);
	}
	return places;
};

const firstLine = (recorded: Run, replayed: Run): Divergence | null => {
	const isCut = isStopped(recorded) && isStopped(replayed);
	const most = isCut ? Math.min(recorded.logs.length, replayed.logs.length) : Math.max(recorded.logs.length, replayed.logs.length);
	for (let index = 0; index < most; index += 1) {
		const [was, is] = [lineText(recorded.logs[index]), lineText(replayed.logs[index])];
		if (was === is || (was === null && isStopped(recorded))) continue;
		return difference("log", index + 1, was, is);
	}
	return null;
};

const lineText = (line: RunLog | undefined): string | null =>
	line === undefined ? null : JSON.stringify({ atMs: line.atMs, level: line.level, text: line.text });

const end = (recorded: Run, replayed: Run): Divergence | null => {
	const error = ({ error: found }: Run): string | null =>
		found === null ? null : JSON.stringify({ code: found.code, message: found.message });
	const [wasError, isError] = [error(recorded), error(replayed)];
	if (wasError !== isError) return difference("error", null, wasError, isError);
	const [was, is] = [JSON.stringify(recorded.result), JSON.stringify(replayed.result)];
	if (was !== is) return difference("result", null, was, is);
	return recorded.status === replayed.status ? null : difference("status", null, recorded.status, replayed.status);
};

/** Characters that are shown before the first that differ. */
const BEFORE = 200;

/** Both sides, of long ones the part where they begin to differ. */
const difference = (what: Divergence["what"], at: number | null, recorded: string | null, replayed: string | null): Divergence => {
	const from = recorded === null || replayed === null ? 0 : Math.max(0, commonLength(recorded, replayed) - BEFORE);
	return { what, at, recorded: part(recorded, from), replayed: part(replayed, from) };
};

const commonLength = (one: string, other: string): number => {
	let length = 0;
	while (length < one.length && length < other.length && one.charCodeAt(length) === other.charCodeAt(length)) length += 1;
	return length;
};

const part = (text: string | null, from: number): string | null => {
	if (text === null || text.length <= LIMITS.divergenceChars) return text;
	const shown = text.slice(from, from + LIMITS.divergenceChars);
	return `${from > 0 ? "…" : ""}${shown}${from + LIMITS.divergenceChars < text.length ? "…" : ""}`;
};
