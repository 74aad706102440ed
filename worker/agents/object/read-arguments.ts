import { LIMITS } from "../../../contract/limits.ts";
import { canonicalText, type Decoding, decodeValue } from "../../../contract/tagged-json.ts";

/** A call's arguments: decoded, and as the one text that the journal keeps, a person is shown, and is executed. Null where they cannot be read. */
export interface ReadArguments {
	readonly decoded: Decoding;
	readonly argsText: string | null;
}

const ENCODER = new TextEncoder();

/**
 * Reads what the isolate sent. Text past `argumentBytes` as UTF-8 is not read: what was sent is bounded in characters, and a canonical number may be longer
 * than the one sent, while the rows that keep the text, here and in D1, end at 2 MB.
 */
export const readArguments = (args: string): ReadArguments => {
	const decoded = decodeValue(args);
	if (decoded.kind === "refused") return { decoded, argsText: null };
	const argsText = canonicalText(decoded.value);
	if (ENCODER.encode(argsText).length <= LIMITS.argumentBytes) return { decoded, argsText };
	return { decoded: { kind: "refused", why: `the arguments are longer than ${LIMITS.argumentBytes} bytes` }, argsText: null };
};
