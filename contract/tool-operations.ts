import { z } from "zod";
import { Name, PageQuery, pageOf } from "./common.ts";
import { needs, none, type Operation } from "./operation.ts";
import { PutTool, ToolServer, ToolServerSummary } from "./tools.ts";

const byName = z.strictObject({ name: Name });

/** Operations on tool servers. */
export const TOOL_OPERATIONS = {
	putTool: {
		method: "PUT",
		path: "/v1/tools/{name}",
		summary: "Store a tool server: reads its tools now and keeps them. A second write replaces it.",
		access: needs("write:tools"),
		params: byName,
		query: none,
		body: PutTool,
		answers: { 200: ToolServer },
	},
	listTools: {
		method: "GET",
		path: "/v1/tools",
		summary: "Tool servers, newest first, without their tools.",
		access: needs("read:tools"),
		params: none,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(ToolServerSummary) },
	},
	getTool: {
		method: "GET",
		path: "/v1/tools/{name}",
		summary: "One tool server with the tools found: name, description, input schema, digest.",
		access: needs("read:tools"),
		params: byName,
		query: none,
		body: null,
		answers: { 200: ToolServer },
	},
	deleteTool: {
		method: "DELETE",
		path: "/v1/tools/{name}",
		summary: "Forget a tool server. Grants that name it are refused from then on.",
		access: needs("write:tools"),
		params: byName,
		query: none,
		body: null,
		answers: { 200: ToolServerSummary },
	},
	refreshTool: {
		method: "POST",
		path: "/v1/tools/{name}/refresh",
		summary: "Read a server's tools again. Until then what was stored counts, whatever the server says.",
		access: needs("write:tools"),
		params: byName,
		query: none,
		body: null,
		answers: { 200: ToolServer },
	},
} as const satisfies Record<string, Operation>;
