import { parse } from "yaml";
import { readBoundedJson } from "../../contract/bounded-json.ts";
import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { isJsonObject } from "../verbs/json-schema/plain-json.ts";

/** An OpenAPI document: an object of plain JSON, bounded in bytes, depth and values. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

const refused = (found: string, wanted: string): Refusal =>
	new Refusal("invalid_request", `reading an OpenAPI document: found ${found}, wanted ${wanted}`);

/**
 * @param document text of JSON or YAML, or the parsed JSON.
 * @throws Refusal `invalid_request`
 */
export const readDocument = (document: unknown): OpenApiDocument => {
	const text = typeof document === "string" ? document : JSON.stringify(document);
	const json = looksLikeJson(text) ? text : yamlToJson(text);
	if (new TextEncoder().encode(json).length > LIMITS.openApiBytes.json)
		throw refused("a document that is larger", `at most ${LIMITS.openApiBytes.json} bytes of JSON`);
	const read = readBoundedJson(json);
	if (read.kind === "refused") throw refused(`something that cannot be read: ${read.why}`, "JSON or YAML");
	const { value } = read;
	if (!isJsonObject(value)) throw refused("something else", "an object");
	const { openapi } = value;
	if (typeof openapi !== "string" || !/^3\.[01](?:\.|$)/.test(openapi)) throw refused("another kind of document", "openapi: 3.0 or 3.1");
	return value;
};

const looksLikeJson = (text: string): boolean => text.slice(0, LIMITS.pathChars).trimStart().startsWith("{");

const yamlToJson = (text: string): string => {
	const fault = yamlFault(text);
	if (fault !== null) throw refused(fault, "less, or the document as JSON");
	try {
		// Duplicate keys are looked for with the square of their number: here the last one wins, as in JSON.
		return (
			JSON.stringify(parse(text, { uniqueKeys: false, schema: "core", maxAliasCount: 100, prettyErrors: false, logLevel: "error" })) ?? ""
		);
	} catch {
		throw refused("something that cannot be read", "JSON or YAML");
	}
};

const SPACE = 0x20;
/** What a line may begin with that opens a level, or looks so: space, tab, `-`, `?`, `:`, `&`, `!`. */
const LEADING: ReadonlySet<number> = new Set([SPACE, 0x09, 0x2d, 0x3f, 0x3a, 0x26, 0x21]);
const LINE_FEED = 0x0a;
const BRACKETS: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const ALIASES: ReadonlySet<number> = new Set([0x26, 0x2a]);

/** Why text is not given to the YAML parser, whose time grows with the square of how deep lines and brackets lie; null when it is. Linear. */
const yamlFault = (text: string): string | null => {
	if (text.length > LIMITS.openApiBytes.yaml) return `YAML of more than ${LIMITS.openApiBytes.yaml} characters`;
	let brackets = 0;
	let aliases = 0;
	let leading = 0;
	let isLeading = true;
	for (let at = 0; at < text.length; at += 1) {
		const code = text.charCodeAt(at);
		if (BRACKETS.has(code)) brackets += 1;
		if (ALIASES.has(code)) aliases += 1;
		if (code === LINE_FEED) [leading, isLeading] = [0, true];
		else if (isLeading && LEADING.has(code)) leading += 1;
		else isLeading = false;
		if (leading > LIMITS.yamlIndent) return `YAML with a line that begins with more than ${LIMITS.yamlIndent} signs of nesting`;
		if (brackets > LIMITS.yamlBrackets) return `YAML with more than ${LIMITS.yamlBrackets} opening brackets`;
		if (aliases > LIMITS.yamlAliases) return `YAML with more than ${LIMITS.yamlAliases} signs of anchors and aliases`;
	}
	return null;
};
