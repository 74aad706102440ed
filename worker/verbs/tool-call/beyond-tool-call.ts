import { LIMITS } from "../../../contract/limits.ts";
import { beyondApproval } from "../beyond-approval.ts";
import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { type GrantedTool, grantedTool, ToolCallGrant } from "./tool-call-grant.ts";
import { readOnce } from "../read-once.ts";

const read = readOnce(ToolCallGrant);

/** How a grant of tool.call lets more happen than another one (Verb.beyond). A tool keeps the method's name, since conditions speak of it. */
export const beyondToolCall = (parent: unknown, child: unknown): string | null => beyondFields(read(parent), read(child), NARROWINGS);

const beyondTools = (parent: ToolCallGrant, child: ToolCallGrant): string | null => {
	const theirs = new Map(parent.tools.map(grantedTool).map((tool) => [tool.method, tool]));
	for (const [index, tool] of child.tools.map(grantedTool).entries()) {
		const beyond = beyondTool(`tools.${index}`, theirs.get(tool.method), tool);
		if (beyond !== null) return beyond;
	}
	return null;
};

const beyondTool = (path: string, parent: GrantedTool | undefined, child: GrantedTool): string | null => {
	if (parent === undefined || parent.name !== child.name)
		return `${path}: found a tool that the parent's grant has not by this name, wanted one of its own`;
	if (parent.effect === "write" && child.effect === "read") return `${path}.effect: found read, wanted write`;
	if (child.idempotent && !parent.idempotent) return `${path}.idempotent: found true, wanted false`;
	if (parent.digest !== null && parent.digest !== child.digest)
		return `${path}.digest: found ${child.digest === null ? "none" : "another one"}, wanted the parent's`;
	return beyondApproval(`${path}.approval`, parent.approval, child.approval);
};

const NARROWINGS: Narrowings<ToolCallGrant> = {
	fields: [["tools", beyondTools]],
	limits: { responseBytes: LIMITS.responseBytes.default, timeoutMs: LIMITS.upstreamMs.default },
};
