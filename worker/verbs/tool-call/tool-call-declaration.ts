import { approvalText } from "../approval-text.ts";
import { commentText } from "../comment-text.ts";
import { describeSchema } from "../json-schema/describe-schema.ts";
import type { Resources } from "../verb.ts";
import type { GrantedTool, ToolCallGrant } from "./tool-call-grant.ts";
import { findTool, readServerHead } from "./tool-server.ts";

const MCP_RESULT =
	"{ isError: boolean; text: string; structuredContent?: unknown; contents?: { type: string; mimeType?: string; uri?: string; name?: string; bytes?: Uint8Array }[] }";
const OPENAPI_RESULT = "{ status: number; ok: boolean; body: unknown }";
/** Longest description of one tool in a declaration, characters: it goes into prompts. */
const SHOWN_CHARS = 600;

/** Descriptions are the server's own words and are marked as such: a prompt that holds them holds text of a stranger. */
export const toolCallDeclaration = (grant: ToolCallGrant, tools: ReadonlyMap<string, GrantedTool>, resources: Resources): string => {
	const server = readServerHead(resources.get(`tool/${grant.server}`));
	const result = server?.kind === "openapi" ? OPENAPI_RESULT : MCP_RESULT;
	const members = [...tools.values()].map((granted) => {
		const tool = server === null ? null : findTool(server, granted.name);
		const line = (text: string): string => `\t/** ${commentText(text)} */\n\t`;
		if (tool === null || tool.unusable !== null)
			return `${line("Not there now: a call is refused.")}${granted.method}(args?: never): Promise<never>;`;
		const refused = granted.digest !== null && granted.digest !== tool.digest ? " Changed since it was reviewed: a call is refused." : "";
		const waits = approvalText(granted.approval);
		const asked = waits === null ? "" : ` ${waits}`;
		const said = tool.description === "" ? "" : ` The server says: ${tool.description.slice(0, SHOWN_CHARS)}`;
		return `${line(`Tool ${granted.name}.${refused}${asked}${said}`)}${granted.method}(args: ${describeSchema(tool.inputSchema)}): Promise<${result}>;`;
	});
	return `{\n${members.join("\n")}\n}`;
};
