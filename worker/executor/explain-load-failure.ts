import { LIMITS } from "../../contract/limits.ts";

const PREFIX = /^Failed to start Worker:\s*/;
const PLACE = /\s+at program\/([A-Za-z0-9_\-./]{1,300}):(\d{1,9}):(\d{1,9})\s*$/;

/**
 * What the runtime's refusal to load a program means, in words about the program. Control characters are escaped, since the message quotes its text.
 * @param message the runtime's, e.g. "Failed to start Worker:\nUncaught SyntaxError: …\n  at program/main.ts:1:39"
 * @returns `line` and `column` in the stripped code, or null when the runtime names no place in the program
 */
export const explainLoadFailure = (message: string): { message: string; line: number | null; column: number | null } => {
	const text = message.slice(0, LIMITS.errorMessageChars * 2).replace(PREFIX, "");
	const place = PLACE.exec(text);
	const what = (place === null ? text : text.slice(0, place.index))
		.replace(/^Uncaught\s+/, "")
		.replaceAll("program/", "")
		.trim();
	const shown = escapeControls(what).slice(0, LIMITS.errorMessageChars - 100);
	return {
		message: `Loading the program: ${shown === "" ? "the runtime refused it" : shown}${place === null ? "" : ` (in ${place[1] ?? ""})`}.`,
		line: place === null ? null : Number(place[2]),
		column: place === null ? null : Number(place[3]),
	};
};

const escapeControls = (text: string): string =>
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
	text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
