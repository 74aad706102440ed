import { LIMITS } from "../../../contract/limits.ts";

const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const ENCODER = new TextEncoder();

/**
 * Why a path is not canonical, or null when it is: absolute, no empty, `.` or `..` segment, no trailing slash, no backslash or control character,
 * Unicode NFC, within bounds. A path is compared as it is, never decoded: `%2e%2e` is six characters of a name.
 */
export const pathFault = (path: string): string | null => {
	if (path.length > LIMITS.pathChars) return `it has ${path.length} characters, wanted at most ${LIMITS.pathChars}`;
	if (!path.startsWith("/")) return "it is relative, wanted an absolute path";
	if (!path.isWellFormed()) return "it holds half of a surrogate pair, wanted Unicode";
	if (CONTROL.test(path)) return "it holds a control character, wanted none";
	if (path.includes("\\")) return "it holds a backslash, wanted /";
	if (path.normalize("NFC") !== path) return "it is not in Unicode's composed form, wanted NFC (path.normalize())";
	for (const segment of path.slice(1).split("/")) {
		if (segment === "") return "it has an empty segment, wanted single slashes and none at the end";
		if (segment === "." || segment === "..") return `it has the segment "${segment}", wanted the path that it stands for`;
		if (ENCODER.encode(segment).length > LIMITS.pathSegmentBytes)
			return `it has a segment of more than ${LIMITS.pathSegmentBytes} bytes, wanted a shorter one`;
	}
	return null;
};
