import { type McpAnswer, McpConnection } from "./mcp-connection.ts";
import { readMcpResult, type ToolResult } from "./mcp-result.ts";
import { McpSessions } from "./mcp-sessions.ts";
import type { ToolPlan } from "./perform-tool.ts";
import { unreachable } from "./tool-failure.ts";
import type { Wire } from "./tool-wire.ts";

const sessions = new McpSessions();

/**
 * Calls a tool, in the session of the last call where there is one. A server that knows that session no more has done nothing: it is asked once more in
 * a new session. Anything else that goes wrong is never repeated. What a server keeps in a session is shared by no two owners.
 * @param owner the tenant and the agent.
 * @throws ToolFailure
 */
export const callMcpTool = async (plan: Pick<ToolPlan, "server" | "tool" | "args">, wire: Wire, owner: string): Promise<ToolResult> => {
	const key = `${owner}/${plan.server.stamp}`;
	const kept = sessions.get(key);
	if (kept !== null) {
		const answer = await callIn(await McpConnection.resume(wire, plan.server.url, kept), plan).catch((failure: unknown) => {
			// Whatever is wrong with the session shall not last.
			sessions.forget(key);
			throw failure;
		});
		if (answer.kind !== "session_gone") return readMcpResult(answer, wire);
		sessions.forget(key);
	}
	const connection = await McpConnection.open(wire, plan.server.url);
	const answer = await callIn(connection, plan);
	if (answer.kind === "session_gone") throw unreachable();
	sessions.keep(key, connection.session());
	return readMcpResult(answer, wire);
};

const callIn = (connection: McpConnection, plan: Pick<ToolPlan, "tool" | "args">): Promise<McpAnswer> =>
	connection.ask("tools/call", { name: plan.tool.name, arguments: plan.args });
