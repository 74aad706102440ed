import { LIMITS } from "../../contract/limits.ts";

/** Why an isolate gave no answer. */
export type IsolateEnd = { kind: "stopped"; reason: "cpu" | "memory" } | { kind: "silent" } | { kind: "not_loaded"; message: string };

const LOAD_FAILURE = "Failed to start Worker";

/**
 * Reads the rejection of a call into an isolate. The runtime marks with `remote` what the isolate itself threw, which the isolate cannot unmark: the words
 * of such an error are the program's and say nothing. Without the mark the words are the runtime's.
 */
export const judgeIsolateError = (error: unknown): IsolateEnd => {
	if (!(error instanceof Error) || "remote" in error) return { kind: "silent" };
	if (error.message.startsWith(LOAD_FAILURE)) return { kind: "not_loaded", message: error.message.slice(0, LIMITS.errorStackChars) };
	if (/exceeded CPU/i.test(error.message)) return { kind: "stopped", reason: "cpu" };
	if (/exceeded (?:its )?memory/i.test(error.message)) return { kind: "stopped", reason: "memory" };
	return { kind: "silent" };
};
