import { isJsonObject } from "./plain-json.ts";

/**
 * The one JSON text of a value that is plain JSON (`plainJsonFinding` is null): RFC 8785. No white space; keys sorted by UTF-16 code unit; numbers as
 * ECMAScript writes them, so that -0 is `0`; strings with the shortest escapes and not normalised: é of one code point and of two stay apart.
 * Unlike contract/tagged-json's canonical text it has no tags: what reads it is any JSON reader.
 * @throws TypeError for what is not plain JSON: a bug.
 */
export const canonicalJson = (value: unknown): string => {
	if (Array.isArray(value)) return `[${Array.from<unknown>(value).map(canonicalJson).join(",")}]`;
	if (isJsonObject(value)) {
		const keys = Object.keys(value).sort();
		return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(",")}}`;
	}
	if (value === null || typeof value === "boolean" || typeof value === "string" || (typeof value === "number" && Number.isFinite(value)))
		return JSON.stringify(value);
	throw new TypeError(`Writing canonical JSON: found a ${typeof value}, wanted plain JSON.`);
};
