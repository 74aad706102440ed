import type { Run } from "../../../contract/runs.ts";
import { type AdmitCommand, admitRun, type RefusedAnswer } from "./admit-run.ts";
import type { ObjectState } from "./object-state.ts";

/** A delivery to a trigger that is truly its sender's, and the run that it is to start. */
export interface ReceiveCommand extends AdmitCommand {
	readonly triggerId: string;
	/** The sender's name for it, as lists show it. */
	readonly deliveryId: string;
	/** What it is known by when it comes again: any of them will do. */
	readonly keys: readonly string[];
}

export type ReceiveAnswer =
	| { kind: "started"; run: Run }
	/** It came before. */
	| { kind: "known"; runId: string }
	| RefusedAnswer;

/**
 * Takes a delivery in: its run stands in line and its keys are known in the same step, so that a repeat, however soon and however many at once, starts nothing. What is
 * refused is noted and not known: its sender may send it again.
 */
export const receiveRun = (state: ObjectState, command: ReceiveCommand, nowMs: number): ReceiveAnswer => {
	const { triggerId, deliveryId, keys } = command;
	const known = state.received.repeatOf(triggerId, keys);
	if (known !== null) return { kind: "known", runId: known };
	const admitted = admitRun(state, { ...command, lineUp: true, cause: { kind: "trigger", id: triggerId } }, nowMs);
	if (admitted.kind === "refused") {
		state.received.note({ triggerId, deliveryId, outcome: "refused", code: admitted.code, run: null }, nowMs);
		return admitted;
	}
	const request = state.received.note({ triggerId, deliveryId, outcome: "started", code: null, run: command.runId }, nowMs);
	state.received.know(triggerId, keys, command.runId, request, nowMs);
	return { kind: "started", run: admitted.run };
};
