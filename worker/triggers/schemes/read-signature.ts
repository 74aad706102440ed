import { base64ToBytes, isBase64 } from "../../../contract/base64.ts";
import { LIMITS } from "../../../contract/limits.ts";

const HEX = /^[0-9a-fA-F]*$/;

/** The bytes of a signature's text; null: it is not of this encoding, or far too long. Hex digits may be of either case, base64 is padded. */
export const readSignature = (encoding: "hex" | "base64", text: string): Uint8Array | null => {
	if (text === "" || text.length > LIMITS.hookSignatureChars) return null;
	if (encoding === "base64") return isBase64(text) ? base64ToBytes(text) : null;
	if (text.length % 2 !== 0 || !HEX.test(text)) return null;
	const bytes = new Uint8Array(text.length / 2);
	for (let index = 0; index < bytes.length; index += 1) bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
	return bytes;
};
