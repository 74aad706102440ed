import { base64ToBytes, isBase64 } from "../../../contract/base64.ts";
import { isJsonObject } from "../json-schema/plain-json.ts";
import type { McpAnswer } from "./mcp-connection.ts";
import { redactValue } from "./redact-value.ts";
import type { Wire } from "./tool-wire.ts";

/** What a program gets of an MCP tool. All of it is the server's own word. */
export interface ToolResult {
	/** The tool says that it failed; `text` says why. */
	readonly isError: boolean;
	/** Its text contents, a line break between them. */
	readonly text: string;
	readonly structuredContent?: unknown;
	/** Its other contents, where there are any. */
	readonly contents?: readonly ToolContent[];
}

export interface ToolContent {
	/** `image`, `audio`, `resource`, `resource_link`, or what else the server calls it. */
	readonly type: string;
	readonly mimeType?: string;
	readonly uri?: string;
	readonly name?: string;
	readonly bytes?: Uint8Array;
}

/** A tool's failure is data for the program, not an error: both a result that says so and a JSON-RPC error. */
export const readMcpResult = (answer: Exclude<McpAnswer, { kind: "session_gone" }>, wire: Pick<Wire, "redactor">): ToolResult => {
	const { redactor } = wire;
	if (answer.kind === "error") return { isError: true, text: redactor.text(answer.message) };
	const { content, structuredContent, isError } = answer.result;
	const blocks = (Array.isArray(content) ? content : []).filter(isJsonObject);
	const text = blocks.flatMap(textOf).join("\n");
	const contents = blocks.flatMap(contentOf);
	// After joining, so that no secret is put together of two blocks; the line break between them is no part of one.
	return {
		isError: isError === true,
		text: redactor.text(text),
		...(isJsonObject(structuredContent) ? { structuredContent: redactValue(structuredContent, redactor) } : {}),
		...(contents.length === 0 ? {} : { contents: contents.map((each) => redactContent(each, wire)) }),
	};
};

const textOf = (block: Record<string, unknown>): string[] => {
	const { type, text, resource } = block;
	if (type === "text" && typeof text === "string") return [text];
	return type === "resource" && isJsonObject(resource) && typeof resource["text"] === "string" ? [resource["text"]] : [];
};

const contentOf = (block: Record<string, unknown>): ToolContent[] => {
	const { type, data, mimeType, resource, uri, name } = block;
	switch (type) {
		case "text":
			return [];
		case "image":
		case "audio":
			return [content(type, { mimeType, bytes: data })];
		case "resource":
			if (!isJsonObject(resource)) return [];
			return [content(type, { mimeType: resource["mimeType"], uri: resource["uri"], bytes: resource["blob"] })];
		case "resource_link":
			return [content(type, { mimeType, uri, name })];
		default:
			return [content(typeof type === "string" ? type : "unknown", {})];
	}
};

const content = (
	type: string,
	parts: Readonly<Record<"mimeType" | "uri" | "name" | "bytes", unknown>> | Record<string, unknown>,
): ToolContent => {
	const { mimeType, uri, name, bytes } = { mimeType: undefined, uri: undefined, name: undefined, bytes: undefined, ...parts };
	return {
		type,
		...(typeof mimeType === "string" ? { mimeType } : {}),
		...(typeof uri === "string" ? { uri } : {}),
		...(typeof name === "string" ? { name } : {}),
		...(typeof bytes === "string" && isBase64(bytes) ? { bytes: base64ToBytes(bytes) } : {}),
	};
};

const redactContent = (each: ToolContent, { redactor }: Pick<Wire, "redactor">): ToolContent => ({
	type: redactor.text(each.type),
	...(each.mimeType === undefined ? {} : { mimeType: redactor.text(each.mimeType) }),
	...(each.uri === undefined ? {} : { uri: redactor.text(each.uri) }),
	...(each.name === undefined ? {} : { name: redactor.text(each.name) }),
	...(each.bytes === undefined ? {} : { bytes: redactor.bytes(each.bytes) }),
});
