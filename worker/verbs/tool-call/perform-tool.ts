import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext, VerbOutcome } from "../verb.ts";
import { callMcpTool } from "./call-mcp-tool.ts";
import { callOpenApi } from "./call-openapi.ts";
import { type OpenApiRequest, openApiRequest } from "./openapi-request.ts";
import type { ToolCallGrant } from "./tool-call-grant.ts";
import { ToolFailure } from "./tool-failure.ts";
import type { ServerHead, StoredTool } from "./tool-server.ts";
import { openWire, type Wire } from "./tool-wire.ts";

/** Everything that is decided about a call before it acts. */
export interface ToolPlan {
	readonly method: string;
	readonly server: ServerHead;
	readonly tool: StoredTool;
	readonly args: Readonly<Record<string, unknown>>;
	/** Null: an MCP server. */
	readonly request: OpenApiRequest | null;
	readonly timeoutMs: number;
	readonly responseBytes: number;
	/** What all requests of the call may send together. */
	readonly worstBytes: number;
}

export type ToolPlanning = { kind: "planned"; plan: ToolPlan } | { kind: "invalid"; message: string };

interface Chosen {
	readonly grant: ToolCallGrant;
	readonly server: ServerHead;
	readonly tool: StoredTool;
	readonly method: string;
}

/** @param args fit the tool's schema. */
export const planTool = ({ grant, server, tool, method }: Chosen, args: Record<string, unknown>): ToolPlanning => {
	const bounds = {
		timeoutMs: grant.limits?.timeoutMs ?? LIMITS.upstreamMs.default,
		responseBytes: grant.limits?.responseBytes ?? LIMITS.responseBytes.default,
	};
	const argumentBytes = new TextEncoder().encode(JSON.stringify(args)).length;
	if (tool.call === null) {
		// Twice: a server that has forgotten the session is asked again in a new one.
		const worstBytes = 2 * argumentBytes + LIMITS.toolOverheadBytes;
		return { kind: "planned", plan: { method, server, tool, args, request: null, worstBytes, ...bounds } };
	}
	const built = openApiRequest(server.url, tool.call, args, server.secret?.header ?? null);
	if (built.kind === "invalid") return { kind: "invalid", message: `${method} ${built.message}` };
	// Text that is percent-encoded may take nine times its bytes; the URL is bounded by itself.
	const worstBytes = built.request.url.href.length + argumentBytes + LIMITS.toolOverheadBytes;
	return { kind: "planned", plan: { method, server, tool, args, request: built.request, worstBytes, ...bounds } };
};

/** Asks the server. Whatever comes back is data of a stranger: bounded, without the secret, and never in a message. */
export const performTool = async (plan: ToolPlan, context: CallContext): Promise<VerbOutcome> => {
	let wire: Wire | null = null;
	const cost = (): { egressBytes: number } => ({ egressBytes: wire?.sentBytes() ?? 0 });
	try {
		wire = await openWire(plan.server, context, {
			timeoutMs: plan.timeoutMs,
			responseBytes: plan.responseBytes,
			sendBytes: plan.worstBytes,
		});
		const value =
			plan.request === null
				? await callMcpTool(plan, wire, `${context.tenantId}/${context.agentId}`)
				: await callOpenApi(plan.request, wire);
		return { kind: "done", value, cost: cost() };
	} catch (failure) {
		if (!(failure instanceof ToolFailure)) throw failure;
		return { kind: "failed", code: failure.code, message: `${plan.method}: ${failure.message}`, cost: cost() };
	} finally {
		wire?.close();
	}
};
