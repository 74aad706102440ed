import type { Position } from "./author-position.ts";

/** What is wrong with a program, and where. Thrown within the compiler, turned into its outcome, never past it. `line` and `column` count from 1. */
export class InvalidProgram extends Error {
	readonly module: string;
	readonly line: number | null;
	readonly column: number | null;

	/** @param position in the author's text; null when no place is to blame. */
	constructor(message: string, module: string, position: Position | null = null) {
		super(message);
		this.module = module;
		this.line = position?.line ?? null;
		this.column = position?.column ?? null;
	}
}
