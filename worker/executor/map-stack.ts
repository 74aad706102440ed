import { LIMITS } from "../../contract/limits.ts";
import { createAuthorPositions, type Position } from "./author-position.ts";
import type { CompiledProgram } from "./protocol.ts";

/** A frame as the harness gives it: `    at name (main.ts:3:9)`. */
const FRAME = /^( {4}at (?:.{0,300} \()?)([A-Za-z0-9_\-./]{1,300}):([1-9]\d{0,8}):([1-9]\d{0,8})(\)?)$/;
/** Frames that are mapped; the rest is left out. */
const MAX_FRAMES = 50;

/**
 * The harness's stack text with the author's columns. Lines that are no frame of a module of the program are left out, whoever put them there.
 * `line` and `column` are those of the first frame.
 */
export const mapStack = (stack: string, program: CompiledProgram): { stack: string; line: number | null; column: number | null } => {
	const lines: string[] = [];
	const modules = new Map<string, ReturnType<typeof createAuthorPositions>>();
	let first: Position | null = null;
	for (const text of stack.slice(0, LIMITS.errorStackChars).split("\n")) {
		const [, head, module, line, column, tail] = FRAME.exec(text) ?? [];
		if (module === undefined || !Object.hasOwn(program.modules, module)) continue;
		const positions =
			modules.get(module) ??
			createAuthorPositions(
				program.modules[module] ?? "",
				Object.hasOwn(program.sources, module) ? (program.sources[module] ?? null) : null,
			);
		modules.set(module, positions);
		const position = positions(Number(line), Number(column));
		first ??= position;
		lines.push(`${head ?? ""}${module}:${position.line}:${position.column}${tail ?? ""}`);
		if (lines.length >= MAX_FRAMES) break;
	}
	return { stack: lines.join("\n"), line: first?.line ?? null, column: first?.column ?? null };
};
