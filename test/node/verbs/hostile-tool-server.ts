import type { ServerResponse } from "node:http";
import { contextFor, storeServer } from "./tool-server.ts";
import { type SeenRequest, startUpstream } from "./upstream.ts";

export const SECRET = "s3cr3t-that-servers-would-like-to-keep";

export interface Message {
	readonly id?: string;
	readonly method?: string;
	readonly params?: { readonly cursor?: string };
}

export const json = (response: ServerResponse, body: unknown): void => {
	response.writeHead(200, { "content-type": "application/json" }).end(typeof body === "string" ? body : JSON.stringify(body));
};
export const event = (body: unknown): string => `event: message\ndata: ${JSON.stringify(body)}\n\n`;
export const TOOL = { name: "tool", description: "A tool.", inputSchema: { type: "object" } };

/** A server that shakes hands and lists as it should, and answers calls as it likes. */
export const startHostile = (
	call: (message: Message, response: ServerResponse, request: SeenRequest) => void,
	tools: (message: Message) => object = () => ({ tools: [TOOL] }),
) =>
	startUpstream((request, response) => {
		const message: Message = request.body === "" ? {} : JSON.parse(request.body);
		const { id, method } = message;
		if (method === "initialize") {
			const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "h", version: "1" } };
			json(response, { jsonrpc: "2.0", id, result });
		} else if (method === "tools/list") json(response, { jsonrpc: "2.0", id, result: tools(message) });
		else if (method === "tools/call") call(message, response, request);
		else response.writeHead(202).end();
	});

export const store = async (upstream: { readonly port: number; readonly origin: string }, parts: Parameters<typeof contextFor>[1] = {}) => {
	const context = contextFor([`127.0.0.1:${upstream.port}`], { secrets: { token: SECRET }, ...parts });
	const secret = { name: "token", header: "authorization", format: "Bearer {secret}" };
	return { context, server: await storeServer({ kind: "mcp", url: `${upstream.origin}/mcp`, secret }, context) };
};
