import { isBase64 } from "../../../contract/base64.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { textToBytes } from "../../verbs/byte-text.ts";

/** The bytes of a signature's text; null: it is not of this encoding, or far too long. Hex digits may be of either case, base64 is padded. */
export const readSignature = (encoding: "hex" | "base64", text: string): Uint8Array | null => {
	if (text === "" || text.length > LIMITS.hookSignatureChars || (encoding === "base64" && !isBase64(text))) return null;
	return textToBytes(text, encoding);
};
