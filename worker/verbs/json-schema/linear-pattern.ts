import { RE2JS } from "re2js";
import { LIMITS } from "../../../contract/limits.ts";
import type { SchemaWalk } from "./schema-walk.ts";

/** A regular expression whose work is linear in the text (RE2), so that neither pattern nor text can stall the thread. Unanchored, as JSON Schema has it. */
export interface LinearPattern {
	/** Instructions: what one character may cost. */
	readonly size: number;
	test(text: string, walk: SchemaWalk): boolean;
}

export type CompiledPattern = { kind: "pattern"; pattern: LinearPattern } | { kind: "refused"; why: string };

/** A large program seldom meets a state that it has seen, and makes a new one of all its instructions for each character: measured at four times the price. */
const INSTRUCTIONS_A_STEP = { small: 8, large: 2 };
const LARGE_PROGRAM = 256;
const REPEAT = /(\)?)\{(\d{1,4})(?:,(\d{0,4}))?\}/g;

/**
 * Makes a pattern of ECMA-262 (with the u flag) ready, without what RE2 has not: back references and looking around are refused.
 * @param room most instructions; what may need more is refused before it is built.
 */
export const compilePattern = (source: string, room: number): CompiledPattern => {
	if (source.length > LIMITS.schemaPatternChars)
		return { kind: "refused", why: `found a pattern of ${source.length} characters, wanted at most ${LIMITS.schemaPatternChars}` };
	const tooLarge = { kind: "refused", why: `found patterns that need more than ${LIMITS.schemaPatternProgram} instructions` } as const;
	if (largestProgram(source) > room) return tooLarge;
	try {
		const compiled = RE2JS.compile(RE2JS.translateRegExp(source));
		const size = compiled.programSize();
		const perStep = size > LARGE_PROGRAM ? INSTRUCTIONS_A_STEP.large : INSTRUCTIONS_A_STEP.small;
		if (size > room) return tooLarge;
		const test = (text: string, walk: SchemaWalk): boolean => {
			walk.spend(1 + Math.ceil((text.length * size) / perStep));
			return compiled.test(text);
		};
		return { kind: "pattern", pattern: { size, test } };
	} catch {
		return { kind: "refused", why: "found a pattern that cannot run in linear time or is not well formed, wanted one of RE2's syntax" };
	}
};

/**
 * At least as many instructions as the pattern has, from its text alone. A counted repetition of one character or class adds its count; one behind a
 * parenthesis may hold everything before it, other repetitions too, so that it multiplies. RE2 itself refuses counts whose product is above 1,000.
 */
const largestProgram = (source: string): number => {
	let [sum, product] = [2 * source.length, 1];
	for (const [, group, least, most] of source.matchAll(REPEAT)) {
		const count = Math.max(Number(least), Number(most || 0), 1) + 1;
		if (group === ")") product *= count;
		else sum += 2 * count;
	}
	return sum * product;
};
