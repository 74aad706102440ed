import { StreamableHTTPClientTransport, StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
	InitializeResultSchema,
	type JSONRPCMessage,
	LATEST_PROTOCOL_VERSION,
	SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/sdk/types.js";
import { mcpFetch } from "./mcp-fetch.ts";
import { answeredWith, ToolFailure, unreachable } from "./tool-failure.ts";
import type { Wire } from "./tool-wire.ts";

/** A session as it can be taken up again. */
export interface McpSession {
	/** Null: the server keeps none. */
	readonly sessionId: string | null;
	readonly protocolVersion: string;
}

export type McpAnswer =
	| { kind: "result"; result: Readonly<Record<string, unknown>> }
	/** A JSON-RPC error. The text is the server's own. */
	| { kind: "error"; message: string }
	/** The server knows the session no more: nothing was done. */
	| { kind: "session_gone" };

const SESSION_GONE = 404;

/**
 * One conversation with an MCP server, over the official SDK's Streamable HTTP transport (specification 2025-11-25, Transports). Ids of requests are random,
 * since calls at the same time share a session, in which an id must not occur twice.
 */
export class McpConnection {
	readonly #transport: StreamableHTTPClientTransport;
	#awaited: string | null = null;
	#answer: JSONRPCMessage | null = null;
	#protocolVersion: string;

	private constructor(wire: Wire, url: string, session: McpSession | null) {
		this.#protocolVersion = session?.protocolVersion ?? LATEST_PROTOCOL_VERSION;
		this.#transport = new StreamableHTTPClientTransport(new URL(url), {
			fetch: mcpFetch(wire, () => this.#awaited),
			...(typeof session?.sessionId === "string" ? { sessionId: session.sessionId } : {}),
		});
		this.#transport.onmessage = (message) => {
			this.#answer = message;
		};
		if (session !== null) this.#transport.setProtocolVersion(session.protocolVersion);
	}

	/** Takes up a session: sends nothing. */
	static async resume(wire: Wire, url: string, session: McpSession): Promise<McpConnection> {
		const connection = new McpConnection(wire, url, session);
		await connection.#transport.start();
		return connection;
	}

	/** Begins a session. @throws ToolFailure */
	static async open(wire: Wire, url: string): Promise<McpConnection> {
		const connection = new McpConnection(wire, url, null);
		await connection.#transport.start();
		const answer = await connection.ask("initialize", {
			protocolVersion: LATEST_PROTOCOL_VERSION,
			// None: a server that keeps to the protocol then asks for no sampling, elicitation or roots.
			capabilities: {},
			clientInfo: { name: "cordon", version: "1" },
		});
		if (answer.kind !== "result") throw unreachable();
		const version = InitializeResultSchema.safeParse(answer.result).data?.protocolVersion;
		if (version === undefined || !SUPPORTED_PROTOCOL_VERSIONS.includes(version))
			throw new ToolFailure("upstream_failed", "the tool server speaks no version of MCP that is spoken here");
		connection.#protocolVersion = version;
		connection.#transport.setProtocolVersion(version);
		await connection.#send({ jsonrpc: "2.0", method: "notifications/initialized" });
		return connection;
	}

	session(): McpSession {
		return { sessionId: this.#transport.sessionId ?? null, protocolVersion: this.#protocolVersion };
	}

	/** One request and its answer. @throws ToolFailure */
	async ask(method: string, params: Record<string, unknown>): Promise<McpAnswer> {
		const id = crypto.randomUUID();
		this.#awaited = id;
		this.#answer = null;
		const status = await this.#send({ jsonrpc: "2.0", id, method, params });
		this.#awaited = null;
		if (status === SESSION_GONE) return { kind: "session_gone" };
		const answer = this.#taken();
		if (answer === null) throw unreachable();
		if ("result" in answer) return { kind: "result", result: answer.result };
		if ("error" in answer) return { kind: "error", message: answer.error.message };
		throw unreachable();
	}

	#taken(): JSONRPCMessage | null {
		return this.#answer;
	}

	/** Tells the server that the session is over, as far as it listens. Never throws. */
	async end(): Promise<void> {
		await this.#transport.terminateSession().catch(() => undefined);
		await this.#transport.close().catch(() => undefined);
	}

	/** @returns 404 when the session that was taken up is gone, else 200. @throws ToolFailure */
	async #send(message: JSONRPCMessage): Promise<number> {
		const hadSession = this.#transport.sessionId !== undefined;
		try {
			await this.#transport.send(message);
			return 200;
		} catch (failure) {
			if (failure instanceof ToolFailure) throw failure;
			if (!(failure instanceof StreamableHTTPError)) throw unreachable();
			const status = failure.code ?? 0;
			if (status === SESSION_GONE && hadSession) return SESSION_GONE;
			throw status >= 400 ? answeredWith(status) : unreachable();
		}
	}
}
