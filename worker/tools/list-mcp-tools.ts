import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { isJsonObject } from "../verbs/json-schema/plain-json.ts";
import { McpConnection } from "../verbs/tool-call/mcp-connection.ts";
import { unreachable } from "../verbs/tool-call/tool-failure.ts";
import type { Wire } from "../verbs/tool-call/tool-wire.ts";
import type { FoundTool } from "./describe-tool.ts";

/**
 * All tools that an MCP server lists, page by page, bounded in pages, tools, bytes and time. The session ends with it.
 * @throws ToolFailure when the server cannot be asked
 * @throws Refusal `invalid_request` when it lists more than is read
 */
export const listMcpTools = async (wire: Wire, url: string): Promise<FoundTool[]> => {
	const connection = await McpConnection.open(wire, url);
	try {
		return await readPages(connection);
	} finally {
		await connection.end();
	}
};

const readPages = async (connection: McpConnection): Promise<FoundTool[]> => {
	const found: FoundTool[] = [];
	let bytes = 0;
	let cursor: string | null = null;
	for (let page = 0; page < LIMITS.toolListPages; page += 1) {
		const answer = await connection.ask("tools/list", cursor === null ? {} : { cursor });
		if (answer.kind !== "result" || !Array.isArray(answer.result["tools"])) throw unreachable();
		bytes += JSON.stringify(answer.result).length;
		found.push(...answer.result["tools"].flatMap(readTool));
		if (found.length > LIMITS.toolsListed) throw tooMany(`more than ${LIMITS.toolsListed} tools`);
		if (bytes > LIMITS.toolListBytes) throw tooMany(`more than ${LIMITS.toolListBytes} bytes`);
		const { nextCursor } = answer.result;
		if (typeof nextCursor !== "string" || nextCursor === "") return found;
		if (nextCursor.length > LIMITS.cursorChars) throw unreachable();
		cursor = nextCursor;
	}
	throw tooMany(`more than ${LIMITS.toolListPages} pages`);
};

const tooMany = (found: string): Refusal =>
	new Refusal("invalid_request", `reading a tool server: found ${found} in its list, wanted fewer`, {
		hint: "Have the server list fewer tools, e.g. by another URL or another key.",
	});

const readTool = (tool: unknown): FoundTool[] => {
	if (!isJsonObject(tool)) return [];
	const { name, description, inputSchema } = tool;
	// A tool of such a name could not be granted: it is as if it were not there.
	if (typeof name !== "string" || name === "" || name.length > LIMITS.toolNameChars || !name.isWellFormed()) return [];
	return [{ name, description: typeof description === "string" ? description : "", inputSchema, call: null, unusable: null }];
};
