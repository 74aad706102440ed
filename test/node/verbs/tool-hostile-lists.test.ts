import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { json, type Message, startHostile, store, TOOL } from "./hostile-tool-server.ts";
import { codeOf, performOnHost } from "./perform.ts";
import { contextFor, resourcesOf, storeServer, toolGrant } from "./tool-server.ts";

describe("a server that lists tools badly", () => {
	const listed = async (tools: (message: Message) => object) => {
		await using upstream = await startHostile(() => {}, tools);
		return await store(upstream).then(
			({ server }) => server.tools,
			(error: unknown) => (error instanceof Error ? error.message : ""),
		);
	};

	test("many tools are refused in words, at one past the bound", async () => {
		const many = (count: number) => () => ({
			tools: Array.from({ length: count }, (_, index) => ({ name: `t${index}`, inputSchema: {} })),
		});
		expect(await listed(many(LIMITS.toolsPerServer))).toHaveLength(LIMITS.toolsPerServer);
		expect(await listed(many(LIMITS.toolsPerServer + 1))).toMatch(/found 501 tools, wanted at most 500: name those to keep in tools/);
		expect(await listed(many(100_000))).toMatch(/larger than|more than/);
	});

	test("pages without end, large pages and large schemas have their bounds", async () => {
		expect(await listed(() => ({ tools: [], nextCursor: "again" }))).toMatch(/more than 50 pages/);
		expect(await listed(() => ({ tools: [{ ...TOOL, description: "x".repeat(LIMITS.toolListBytes) }] }))).toMatch(/larger than/);
		const large = { type: "object", description: "x".repeat(LIMITS.toolSchemaBytes) };
		expect(await listed(() => ({ tools: [{ ...TOOL, inputSchema: large }] }))).toMatchObject([
			{ unusable: expect.stringMatching(/its input schema has \d+ bytes/) },
		]);
		const half = { type: "object", description: "x".repeat(LIMITS.toolSchemaBytes / 2) };
		expect(await listed(() => ({ tools: Array.from({ length: 20 }, (_, index) => ({ name: `t${index}`, inputSchema: half })) }))).toMatch(
			/wanted at most \d+: name the tools to keep/,
		);
	});

	test("strange names are kept only as they can be granted, and never as methods with a meaning of their own", async () => {
		const names = [
			"then",
			"__proto__",
			"constructor",
			"toString",
			"fetchAny",
			"a b",
			"ünï",
			"1st",
			"\u202eevil",
			"",
			"x".repeat(129),
			7,
			null,
			"\ud800",
			"tool",
			"tool",
		];
		const tools = await listed(() => ({ tools: [null, 7, [], {}, ...names.map((name) => ({ name, inputSchema: { type: "object" } }))] }));
		expect(tools).toMatchObject(
			[..."then __proto__ constructor toString fetchAny".split(" "), "a b", "ünï", "1st", "\u202eevil", "tool"].map((name) => ({ name })),
		);
		for (const name of ["then", "__proto__", "constructor", "toString", "fetchAny", "toJSON"])
			expect(() => toolGrant([name]), name).toThrow(/a meaning of its own/);
		expect(() => toolGrant(["a-b", "a_b"])).toThrow(/the same method twice/);
		expect(() => toolGrant([{ name: "a", as: "x y" }])).toThrow(/a name that a program can write/);
		expect(toolGrant(["a b", "ünï", "1st", { name: "then", as: "and_then" }, "x".repeat(128)]).methods).toEqual([
			"a_b",
			"_n_",
			"_1st",
			"and_then",
			"x".repeat(128),
		]);
	});

	test("schemas made to stall or break a checker are unusable or checked in bounded time", async () => {
		const chain = (depth: number): object =>
			Array.from({ length: depth }).reduce<object>((inner) => ({ anyOf: [inner, inner] }), { type: "string" });
		const deep = Array.from({ length: 40 }).reduce<object>((inner) => ({ properties: { a: inner } }), {});
		const schemas: unknown[] = [
			{ $ref: "#" },
			{
				type: "object",
				properties: { a: { $ref: "#/$defs/a" } },
				$defs: {
					a: { anyOf: [{ $ref: "#/$defs/b" }, { $ref: "#/$defs/b" }] },
					b: { anyOf: [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/a" }] },
				},
			},
			{ type: "object", properties: { a: chain(12) } },
			deep,
			{ type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } },
			{ type: "object", properties: { a: { $ref: "https://evil.example/schema.json" } } },
			"no schema",
			null,
			{ type: "object", properties: { a: { enum: Array.from({ length: 6_000 }, (_, index) => index) } } },
		];
		const spentMs = startCpuClock();
		await using upstream = await startHostile(
			({ id }, response) => json(response, { jsonrpc: "2.0", id, result: { content: [] } }),
			() => ({
				tools: schemas.map((inputSchema, index) => ({ name: `t${index}`, inputSchema })),
			}),
		);
		const { context, server } = await store(upstream);
		const resources = resourcesOf(server);
		for (const { name } of server.tools) {
			const grant = toolGrant([name]);
			const preparation = grant.prepare(name, [{ a: `${"a".repeat(50_000)}!` }], resources);
			expect(["prepared", "invalid"]).toContain(preparation.kind);
			expect(grant.declaration(resources).length).toBeLessThan(20_000);
		}
		expect(server.tools.filter(({ unusable }) => unusable !== null).map(({ name }) => name)).toEqual(
			expect.arrayContaining(["t2", "t3", "t5", "t6", "t7", "t8"]),
		);
		expect(spentMs()).toBeLessThan(5_000);
		expect(context.runId).toBe("run_test");
	});

	test("a description that would end a comment, or hide text, is shown without harm", async () => {
		await using upstream = await startHostile(
			() => {},
			() => ({ tools: [{ ...TOOL, description: "a */ evil(): void; /* \u202e b\u2028c" }] }),
		);
		const { server } = await store(upstream);
		const text = toolGrant(["tool"]).declaration(resourcesOf(server));
		expect(text).not.toMatch(/\*\/ evil|\u202e|\u2028/);
	});
});

describe("where a server is", () => {
	test.each([
		["http://mcp.example.com/", "wanted https"],
		["https://169.254.169.254/", "refused"],
		["https://localhost/", "refused"],
		["https://10.0.0.1/", "refused"],
		["https://[::1]/", "refused"],
		["https://user:pass@mcp.example.com/", "refused"],
		["ftp://mcp.example.com/", "refused"],
		["nonsense", "refused"],
	])("%s is refused", async (url, why) => {
		await expect(storeServer({ kind: "mcp", url }, contextFor([]))).rejects.toThrow(why);
	});

	test("a stored address is guarded again at each call", async () => {
		await using upstream = await startHostile(() => {});
		const { context, server } = await store(upstream);
		upstream.seen.length = 0;
		const closed = { ...context, developmentHosts: new Set<string>(), resources: resourcesOf(server) };
		expect(codeOf(await performOnHost(toolGrant(["tool"]), "tool", [{}], closed))).toBe("egress_denied");
		expect(upstream.seen).toEqual([]);
	});

	test("a server that cannot be reached is told in one wording, without its address", async () => {
		const server = createServer().listen(0, "127.0.0.1");
		await new Promise((resolve) => server.once("listening", resolve));
		const address = server.address();
		const port = typeof address === "object" && address !== null ? address.port : 0;
		await new Promise((resolve) => server.close(resolve));
		await expect(storeServer({ kind: "mcp", url: `http://127.0.0.1:${port}/` }, contextFor([`127.0.0.1:${port}`]))).rejects.toThrow(
			"reading a tool server: the tool server could not be reached or did not answer properly",
		);
	});
});
