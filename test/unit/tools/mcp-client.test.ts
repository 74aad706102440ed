import { expect, test } from "vitest";
import { discoverTools } from "../../../worker/tools/discover-tools.ts";
import { callMcpTool } from "../../../worker/verbs/tool-call/call-mcp-tool.ts";
import { openWire } from "../../../worker/verbs/tool-call/tool-wire.ts";
import { SECRET, startMcpServer } from "./mcp-server.ts";

test("the client of MCP servers works in the runtime that is deployed", async () => {
	const { seen, egress } = startMcpServer([{ name: "do-it", description: "Does it." }]);
	const outside = {
		egress,
		openSecret: async () => new TextEncoder().encode(SECRET),
		developmentHosts: new Set<string>(),
		signal: AbortSignal.timeout(5_000),
	};
	const secret = { name: "token", header: "authorization", format: "Bearer {secret}" };
	const server = await discoverTools({ kind: "mcp", url: "https://mcp.example.com/mcp", document: undefined, secret, keep: null }, outside);
	const [tool] = server.tools;
	if (tool === undefined) throw new Error("found no tool");
	const bounds = { timeoutMs: 5_000, responseBytes: 10_000, sendBytes: 10_000 };
	for (const calls of [1, 2]) {
		const wire = await openWire(server, outside, bounds);
		expect(await callMcpTool({ server, tool, args: {} }, wire, "ten_test"), `call ${calls}`).toEqual({
			isError: false,
			text: "done with [redacted]",
		});
		wire.close();
	}
	expect(seen.every((request) => request.headers.get("authorization") === `Bearer ${SECRET}`)).toBe(true);
	expect(seen.map(({ method }) => method)).toEqual(["POST", "POST", "POST", "DELETE", "POST", "POST", "POST", "POST"]);
});
