/** What tenants name for their grants, tool servers, questions to a person. */
export const TOOL_LIMITS = {
	/** Most models, datasets and tool servers of a tenant, each. */
	resourcesPerTenant: 200,
	/** Largest description of one, bytes of JSON (a tool server's schemas). */
	resourceBytes: 512 * 1024,

	// Tool servers (worker/tools, worker/verbs/tool-call) and questions to a person (worker/verbs/human-ask).
	/** Time to reach a tool server and list its tools, or to fetch its document, milliseconds. Enforced in tools/. */
	toolListMs: 15_000,
	/** Largest page of a list of tools, and all pages together, bytes. Enforced in verbs/tool-call/mcp-fetch. */
	toolListBytes: 4 * 1024 * 1024,
	/** Most pages of a list of tools. Enforced in tools/list-mcp-tools. */
	toolListPages: 50,
	/** Most tools that a server may list, and most that are kept of it. */
	toolsListed: 5_000,
	toolsPerServer: 500,
	/** Longest name and description of a tool, characters; a longer description is cut with a mark. */
	toolNameChars: 128,
	toolDescriptionChars: 4_096,
	/** Largest input schema of a tool, bytes of JSON; a tool with a larger one is unusable. Enforced in tools/describe-tool. */
	toolSchemaBytes: 64 * 1024,
	/** Largest OpenAPI document: bytes of JSON, and of YAML, whose parser needs 2 to 10 ms for each KiB. Enforced in tools/openapi. */
	openApiBytes: { json: 1024 * 1024, yaml: 64 * 1024 },
	/** Most columns that a line of a YAML document is indented, and most brackets in it: its parser takes the square of them. Enforced in tools/openapi. */
	yamlIndent: 200,
	yamlBrackets: 5_000,
	/** Most signs of anchors and aliases (`&`, `*`) in a YAML document, also in its texts: each alias is looked for among all anchors. */
	yamlAliases: 2_000,
	/** Most `$ref` steps from one place of an OpenAPI document to what it stands for. */
	openApiRefSteps: 8,
	/** Most tools of one grant. */
	toolsPerGrant: 128,
	/** Most bytes that a call of a tool may send beside its arguments (handshake, headers, replies to the server); held with the call. */
	toolOverheadBytes: 64 * 1024,
	/** Most requests of the server itself (ping, sampling, …) that are answered during one call; past it the call fails. */
	toolServerRequests: 8,
	/** How long a session with an MCP server is used again, milliseconds; how many are remembered; longest id of one, characters. */
	toolSessionMs: 5 * 60 * 1000,
	toolSessions: 1_000,
	toolSessionIdChars: 512,
	/** human.ask: longest question and details, characters; largest schema of the answer, bytes of JSON. */
	questionChars: 1_000,
	questionDetailsChars: 8_000,
	answerSchemaBytes: 16 * 1024,
} as const;
