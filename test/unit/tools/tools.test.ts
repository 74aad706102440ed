import { describe, expect, test } from "vitest";
import { pageOf } from "../../../contract/common.ts";
import { ToolServer, ToolServerSummary } from "../../../contract/tools.ts";
import type { Env } from "../../../worker/env.ts";
import { loadResources } from "../../../worker/resources/load-resources.ts";
import { readServerHead } from "../../../worker/verbs/tool-call/tool-server.ts";
import { ask, errorOf, newTenant, testEnv } from "../http/ask.ts";
import { SECRET, startMcpServer } from "./mcp-server.ts";

const URL_OF = "https://mcp.example.com/mcp";

/** The Worker's bindings with another way out. */
const envWith = (egress: (request: Request) => Promise<Response>): Env => ({
	...testEnv,
	EGRESS: {
		fetch: (input, init) => egress(new Request(input, init)),
		connect: () => {
			throw new Error("found a socket, wanted none");
		},
	},
});

const startServer = (tools: { name: string; description: string }[]) => {
	const { seen, egress } = startMcpServer(tools);
	return { seen, env: envWith(egress) };
};

const Page = pageOf(ToolServerSummary);
const DOCUMENT = { openapi: "3.1.0", servers: [{ url: "https://api.example.com/v1" }], paths: { "/a": { get: { operationId: "a" } } } };

describe("tool servers", () => {
	test("an MCP server is read with its secret, and shown and stored without it", async () => {
		const { key, id } = await newTenant();
		const { seen, env } = startServer([{ name: "do-it", description: "Does it." }]);
		await ask("PUT", "/v1/secrets/token", { key: key.value, body: { value: SECRET }, env });
		const answer = await ask("PUT", "/v1/tools/mine", { key: key.value, body: { kind: "mcp", url: URL_OF, secret: "token" }, env });
		expect(answer.status, answer.text).toBe(200);
		expect(answer.text).not.toContain(SECRET);
		expect(ToolServer.parse(answer.json)).toMatchObject({
			...{
				name: "mine",
				kind: "mcp",
				url: URL_OF,
				secret: "token",
				header: "authorization",
				format: "Bearer {secret}",
				version: 1,
				left: 0,
			},
			tools: [{ name: "do-it", description: "Does it.", inputSchema: { type: "object" }, unusable: null }],
		});
		expect(seen.every((request) => request.headers.get("authorization") === `Bearer ${SECRET}`)).toBe(true);
		const stored = (await loadResources(env, id, [{ kind: "tool", name: "mine" }])).get("tool/mine");
		expect(readServerHead(stored)).toMatchObject({ url: URL_OF, secret: { name: "token" } });
		expect(JSON.stringify(stored)).not.toContain(SECRET);
	});

	test("a secret that is missing is told from one that does not fit a header, both by its name", async () => {
		const { key } = await newTenant();
		const { seen, env } = startServer([]);
		const put = async () => {
			const body = { kind: "mcp", url: URL_OF, secret: "token" };
			const { code, message } = errorOf(await ask("PUT", "/v1/tools/mine", { key: key.value, body, env }));
			return `${code}: ${message}`;
		};
		expect(await put()).toContain("tool_server_failed: reading a tool server: the tenant has no secret named token, wanted");
		await ask("PUT", "/v1/secrets/token", { key: key.value, body: { value: "two\nlines of it" }, env });
		const unfit = await put();
		expect(unfit).toContain("tool_server_failed: reading a tool server: the secret token does not fit a header, wanted");
		expect(unfit).not.toContain("two");
		expect(seen).toEqual([]);
	});

	test("a refresh reads the tools anew and raises the version; a document given by hand has none", async () => {
		const { key } = await newTenant();
		const tools = [{ name: "a", description: "" }];
		const { env } = startServer(tools);
		const put = (body: object) => ask("PUT", "/v1/tools/mine", { key: key.value, body, env });
		await put({ kind: "mcp", url: URL_OF, tools: ["a"] });
		tools.push({ name: "b", description: "" });
		const refreshed = ToolServer.parse((await ask("POST", "/v1/tools/mine/refresh", { key: key.value, env })).json);
		expect([refreshed.version, refreshed.left, refreshed.tools.map(({ name }) => name)]).toEqual([2, 1, ["a"]]);
		expect(ToolServer.parse((await put({ kind: "openapi", document: DOCUMENT })).json)).toMatchObject({
			version: 3,
			url: "https://api.example.com/v1",
		});
		const answer = await ask("POST", "/v1/tools/mine/refresh", { key: key.value, env });
		expect([answer.status, errorOf(answer).code]).toEqual([409, "conflict"]);
	});

	test("a server that cannot be asked is tool_server_failed, and what was stored stays", async () => {
		const { key } = await newTenant();
		await ask("PUT", "/v1/tools/mine", { key: key.value, body: { kind: "openapi", document: DOCUMENT } });
		const env = envWith(async () => new Response(SECRET, { status: 500 }));
		const answer = await ask("PUT", "/v1/tools/mine", { key: key.value, body: { kind: "mcp", url: URL_OF }, env });
		expect([answer.status, errorOf(answer).code]).toEqual([502, "tool_server_failed"]);
		expect(answer.text).not.toContain(SECRET);
		expect((await ask("GET", "/v1/tools/mine", { key: key.value })).json).toMatchObject({ kind: "openapi", version: 1 });
	});

	test.each([
		["an address inside", { kind: "mcp", url: "https://169.254.169.254/" }],
		["plain http", { kind: "mcp", url: "http://mcp.example.com/" }],
		["no url", { kind: "mcp" }],
		["a document for MCP", { kind: "mcp", url: URL_OF, document: "{}" }],
		["neither url nor document", { kind: "openapi" }],
		["a header that belongs to the connection", { kind: "mcp", url: URL_OF, secret: "token", header: "host" }],
		["a format without the secret", { kind: "mcp", url: URL_OF, secret: "token", format: "Bearer x" }],
		["a header without a secret", { kind: "mcp", url: URL_OF, header: "x-key" }],
		["another field", { kind: "mcp", url: URL_OF, redirects: "follow" }],
		["a tool that is not there", { kind: "openapi", document: DOCUMENT, tools: ["gone"] }],
	])("%s is refused before anything is sent", async (_, body) => {
		const { key } = await newTenant();
		const { seen, env } = startServer([]);
		const answer = await ask("PUT", "/v1/tools/mine", { key: key.value, body, env });
		expect([answer.status, errorOf(answer).code]).toEqual([400, "invalid_request"]);
		expect(seen).toEqual([]);
		expect((await ask("GET", "/v1/tools/mine", { key: key.value })).status).toBe(404);
	});

	test("a list has pages, newest first, without tools; a deleted server is gone, and other tenants never saw it", async () => {
		const [{ key }, other] = [await newTenant(), await newTenant()];
		const names = Array.from({ length: 11 }, (_, index) => `server-${index}`);
		for (const name of names) await ask("PUT", `/v1/tools/${name}`, { key: key.value, body: { kind: "openapi", document: DOCUMENT } });
		const page = async (query: string) => Page.parse((await ask("GET", `/v1/tools?${query}`, { key: key.value })).json);
		const first = await page("limit=9");
		const second = await page(`limit=9&cursor=${first.nextCursor}`);
		const listed = [...first.data, ...second.data].map(({ name }) => name);
		expect(listed).toEqual(names.toReversed());
		expect([first.data.length, second.nextCursor]).toEqual([9, null]);
		expect((await ask("GET", "/v1/tools/server-1", { key: other.key.value })).status).toBe(404);
		expect((await ask("DELETE", "/v1/tools/server-1", { key: other.key.value })).status).toBe(404);
		expect((await ask("DELETE", "/v1/tools/server-1", { key: key.value })).status).toBe(200);
		expect((await ask("DELETE", "/v1/tools/server-1", { key: key.value })).status).toBe(404);
	});
});
