import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";

/** What the server's tools answer with: the secret that it was asked with stands in it. */
export const SECRET = "s3cr3t-of-the-tool-server";

/** The official SDK's server side inside the runtime, reached through the Worker's way out. @param tools what it lists, as it is then. */
export const startMcpServer = (tools: readonly { name: string; description: string }[]) => {
	const seen: Request[] = [];
	const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
	const open = async (): Promise<WebStandardStreamableHTTPServerTransport> => {
		const transport = new WebStandardStreamableHTTPServerTransport({
			sessionIdGenerator: () => crypto.randomUUID(),
			onsessioninitialized: (id) => void transports.set(id, transport),
		});
		transport.onmessage = async (message) => {
			if (!("method" in message) || !("id" in message)) return;
			const results = new Map<string, object>([
				["initialize", { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } }],
				["tools/list", { tools: tools.map((tool) => ({ ...tool, inputSchema: { type: "object" } })) }],
				["tools/call", { content: [{ type: "text", text: `done with ${SECRET}` }] }],
			]);
			await transport.send({ jsonrpc: "2.0", id: message.id, result: { ...results.get(message.method) } });
		};
		await transport.start();
		return transport;
	};
	const egress = async (request: Request): Promise<Response> => {
		seen.push(request.clone());
		return await (transports.get(request.headers.get("mcp-session-id") ?? "") ?? (await open())).handleRequest(request);
	};
	return { seen, egress };
};
