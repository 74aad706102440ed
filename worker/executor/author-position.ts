import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** A place in a text; both count from 1. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

/**
 * Finds places of the stripped code in the author's text. Exact at the starts of tokens, which is where the runtime's frames point.
 * @param map source map version 3 as JSON text, or null when no column moved; read at the first question and then kept
 */
export const createAuthorPositions = (map: string | null): ((line: number, column: number) => Position) => {
	let trace: TraceMap | null = null;
	return (line, column) => {
		if (map === null) return { line, column };
		trace ??= new TraceMap(map);
		const found = originalPositionFor(trace, { line: Math.max(1, line), column: Math.max(0, column - 1) });
		return found.line === null || found.column === null ? { line, column } : { line: found.line, column: found.column + 1 };
	};
};
