import { LIMITS } from "../../../contract/limits.ts";
import { needsApproval } from "../../policy/needs-approval.ts";
import { joinLabels } from "../common-grant.ts";
import { deniedCall } from "../denied-call.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Decision, Preparation, PreparedCall, Resources, Verb } from "../verb.ts";
import type { OperationResult } from "./call-openapi.ts";
import { checkToolArguments } from "./check-tool-arguments.ts";
import type { ToolResult } from "./mcp-result.ts";
import { performTool, planTool, type ToolPlan } from "./perform-tool.ts";
import { type GrantedTool, grantedTool, ToolCallGrant } from "./tool-call-grant.ts";
import { toolCallDeclaration } from "./tool-call-declaration.ts";
import { lintToolCall } from "./tool-call-lint.ts";
import { findTool, onlyTool, readServerHead } from "./tool-server.ts";
import { beyondToolCall } from "./beyond-tool-call.ts";

/** Calls tools of an MCP server, or operations of an HTTP API, that the tenant has registered. */
export const toolCall: Verb = {
	name: "tool.call",
	grantSchema: ToolCallGrant,
	summary: "Calls the named tools of an MCP server, or of an HTTP API with an OpenAPI document.",
	beyond: beyondToolCall,
	bind: (data) => {
		const grant = ToolCallGrant.parse(data);
		const tools = new Map(grant.tools.map(grantedTool).map((tool) => [tool.method, tool]));
		const methods = [...tools.keys()];
		return {
			methods,
			labels: joinLabels(["external", "untrusted"], grant.labels),
			resources: [{ kind: "tool", name: grant.server }],
			prepare: (method, args, resources) => {
				const tool = tools.get(method);
				return tool === undefined ? unknownMethod("tool.call", method, methods) : prepareTool(grant, tool, args, resources);
			},
			needed: (method, resources) => onlyTool(grant.server, tools.get(method)?.name ?? "", resources),
			declaration: (resources) => toolCallDeclaration(grant, tools, resources),
			lint: () => lintToolCall(grant, [...tools.values()]),
		};
	},
};

const prepareTool = (grant: ToolCallGrant, granted: GrantedTool, args: readonly unknown[], resources: Resources): Preparation => {
	const { method, effect } = granted;
	const deny = (message: string, hint: string): Preparation => ({
		kind: "prepared",
		call: deniedCall({ effect, code: "capability_not_granted", message: `${method}: ${message}`, hint }),
	});
	const server = readServerHead(resources.get(`tool/${grant.server}`));
	if (server === null)
		return deny(`the tenant has no tool server named ${grant.server}`, "Ask for it to be stored with PUT /v1/tools/{name}.");
	const tool = findTool(server, granted.name);
	if (tool === null) {
		return deny(
			`the server ${grant.server} has no tool of the name that the grant gives, or has it no more`,
			"Use another tool, or ask for the server to be refreshed.",
		);
	}
	if (granted.digest !== null && granted.digest !== tool.digest) {
		return deny(
			`the tool is not the one that was reviewed: the grant pins ${granted.digest}, the server ${grant.server} has ${tool.digest}`,
			"A person has to look at the tool again and write its new digest into the grant.",
		);
	}
	if (tool.unusable !== null) return deny(`the tool cannot be called: ${tool.unusable}`, "Use another tool.");
	const checked = checkToolArguments(method, tool, args);
	if (checked.kind === "invalid") return checked;
	const planned = planTool({ grant, server, tool, method }, checked.value);
	if (planned.kind === "invalid") return planned;
	return { kind: "prepared", call: toolCallOf(granted, planned.plan, decide(grant, granted, args)) };
};

/** The rule of the tool itself; the grant's own is the policy's to ask. */
const decide = (grant: ToolCallGrant, granted: GrantedTool, args: readonly unknown[]): Decision => {
	const rule = `${granted.name} of ${grant.server}`.slice(0, LIMITS.toolNameChars + LIMITS.nameChars);
	const needed = needsApproval(granted.approval, granted.method, args);
	return needed === null ? { kind: "allowed", rule } : { kind: "ask", rule, why: `the tool ${granted.name}: ${needed.rule}` };
};

const toolCallOf = (granted: GrantedTool, plan: ToolPlan, decision: Decision): PreparedCall => ({
	effect: granted.effect,
	local: false,
	idempotent: granted.idempotent,
	planned: plannedResult(plan),
	decision,
	worstCost: { egressBytes: plan.worstBytes },
	act: { where: "host", perform: (context) => performTool(plan, context) },
});

/** What a dry run answers in place of a tool: success, and nothing more, since what a tool answers is not described. */
const plannedResult = ({ request }: ToolPlan): ToolResult | OperationResult =>
	request === null ? { isError: false, text: "" } : { status: 200, ok: true, body: null };
