import { z } from "zod";
import type { Resources } from "../verb.ts";

/** How an operation of an OpenAPI document is called. Names of arguments are those of the tool's input schema. */
export const OpenApiCall = z.object({
	method: z.enum(["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"]),
	/** Below the server's URL, with `{name}` where a path parameter goes. */
	path: z.string(),
	parameters: z.array(
		z.object({
			argument: z.string(),
			name: z.string(),
			in: z.enum(["path", "query", "header"]),
			/** Whether each item of a list is sent on its own (`a=1&a=2`), else joined by commas; `deep`: `a[key]=1`. */
			style: z.enum(["each", "joined", "deep"]),
		}),
	),
	/** `fields`: the arguments that are no parameters are the fields of the JSON body; `argument`: the argument `body` is the body. */
	body: z.enum(["none", "fields", "argument"]),
});
export type OpenApiCall = z.infer<typeof OpenApiCall>;

/** One tool as it was found when its server was last read. */
export const StoredTool = z.object({
	name: z.string(),
	description: z.string(),
	/** JSON Schema of the one argument. */
	inputSchema: z.unknown(),
	digest: z.string(),
	/** Why it cannot be called; null when it can. */
	unusable: z.string().nullable(),
	/** Null for tools of MCP servers. */
	call: OpenApiCall.nullable(),
});
export type StoredTool = z.infer<typeof StoredTool>;

const ServerFields = {
	kind: z.enum(["mcp", "openapi"]),
	/** The MCP endpoint, or where the API is. */
	url: z.string(),
	secret: z.object({ name: z.string(), header: z.string(), format: z.string() }).nullable(),
	/** Where the OpenAPI document was fetched; null when it was given. */
	documentUrl: z.string().nullable(),
	/** Names of the tools that are kept; null: all. */
	keep: z.array(z.string()).nullable(),
	/** How many tools were found and not kept. */
	left: z.int(),
	/** New with each write: what belongs to one stored server is kept under it and never meets another of the same name. */
	stamp: z.string(),
};

/** What the registry keeps of a tool server. */
export const StoredServer = z.object({ ...ServerFields, tools: z.array(StoredTool) });
export type StoredServer = z.infer<typeof StoredServer>;

/** The same without a look at each tool: a call needs one of them. */
const ServerHead = z.object({ ...ServerFields, tools: z.array(z.unknown()) });
export type ServerHead = z.infer<typeof ServerHead>;

/** A server's stored description; null when it is none. */
export const readServerHead = (description: unknown): ServerHead | null => ServerHead.safeParse(description).data ?? null;

/** A tool of a server by its name; null when it has none. */
export const findTool = (server: ServerHead, name: string): StoredTool | null => {
	const found = server.tools.find((tool) => typeof tool === "object" && tool !== null && "name" in tool && tool.name === name);
	return StoredTool.safeParse(found).data ?? null;
};

/** The resources with one tool of the server left in its description: the others' schemas need not go along with each call. */
export const onlyTool = (server: string, tool: string, resources: Resources): Resources => {
	const key = `tool/${server}`;
	const head = readServerHead(resources.get(key));
	const found = head === null ? null : findTool(head, tool);
	return head === null ? resources : new Map([...resources, [key, { ...head, tools: found === null ? [] : [found] }]]);
};
