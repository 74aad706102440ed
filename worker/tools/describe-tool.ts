import { hexDigest } from "../../contract/hex-digest.ts";
import { LIMITS } from "../../contract/limits.ts";
import { canonicalJson } from "../verbs/json-schema/canonical-json.ts";
import { compileSchema } from "../verbs/json-schema/compile-schema.ts";
import { isJsonObject, plainJsonFinding } from "../verbs/json-schema/plain-json.ts";
import type { OpenApiCall, StoredTool } from "../verbs/tool-call/tool-server.ts";

/** A tool as its server or document has it: nothing in it is checked. */
export interface FoundTool {
	readonly name: string;
	readonly description: string;
	readonly inputSchema: unknown;
	/** Null for tools of MCP servers. */
	readonly call: OpenApiCall | null;
	/** Why it cannot be called, where reading it has shown that already. */
	readonly unusable: string | null;
}

const WHY_CHARS = 300;
const CUT = "…";

/** What is stored of a tool: bounded, its schema tried, and a digest over all that a person reviews. */
export const describeTool = async (url: string, found: FoundTool): Promise<StoredTool> => {
	const { name, call } = found;
	const fault = found.unusable ?? schemaFault(found.inputSchema);
	// A schema that cannot be used is not kept: it may be as large or as deep as its server likes.
	const inputSchema = fault === null ? found.inputSchema : {};
	const reviewed = { url, name, description: wellFormed(found.description), inputSchema, call };
	const digest = `sha256:${await hexDigest(canonicalJson(reviewed))}`;
	return {
		name,
		description: shownDescription(found.description),
		inputSchema,
		digest,
		unusable: fault?.slice(0, WHY_CHARS) ?? null,
		call,
	};
};

const schemaFault = (schema: unknown): string | null => {
	const bounds = { depth: LIMITS.schemaDepth, nodes: LIMITS.schemaNodes };
	if (!isJsonObject(schema) || plainJsonFinding(schema, bounds) !== null)
		return `its input schema is no object of plain JSON with at most ${bounds.nodes} values, ${bounds.depth} deep`;
	const bytes = new TextEncoder().encode(JSON.stringify(schema)).length;
	if (bytes > LIMITS.toolSchemaBytes) return `its input schema has ${bytes} bytes, more than ${LIMITS.toolSchemaBytes}`;
	const compiled = compileSchema(schema, { unknownKeywords: "ignore" });
	return compiled.kind === "schema" ? null : `its input schema cannot be checked: ${compiled.path}: ${compiled.why}`;
};

const wellFormed = (text: string): string => text.toWellFormed();

/** Without what hides or reorders text, since people read it before they grant the tool. */
const shownDescription = (text: string): string => {
	const clean = wellFormed(text.slice(0, LIMITS.toolDescriptionChars)).replace(/[^\P{C}\n]|[\u2028\u2029]/gu, " ");
	return text.length > LIMITS.toolDescriptionChars ? `${clean}${CUT}` : clean;
};
