import type { Program } from "../../../contract/runs.ts";
import type { Vector } from "../../budgets/vector.ts";

/** A run that a call starts, as the call asks for it. Everything else of it (depth, labels, whose grants it may not pass) is told by the agents' objects. */
export interface AgentOrder {
	/** Id or name of an agent of the tenant, or `self`. */
	readonly agent: string;
	/** Encoded input (contract/tagged-json). */
	readonly input: string;
	/** Null: the agent's stored program; of `self`, the one that the run itself executes. */
	readonly program: Program | null;
	readonly language: "javascript" | "typescript";
	/** Names of the agent's grants that the run may use; null: all of them. */
	readonly grants: readonly string[] | null;
	/** The most that the run and all runs below it may use together. */
	readonly slice: Vector;
	/** Labels that it starts with beside those of the run that calls. */
	readonly labels: readonly ("private" | "untrusted")[];
	/** Most runs that the calling run may have started through the grant at once; null: the platform's bound. */
	readonly atOnce: number | null;
}

/** The agent's own name for itself in a grant. */
export const SELF = "self";
