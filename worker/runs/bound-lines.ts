import { LIMITS } from "../../contract/limits.ts";
import type { RunLog } from "../../contract/runs.ts";

/** A console line as whatever runs the program says it. */
export interface SaidLine {
	readonly atMs: number;
	readonly level: RunLog["level"];
	readonly text: string;
}

/** Console lines of one execution within the limits, numbered anew: the harness's count is the program's word. */
export class BoundLines {
	#kept = 0;
	#chars = 0;
	#isCut = false;

	/** Whether lines were left out. What comes after the first of them is left out too. */
	get isCut(): boolean {
		return this.#isCut;
	}

	/** The next lines of the execution, those that fit. */
	take(lines: readonly SaidLine[]): RunLog[] {
		const logs: RunLog[] = [];
		for (const line of lines) {
			const text = line.text.slice(0, LIMITS.logLineChars + 100);
			this.#chars += text.length;
			this.#isCut ||= this.#kept >= LIMITS.logLines || this.#chars > LIMITS.logChars;
			if (this.#isCut) break;
			this.#kept += 1;
			logs.push({ seq: this.#kept, atMs: Math.max(0, Math.trunc(line.atMs) || 0), level: line.level, text });
		}
		return logs;
	}
}

/** All lines of an execution. @param dropped lines that were lost before they came here */
export const boundLogs = (lines: readonly SaidLine[], dropped: number): { logs: RunLog[]; logsTruncated: boolean } => {
	const bound = new BoundLines();
	const logs = bound.take(lines);
	return { logs, logsTruncated: dropped > 0 || bound.isCut };
};
