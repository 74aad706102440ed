import type { RUN_EVENTS, RunApprovalEvent } from "../../../contract/run-events.ts";
import type { RunLog } from "../../../contract/runs.ts";
import { type CallView, isUntold, type RunCursor, type RunView, type UnfinishedCall } from "../../agents/object/run-changes.ts";

/** One event: its name, its data as JSON on one line, and where a reader stands who has had it. */
export interface RunEvent {
	readonly event: keyof typeof RUN_EVENTS;
	readonly text: string;
	readonly after: RunCursor;
}

/**
 * What a view tells a reader, in order: the status; calls and console lines by time, each kind in its own order; approvals; the end. A reader that stops
 * after any of them and comes back with its cursor is told the rest and nothing twice.
 */
export const listEvents = (view: RunView, from: RunCursor): RunEvent[] => {
	const events: RunEvent[] = [];
	let at = from;
	const tell = (event: RunEvent): void => {
		events.push(event);
		at = event.after;
	};
	if (view.status !== from.status || view.attempt !== from.attempt) {
		const { status, attempt, atMs } = view;
		tell({ event: "status", text: JSON.stringify({ status, attempt, atMs }), after: { ...at, status, attempt } });
	}
	for (const step of merged(view)) {
		if (step.kind === "line") tell({ event: "log", text: JSON.stringify(step.line), after: { ...at, line: step.line.seq } });
		else tell({ event: "call", text: step.call.text, after: afterCall(at, view, step) });
	}
	for (const { seq, approval } of view.approvals) {
		if (!isUntold(from, seq, approval.status)) continue;
		tell({ event: "approval", text: JSON.stringify(approval), after: afterApproval(at, seq, approval) });
	}
	if (view.end !== null) {
		const { logs: _lines, ...run } = view.end;
		tell({ event: "end", text: JSON.stringify(run), after: { ...at, isEnded: true } });
	}
	return events;
};

type CallStep = { kind: "call"; atMs: number; call: CallView; isFresh: boolean };
type Step = { kind: "line"; atMs: number; line: RunLog } | CallStep;

/** Two lists in one, by time, neither of them reordered. */
const merged = (view: RunView): Step[] => {
	const lines: Step[] = view.lines.map((line) => ({ kind: "line", atMs: line.atMs, line }));
	const toStep =
		(isFresh: boolean): ((call: CallView) => Step) =>
		(call) => ({ kind: "call", atMs: call.atMs, call, isFresh });
	const calls: Step[] = [...view.changed.map(toStep(false)), ...view.fresh.map(toStep(true))];
	const steps: Step[] = [];
	let [nextLine, nextCall] = [0, 0];
	for (;;) {
		const [line, call] = [lines[nextLine], calls[nextCall]];
		if (call !== undefined && (line === undefined || call.atMs < line.atMs)) {
			steps.push(call);
			nextCall += 1;
		} else if (line !== undefined) {
			steps.push(line);
			nextLine += 1;
		} else {
			return steps;
		}
	}
};

/** A fresh call comes when everything that changed before it has been told. */
const afterCall = (at: RunCursor, view: RunView, { call, isFresh }: CallStep): RunCursor => {
	const told = at.unfinished.find(({ seq }) => seq === call.seq)?.approval ?? "untold";
	const isAsked = view.approvals.some(({ seq }) => seq === call.seq);
	const known: UnfinishedCall = { seq: call.seq, isOpen: !view.isOver && isOpen(call), approval: told };
	const unfinished = marked(at.unfinished, known, known.isOpen || told === "pending" || (isAsked && told === "untold"));
	return isFresh ? { ...at, change: view.change, seen: call.seq, unfinished } : { ...at, change: call.change, unfinished };
};

const afterApproval = (at: RunCursor, seq: number, { status }: RunApprovalEvent): RunCursor => {
	const isOpenCall = at.unfinished.find((call) => call.seq === seq)?.isOpen ?? false;
	const isPending = status === "pending";
	const known: UnfinishedCall = { seq, isOpen: isOpenCall, approval: isPending ? "pending" : "settled" };
	return { ...at, unfinished: marked(at.unfinished, known, isOpenCall || isPending) };
};

/** Of a live run these may change again. */
const isOpen = ({ status }: CallView): boolean => status === "started" || status === "waiting" || status === "unknown";

/** The list with one call as it is known now, or without it. */
const marked = (list: readonly UnfinishedCall[], known: UnfinishedCall, isKept: boolean): UnfinishedCall[] => {
	const others = list.filter(({ seq }) => seq !== known.seq);
	return isKept ? [...others, known] : others;
};
