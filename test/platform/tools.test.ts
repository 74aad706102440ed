import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ToolServer } from "../../contract/tools.ts";
import { type McpUpstream, startMcpServer } from "../node/verbs/tool-server.ts";
import { startUpstream, type Upstream } from "../node/verbs/upstream.ts";
import { makeAgent, type Platform, startPlatform } from "./start-platform.ts";

const SECRET = `canary-${randomBytes(16).toString("hex")}`;
let platform: Platform;
let jira: McpUpstream;
let api: Upstream;
let stored: ToolServer;

beforeAll(async () => {
	jira = await startMcpServer((server) => {
		server.registerTool("create-issue", { description: "Makes an issue.", inputSchema: { title: z.string() } }, ({ title }) => ({
			content: [{ type: "text", text: `made ${title}` }],
			structuredContent: { id: 7 },
		}));
		server.registerTool("echo", { description: "Says with what it was asked." }, ({ requestInfo }) => ({
			content: [{ type: "text", text: JSON.stringify(requestInfo?.headers) }],
		}));
		server.registerTool("drop-everything", { description: "Deletes." }, () => ({ content: [{ type: "text", text: "gone" }] }));
	});
	api = await startUpstream(({ path, headers }, response) => {
		response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ path, key: headers["x-api-key"] }));
	});
	platform = await startPlatform([jira.host, `127.0.0.1:${api.port}`]);
	await platform.api.request("PUT", "/v1/secrets/token", { value: SECRET });
	stored = await platform.api.expect(200, ToolServer, "PUT", "/v1/tools/jira", { kind: "mcp", url: jira.url, secret: "token" });
	await platform.api.expect(200, ToolServer, "PUT", "/v1/tools/people", {
		...{ kind: "openapi", secret: "token", header: "x-api-key", format: "{secret}", url: api.origin },
		document: {
			openapi: "3.1.0",
			paths: {
				"/people/{id}": {
					get: { operationId: "getPerson", parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }] },
				},
			},
		},
	});
	const digest = stored.tools.find(({ name }) => name === "echo")?.digest;
	await makeAgent(platform.api, {
		name: "caller",
		policy: {
			grants: {
				jira: {
					verb: "tool.call",
					server: "jira",
					tools: ["create-issue", { name: "echo", digest }, { name: "drop-everything", approval: "always" }, "later"],
				},
				people: { verb: "tool.call", server: "people", tools: ["getPerson"] },
				nothing: { verb: "tool.call", server: "nowhere", tools: ["a"] },
				boss: { verb: "human.ask", to: "the owner" },
			},
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([jira[Symbol.asyncDispose](), api[Symbol.asyncDispose]()]);
});

const run = async (body: string) => {
	const made = await platform.api.run({ agent: "caller", program: `export default async (input, env) => { ${body} };` });
	expect(JSON.stringify(made)).not.toContain(SECRET);
	expect(made.error).toBeNull();
	return made.result;
};
const codes = (calls: string) =>
	run(`const codes = []; for (const call of [${calls}]) codes.push(await call().then(() => "done", (e) => e.code)); return codes;`);

describe("tool.call", () => {
	test("a program calls a tool of an MCP server and an operation of an API, with the secret that it never sees", async () => {
		expect(await run('return [await env.jira.create_issue({ title: "T" }), await env.people.getPerson({ id: 7 })];')).toEqual([
			{ isError: false, text: "made T", structuredContent: { id: 7 } },
			{ status: 200, ok: true, body: { path: "/people/7", key: "[redacted]" } },
		]);
		expect(await run("return (await env.jira.echo()).text;")).toContain("Bearer [redacted]");
		expect(api.seen.at(-1)?.headers["x-api-key"]).toBe(SECRET);
	});

	test("what is not granted does not exist; the rest is refused with a code", async () => {
		expect(await run("return [typeof env.jira.getPerson, typeof env.jira.then, Object.keys(env.jira)];")).toEqual([
			"undefined",
			"undefined",
			["create_issue", "echo", "drop_everything", "later"],
		]);
		expect(await codes("() => env.jira.create_issue({ title: 7 }), () => env.jira.later(), () => env.nothing.a()")).toEqual([
			"invalid_arguments",
			"capability_not_granted",
			"capability_not_granted",
		]);
		expect(JSON.stringify(jira.seen.map(({ body }) => body))).not.toContain("drop-everything");
	});

	test("the types have the tools with their arguments, and no name of a secret", async () => {
		const agents = await platform.api.expect(
			200,
			z.looseObject({ data: z.array(z.looseObject({ id: z.string(), name: z.string() })) }),
			"GET",
			"/v1/agents",
		);
		const id = agents.data.find(({ name }) => name === "caller")?.id;
		const types = await (
			await fetch(`${platform.cordon.url}/v1/agents/${id}/types`, { headers: { authorization: `Bearer ${platform.cordon.key}` } })
		).text();
		expect(types).toContain("create_issue(args: { title: string })");
		expect(types).toContain("getPerson(args: { id: number })");
		expect(types).not.toMatch(/token|canary/);
	});

	test("a server that was deleted answers no further call", async () => {
		await platform.api.request("DELETE", "/v1/tools/people");
		expect(await codes("() => env.people.getPerson({ id: 7 })")).toEqual(["capability_not_granted"]);
	});
});
