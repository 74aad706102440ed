import { LIMITS } from "../../../contract/limits.ts";

const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const ENCODER = new TextEncoder();

/**
 * Why a text is no key, or null: 1 to `stateKeyBytes` bytes of UTF-8, well-formed, Unicode NFC, without control characters. Keys are compared byte by
 * byte and never folded. A prefix is made of the same but may be empty.
 */
export const keyFault = (key: string): string | null => (key === "" ? "1 character or more" : prefixFault(key));

export const prefixFault = (prefix: string): string | null => {
	// No text of more characters has fewer bytes; the length is asked first, so that nothing long is read through.
	if (prefix.length > LIMITS.stateKeyBytes || ENCODER.encode(prefix).length > LIMITS.stateKeyBytes)
		return `at most ${LIMITS.stateKeyBytes} bytes of UTF-8`;
	if (!prefix.isWellFormed()) return "Unicode without half surrogate pairs";
	if (CONTROL.test(prefix)) return "no control characters";
	return prefix.normalize("NFC") === prefix ? null : "Unicode's composed form, NFC (text.normalize())";
};
