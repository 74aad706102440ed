import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { type CallInFlight, callsInFlight } from "./calls-in-flight.ts";
import type { ObjectState } from "./object-state.ts";
import { readRows } from "../../db/rows.ts";
import { cancelRun } from "./stop-runs.ts";

/** What an agent was doing that takes nothing new any more. */
export interface Halted {
	/** Runs that something executed. */
	readonly executedRuns: readonly string[];
	/** Had begun before, and nobody has told their end. */
	readonly calls: readonly CallInFlight[];
}

/** Whether the agent takes nothing new: it is disabled or archived, or its tenant is suspended. It admits no run then, and gives none to be executed. */
export const isHalted = (state: ObjectState): boolean =>
	state.facts.isSuspended() || (state.facts.configuration()?.status ?? "active") !== "active";

/**
 * Ends what is executed of an agent that was halted in the same step: from then on no call begins. Parked runs end in steps of their own (`endParked`), however
 * many they are: nobody can execute them meanwhile. A repeat ends what is left.
 */
export const endExecuted = (state: ObjectState, nowMs: number): Halted => {
	const calls = callsInFlight(state, null);
	const executedRuns = unended(state, 1, Number.MAX_SAFE_INTEGER);
	for (const id of executedRuns) cancelRun(state, id, whyOf(state), nowMs);
	return { executedRuns, calls };
};

/** Ends some of the runs of a halted agent that nobody executes. @returns which; none: there are none left, or it is not halted (any more) */
export const endParked = (state: ObjectState, nowMs: number): readonly string[] => {
	const parked = isHalted(state) ? unended(state, 0, LIMITS.parkedRunsEndedAtOnce) : [];
	for (const id of parked) cancelRun(state, id, whyOf(state), nowMs);
	return parked;
};

/** How many runs of a halted agent are still to be ended. */
export const runsLeftToEnd = (state: ObjectState): number =>
	isHalted(state) ? Number(state.sql.exec("SELECT count(*) AS count FROM runs WHERE ended_at_ms IS NULL").one()["count"]) : 0;

const whyOf = ({ facts }: ObjectState): string =>
	facts.isSuspended() ? "The tenant was suspended" : `The agent was ${facts.configuration()?.status ?? "stopped"}`;

const Id = z.object({ id: z.string() });

/** Runs that have not ended and that somebody executes, or nobody does. */
const unended = (state: ObjectState, claimed: 0 | 1, most: number): string[] =>
	readRows(state.sql, Id, "SELECT id FROM runs WHERE ended_at_ms IS NULL AND claimed = ? LIMIT ?", claimed, most).map(({ id }) => id);
