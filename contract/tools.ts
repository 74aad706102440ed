import { z } from "zod";
import { AtMs, atMost, Name, ParsedJson } from "./common.ts";
import { LIMITS } from "./limits.ts";

/** Tool servers of a tenant: what `tool.call` may name. */

const ToolName = z.string().min(1).max(LIMITS.toolNameChars);

export const PutTool = z
	.strictObject({
		kind: z.enum(["mcp", "openapi"]).describe("an MCP server over Streamable HTTP, or an HTTP API with an OpenAPI 3 document"),
		url: z
			.string()
			.min(1)
			.max(LIMITS.urlChars)
			.optional()
			.describe("mcp: the endpoint; openapi: where the API is, or where its document is when none is given"),
		document: z
			.union([z.string().max(LIMITS.openApiBytes.json), z.record(z.string(), ParsedJson)])
			.optional()
			.describe("openapi: the document, as JSON or as text of JSON or YAML; its first server is used unless url is given"),
		secret: Name.optional().describe("name of the secret that the host sends with each request"),
		header: z.string().min(1).max(LIMITS.nameChars).optional().describe("header that carries the secret; left out: authorization"),
		format: z.string().max(512).optional().describe("the header's value; left out: Bearer {secret}"),
		tools: atMost(LIMITS.toolsPerServer, "tools", z.array(ToolName).min(1))
			.optional()
			.describe("names of the tools to keep; left out: all of them"),
	})
	.refine((body) => body.kind === "openapi" || (body.url !== undefined && body.document === undefined), {
		error: "wanted url, and no document, for an MCP server",
		path: ["url"],
	})
	.refine((body) => body.url !== undefined || body.document !== undefined, { error: "wanted url, document or both", path: ["document"] })
	.refine((body) => body.secret !== undefined || (body.header === undefined && body.format === undefined), {
		error: "wanted the name of a secret for header and format",
		path: ["secret"],
	});
export type PutTool = z.infer<typeof PutTool>;

/** One tool as it was found when the server was last read. Name, description and schema are the server's own words. */
export const Tool = z.strictObject({
	name: z.string(),
	description: z.string(),
	inputSchema: ParsedJson,
	/** What a grant may pin: over server, name, description and schema. */
	digest: z.string().describe("sha256:… over the server's address and the tool's name, description and schema"),
	unusable: z.string().nullable().describe("why it cannot be called; null when it can"),
});
export type Tool = z.infer<typeof Tool>;

/** A tool server in a list. */
export const ToolServerSummary = z.strictObject({
	name: Name,
	kind: z.enum(["mcp", "openapi"]),
	url: z.string(),
	secret: Name.nullable(),
	version: z.int().describe("rises with each write and each refresh"),
	toolCount: z.int(),
	createdAtMs: AtMs,
	updatedAtMs: AtMs,
});
export type ToolServerSummary = z.infer<typeof ToolServerSummary>;

export const ToolServer = ToolServerSummary.extend({
	header: z.string().nullable(),
	format: z.string().nullable(),
	/** Where the document was fetched; null when it was given, and for MCP servers. */
	documentUrl: z.string().nullable(),
	/** Names that were found but not kept, since `tools` does not name them: how many. */
	left: z.int(),
	tools: z.array(Tool),
});
export type ToolServer = z.infer<typeof ToolServer>;
