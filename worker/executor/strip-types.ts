import { transform } from "sucrase";
import type { Position } from "./author-position.ts";

/** What stripping gave: JavaScript line by line; or where the text is not TypeScript. */
export type Stripping = { kind: "stripped"; code: string } | { kind: "invalid"; what: string; position: Position | null };

/** At a wrongly blamed arrow function: from the blamed place to its body. */
const ARROW = /^(?:=>|:[^;{}]{0,500}?=>)\s*(?=\{)/;
const MAX_ARROWS = 20;

/** Strips the types of a module. @throws RangeError when it is nested too deeply. */
export const stripTypes = (name: string, text: string): Stripping => {
	const result = attempt(name, text);
	if (result.kind === "failed") return { kind: "invalid", ...descend(name, text, result) };
	return { kind: "stripped", code: result.code };
};

interface Failure {
	readonly kind: "failed";
	readonly what: string;
	readonly offset: number | null;
	readonly position: Position | null;
}

const attempt = (name: string, text: string): { kind: "done"; code: string } | Failure => {
	try {
		const options = {
			transforms: ["typescript" as const],
			disableESTransforms: true,
			filePath: name,
		};
		return { kind: "done", code: transform(text, options).code };
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		const what = error.message.replace(`Error transforming ${name}: `, "").replace(/ \(\d+:\d+\)$/, "");
		return {
			kind: "failed",
			what,
			offset: "pos" in error && typeof error.pos === "number" ? error.pos : null,
			position: positionIn(error),
		};
	}
};

/**
 * The place of an error. An error in the body of an arrow function is blamed on its arrow, since sucrase then reads it as something else: so what stands
 * before the body is blanked and the body read by itself, which finds the same error in its place.
 */
const descend = (name: string, text: string, failure: Failure): { what: string; position: Position | null } => {
	let { what, offset, position } = failure;
	for (let step = 0; step < MAX_ARROWS && offset !== null; step += 1) {
		const arrow = ARROW.exec(text.slice(offset, offset + 1_000));
		if (arrow === null) break;
		const body = offset + arrow[0].length;
		const inner = attempt(name, text.slice(0, body).replace(/[^\r\n\u2028\u2029]/g, " ") + text.slice(body));
		if (inner.kind !== "failed" || inner.offset === null) break;
		({ what, offset, position } = inner);
	}
	return { what, position };
};

/** Where sucrase says that it stopped; its columns count from 1 already. */
const positionIn = (error: SyntaxError): Position | null => {
	if (!("loc" in error)) return null;
	const loc: unknown = error.loc;
	if (typeof loc !== "object" || loc === null || !("line" in loc) || !("column" in loc)) return null;
	return typeof loc.line === "number" && typeof loc.column === "number" ? { line: loc.line, column: loc.column } : null;
};
