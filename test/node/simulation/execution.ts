import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";
import type { FinishCommand } from "../../../worker/agents/object/finish-run.ts";
import type { PlannedCall, Program } from "./program.ts";

/** A run that somebody wants, whatever has become of it. */
export interface SimRun {
	readonly id: string;
	readonly command: AdmitCommand;
	readonly program: Program;
	isAdmitted: boolean;
	/** Once it was refused and then taken. */
	wasRefused: boolean;
	/** What its program has heard, by place: it must hear the same when it is executed again. */
	readonly heard: Map<number, string>;
	/** Ends that were told of its attempts. */
	readonly told: FinishCommand[];
}

/** Somebody who executes an attempt. */
export interface Execution {
	readonly run: SimRun;
	readonly attempt: number;
	group: number;
	/** Calls of the group that its program has not made yet. */
	unsent: PlannedCall[];
	/** Calls that wait, by place: the call's id, or null for one that the gate performs. */
	readonly open: Map<number, { readonly call: PlannedCall; readonly callId: string; waits: boolean }>;
	/** Of the group, those that the object told to come again. */
	readonly early: Set<number>;
	made: number;
	readonly sinceMs: number;
	isStarted: boolean;
	mustPark: boolean;
	isCut: boolean;
}
