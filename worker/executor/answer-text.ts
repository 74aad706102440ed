import { ERRORS, type ErrorCode } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { encodeValue } from "../../contract/tagged-json.ts";

/**
 * What an isolate gets for a call, as text that a journal can keep: JSON of a GateAnswer without its stamp. `stamped` adds that: the program's clock
 * stands there after the answer; null: no time passed.
 */
export const valueText = (value: unknown, isResponse: boolean): string => {
	const encoded = encodeValue(value, { bytes: LIMITS.callAnswerBytes, response: isResponse });
	return encoded.kind === "encoded"
		? JSON.stringify({ kind: "value", value: encoded.text })
		: errorText("response_too_large", `Answering a call: ${encoded.message}`);
};

/** The same of an error, as the harness throws it. @param details what a program may want to know of it as data; JSON, and small */
export const errorText = (code: ErrorCode, message: string, hint: string = ERRORS[code].hint, details?: Record<string, unknown>): string =>
	JSON.stringify({ kind: "error", code, message, hint, ...(details === undefined ? {} : { details }) });

export const stamped = (text: string, atMs: number | null): string => `{"atMs":${atMs},${text.slice(1)}`;
