import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { discoverTools, type ServerSource } from "../../../worker/tools/discover-tools.ts";
import { toolCall } from "../../../worker/verbs/tool-call/tool-call.ts";
import type { StoredServer } from "../../../worker/verbs/tool-call/tool-server.ts";
import type { BoundGrant, CallContext, Resources } from "../../../worker/verbs/verb.ts";
import { callContext } from "./perform.ts";

/** A request as the server saw it. */
export interface SeenMessage {
	readonly method: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: unknown;
}

/** A real MCP server of the official SDK on loopback. */
export interface McpUpstream extends AsyncDisposable {
	readonly url: string;
	/** `127.0.0.1:port` */
	readonly host: string;
	readonly seen: SeenMessage[];
	/** JSON-RPC methods of what was seen, in order. */
	methods(): string[];
	/** Forgets all sessions, as a restarted server has. */
	restart(): void;
}

const listen = async (server: Server): Promise<number> => {
	// A connection that ends while it is idle may end under the next request on it.
	server.keepAliveTimeout = 0;
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	assert(address !== null && typeof address === "object");
	return address.port;
};

/** @param stateless without sessions: each request has a server of its own. @param json answers with JSON in the place of events. */
export const startMcpServer = async (
	register: (server: McpServer) => void,
	options: { stateless?: boolean; json?: boolean } = {},
): Promise<McpUpstream> => {
	const seen: SeenMessage[] = [];
	const transports = new Map<string, StreamableHTTPServerTransport>();
	const open = async (): Promise<StreamableHTTPServerTransport> => {
		const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
			...(options.stateless === true ? {} : { sessionIdGenerator: () => randomUUID() }),
			enableJsonResponse: options.json === true,
			onsessioninitialized: (id) => void transports.set(id, transport),
		});
		const server = new McpServer({ name: "upstream", version: "1.0.0" });
		register(server);
		await server.connect(transport);
		return transport;
	};
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
		seen.push({ method: request.method ?? "", headers: request.headers, body });
		const id = request.headers["mcp-session-id"];
		const known = typeof id === "string" ? transports.get(id) : undefined;
		if (typeof id === "string" && known === undefined) {
			response.writeHead(404).end();
			return;
		}
		await (known ?? (await open())).handleRequest(request, response, body);
	});
	const port = await listen(server);
	return {
		url: `http://127.0.0.1:${port}/mcp`,
		host: `127.0.0.1:${port}`,
		seen,
		methods: () =>
			seen.map(({ method, body }) => (typeof body === "object" && body !== null && "method" in body ? String(body.method) : method)),
		restart: () => transports.clear(),
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
};

/** Reads a server's tools as PUT /v1/tools does. */
export const storeServer = (source: Partial<ServerSource> & Pick<ServerSource, "kind">, context: CallContext): Promise<StoredServer> =>
	discoverTools({ url: null, document: undefined, secret: null, keep: null, ...source }, context);

/** What the registry gives a call: the description as it is after a way through JSON. */
export const resourcesOf = (server: StoredServer, name = "jira"): Resources => {
	const stored: unknown = JSON.parse(JSON.stringify(server));
	assert(typeof stored === "object");
	return new Map([[`tool/${name}`, { ...stored, version: 1 }]]);
};

export const toolGrant = (tools: readonly unknown[], parts: Record<string, unknown> = {}): BoundGrant =>
	toolCall.bind({ verb: "tool.call", server: "jira", tools, ...parts });

/** A context in which servers on these loopback hosts may be asked. */
export const contextFor = (hosts: readonly string[], parts: Parameters<typeof callContext>[0] = {}): CallContext =>
	callContext({ developmentHosts: [...hosts], ...parts });
