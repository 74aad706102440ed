import { LIMITS } from "../../../contract/limits.ts";
import type { McpSession } from "./mcp-connection.ts";

interface Kept {
	readonly session: McpSession;
	readonly untilMs: number;
}

/**
 * Sessions of this isolate with MCP servers, so that a call needs no handshake. The key names the tenant, the agent and the stored server's stamp, so that no
 * session is ever shown to another server or used for another agent. Lost without harm.
 */
export class McpSessions {
	readonly #kept = new Map<string, Kept>();

	get(key: string): McpSession | null {
		const kept = this.#kept.get(key);
		return kept !== undefined && kept.untilMs > Date.now() ? kept.session : null;
	}

	keep(key: string, session: McpSession): void {
		this.#kept.delete(key);
		const [oldest] = this.#kept.keys();
		if (this.#kept.size >= LIMITS.toolSessions && oldest !== undefined) this.#kept.delete(oldest);
		this.#kept.set(key, { session, untilMs: Date.now() + LIMITS.toolSessionMs });
	}

	forget(key: string): void {
		this.#kept.delete(key);
	}
}
