import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { codeOf, doneValue, invalidMessage, performOnHost } from "./perform.ts";
import { contextFor, resourcesOf, storeServer, toolGrant } from "./tool-server.ts";
import { startUpstream } from "./upstream.ts";

const SECRET = "s3cr3t/of the+API=";

const document = (origin: string) => ({
	openapi: "3.0.3",
	info: { title: "Issues", version: "1" },
	servers: [{ url: `${origin}/{stage}`, variables: { stage: { default: "v1" } } }],
	paths: {
		"/repos/{owner}/issues": {
			parameters: [{ $ref: "#/components/parameters/owner" }],
			get: {
				operationId: "list-issues",
				summary: "Lists issues.",
				parameters: [
					{ name: "state", in: "query", schema: { type: "string", enum: ["open", "closed"] } },
					{ name: "labels", in: "query", schema: { type: "array", items: { type: "string" } } },
					{ name: "ids", in: "query", explode: false, schema: { type: "array", items: { type: "integer" } } },
					{ name: "filter", in: "query", style: "deepObject", schema: { type: "object" } },
					{ name: "x-trace", in: "header", schema: { type: "string" } },
				],
			},
			post: {
				operationId: "create-issue",
				requestBody: { required: true, content: { "application/json": { schema: { $ref: "#/components/schemas/Issue" } } } },
			},
		},
		"/people/{id}": {
			put: {
				requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Person" } } } },
				parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
			},
		},
		"/form": { post: { operationId: "form", requestBody: { content: { "application/x-www-form-urlencoded": {} } } } },
		"/upload": { post: { operationId: "upload", requestBody: { required: true, content: { "multipart/form-data": {} } } } },
		"/elsewhere": { get: { operationId: "elsewhere", servers: [{ url: "https://evil.example" }] } },
		"/broken/{id}": { get: { operationId: "broken" } },
		"/lost": { get: { operationId: "lost", parameters: [{ name: "a", in: "query", schema: { $ref: "#/components/schemas/Nowhere" } }] } },
	},
	components: {
		parameters: { owner: { name: "owner", in: "path", required: true, schema: { type: "string", minLength: 1 } } },
		schemas: {
			Issue: {
				type: "object",
				required: ["title"],
				properties: {
					title: { type: "string" },
					body: { type: "string", nullable: true },
					author: { $ref: "#/components/schemas/Person" },
				},
			},
			Person: {
				type: "object",
				required: ["name"],
				properties: { name: { type: "string" }, friend: { $ref: "#/components/schemas/Person" } },
			},
		},
	},
});

/** An API that answers with what it was asked, as JSON. */
const startApi = () =>
	startUpstream(({ method, path, headers, body }, response) => {
		response.writeHead(path.includes("missing") ? 404 : 200, { "content-type": "application/json" });
		response.end(
			JSON.stringify({
				method,
				path,
				body,
				authorization: headers.authorization,
				trace: headers["x-trace"],
				type: headers["content-type"],
			}),
		);
	});

const TOOLS = ["list-issues", "create-issue", "put_people_id", "upload", "elsewhere", "broken", "lost"];

describe("an API with an OpenAPI document", () => {
	test("each operation is a tool; one that cannot be called says why", async () => {
		await using api = await startApi();
		const server = await storeServer({ kind: "openapi", document: document(api.origin) }, contextFor([`127.0.0.1:${api.port}`]));
		expect(server.url).toBe(`${api.origin}/v1`);
		expect(server.tools.map(({ name, unusable }) => [name, unusable])).toEqual([
			["list-issues", null],
			["create-issue", null],
			["put_people_id", null],
			["form", "its request body is not JSON"],
			["upload", "its request body is not JSON"],
			["elsewhere", "it has a server of its own"],
			["broken", "its path and its path parameters do not fit"],
			["lost", "its input schema refers to something that is not in the document"],
		]);
		expect(api.seen).toEqual([]);
	});

	test("arguments become path, query, header and body", async () => {
		await using api = await startApi();
		const context = contextFor([`127.0.0.1:${api.port}`]);
		const resources = resourcesOf(await storeServer({ kind: "openapi", document: document(api.origin) }, context));
		const call = async (method: string, args: object) =>
			doneValue(await performOnHost(toolGrant(TOOLS), method, [args], { ...context, resources }));
		expect(
			await call("list_issues", {
				owner: "a b?#",
				state: "open",
				labels: ["x&y", "z"],
				ids: [1, 2],
				filter: { "a b": "c" },
				"x-trace": "t",
			}),
		).toMatchObject({
			status: 200,
			ok: true,
			body: {
				method: "GET",
				path: "/v1/repos/a%20b%3F%23/issues?state=open&labels=x%26y&labels=z&ids=1%2C2&filter%5Ba+b%5D=c",
				trace: "t",
				body: "",
			},
		});
		expect(
			await call("create_issue", { owner: "acme", title: "T", body: null, author: { name: "A", friend: { name: "B" } } }),
		).toMatchObject({
			body: {
				method: "POST",
				path: "/v1/repos/acme/issues",
				type: "application/json",
				body: '{"title":"T","body":null,"author":{"name":"A","friend":{"name":"B"}}}',
			},
		});
		expect(await call("put_people_id", { id: 7, body: { name: "A" } })).toMatchObject({
			body: { method: "PUT", path: "/v1/people/7", body: '{"name":"A"}' },
		});
		expect(await call("put_people_id", { id: 7 })).toMatchObject({ body: { method: "PUT", body: "" } });
		expect(await call("list_issues", { owner: "missing" })).toMatchObject({ status: 404, ok: false });
	});

	test("a program cannot leave the path, nor send what the schema does not name", async () => {
		await using api = await startApi();
		const context = contextFor([`127.0.0.1:${api.port}`]);
		const resources = resourcesOf(await storeServer({ kind: "openapi", document: document(api.origin) }, context));
		const message = (method: string, args: object): string => invalidMessage(toolGrant(TOOLS), method, [args], resources);
		for (const owner of ["..", ".", "../admin", "a/../../admin", "a\\b", "%2e%2e", "a%2Fb", "\u0000"])
			expect(message("list_issues", { owner }), owner).toMatch(/refused|text that can stand in a path/);
		expect(message("list_issues", { owner: "" })).toMatch(/argument 1\.owner/);
		expect(message("list_issues", { owner: "a", "x-trace": "a\r\nb: c" })).toBe(
			"list_issues argument 1.x-trace: wanted text that can stand in a header",
		);
		expect(message("list_issues", { owner: "a", host: "evil" })).toMatch(/argument 1\.host/);
		expect(message("create_issue", { owner: "a", title: "t", admin: true })).toMatch(/argument 1\.admin/);
		expect(message("create_issue", { owner: "a", title: "t", author: { name: "n", friend: {} } })).toMatch(
			/argument 1\.author\.friend\.name/,
		);
		expect(api.seen).toEqual([]);
	});

	test("the secret goes out, and comes back in no encoding that an API echoes it in", async () => {
		const forms = [
			SECRET,
			encodeURIComponent(SECRET),
			btoa(SECRET),
			btoa(`user:${SECRET}`),
			Buffer.from(SECRET).toString("hex"),
			JSON.stringify(SECRET),
		];
		await using api = await startUpstream((request, response) => {
			const escaped = JSON.stringify({ exact: SECRET }).replace("s3cr3t", "\\u0073\\u0033cr3t");
			if (request.path.includes("raw"))
				response.writeHead(200, { "content-type": "application/octet-stream" }).end(`\u0000${SECRET}\u0000`);
			else if (request.path.includes("escaped")) response.writeHead(200, { "content-type": "application/json" }).end(escaped);
			else response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ forms, [SECRET]: 1 }));
		});
		const context = contextFor([`127.0.0.1:${api.port}`], { secrets: { token: SECRET } });
		const secret = { name: "token", header: "authorization", format: "Bearer {secret}" };
		const server = await storeServer({ kind: "openapi", document: document(api.origin), secret }, context);
		const call = async (owner: string) =>
			doneValue(
				await performOnHost(toolGrant(["list-issues"]), "list_issues", [{ owner }], { ...context, resources: resourcesOf(server) }),
			);
		const seen = [await call("forms"), await call("escaped"), await call("raw")];
		expect(api.seen.every(({ headers }) => headers.authorization === `Bearer ${SECRET}`)).toBe(true);
		const text = seen
			.map((value) =>
				JSON.stringify(value, (_, item: unknown) => (item instanceof Uint8Array ? Buffer.from(item).toString("latin1") : item)),
			)
			.join();
		for (const form of [...forms, "s3cr3t"]) expect(text, form).not.toContain(form);
		expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(forms.length + 3);
	});
});

describe("reading a document", () => {
	const refused = (body: unknown, url: string | null = "https://api.example.com") =>
		storeServer({ kind: "openapi", document: body, url }, contextFor([])).then(
			() => "stored",
			(error: unknown) => (error instanceof Error ? error.message : ""),
		);

	test("text of JSON and of YAML give the same tools", async () => {
		const yaml =
			'openapi: "3.1.0"\npaths:\n  /a/{id}:\n    get:\n      operationId: a\n      parameters:\n        - { name: id, in: path, required: true, schema: { type: string } }\n';
		const json = JSON.stringify({
			openapi: "3.1.0",
			paths: {
				"/a/{id}": { get: { operationId: "a", parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }] } },
			},
		});
		const [one, other] = await Promise.all(
			[yaml, json].map((text) => storeServer({ kind: "openapi", document: text, url: "https://api.example.com" }, contextFor([]))),
		);
		expect(one?.tools).toHaveLength(1);
		expect(one?.tools).toEqual(other?.tools);
	});

	test("what is no OpenAPI 3 is refused in words", async () => {
		expect(await refused("")).toMatch(/reading an OpenAPI document: found something/);
		expect(await refused("swagger: '2.0'")).toMatch(/openapi: 3\.0 or 3\.1/);
		expect(await refused({ openapi: "3.1.0" }, null)).toMatch(/no absolute server URL/);
		expect(await refused({ openapi: "3.1.0", servers: [{ url: "http://169.254.169.254/" }] }, null)).toMatch(/address that is refused/);
		expect(await refused({ openapi: "3.1.0", servers: [{ url: "http://api.example.com/" }] }, null)).toMatch(/found http, wanted https/);
		expect(await refused({ openapi: "3.1.0" })).toBe("stored");
	});

	test("a YAML text made to stall its parser is refused before it", async () => {
		const most = LIMITS.openApiBytes.yaml;
		const spentMs = startCpuClock();
		for (const bomb of [
			"? ".repeat(most / 2),
			"[".repeat(most),
			"{a: ".repeat(most / 4),
			"- ".repeat(most / 2),
			": ".repeat(most / 2),
			`${" ".repeat(most - 2)}a:`,
			"&a ".repeat(most / 3),
			"a: &a 1\n- *a\n".repeat(most / 14),
			"a: 1\n".repeat(most),
		])
			expect(await refused(bomb), bomb.slice(0, 8)).toMatch(/found YAML|nesting is deeper/);
		expect(spentMs()).toBeLessThan(5_000);
		const lines = ["a", "b", "c", "d", "e", "f", "g", "h"].map(
			(name, at, all) =>
				`${name}: &${name} [${Array(9)
					.fill(at === 0 ? "x" : `*${all[at - 1]}`)
					.join(",")}]`,
		);
		expect(await refused(lines.join("\n"))).toMatch(/found something that cannot be read/);
	});

	test("a fetched document may not send the secret to another origin", async () => {
		await using other = await startApi();
		await using api = await startUpstream((_, response) =>
			response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document(other.origin))),
		);
		const context = contextFor([`127.0.0.1:${api.port}`, `127.0.0.1:${other.port}`]);
		await expect(storeServer({ kind: "openapi", url: `${api.origin}/openapi.json` }, context)).rejects.toThrow("another origin");
	});

	test("a fetched document at its own origin is stored, and its tools are called", async () => {
		await using api = await startUpstream(({ path }, response) => {
			response.writeHead(200, { "content-type": "application/json" });
			response.end(JSON.stringify(path === "/openapi.json" ? { ...document(""), servers: [{ url: "/v2" }] } : { path }));
		});
		const context = contextFor([`127.0.0.1:${api.port}`]);
		const server = await storeServer({ kind: "openapi", url: `${api.origin}/openapi.json` }, context);
		expect(server.documentUrl).toBe(`${api.origin}/openapi.json`);
		const outcome = await performOnHost(toolGrant(["list-issues"]), "list_issues", [{ owner: "a" }], {
			...context,
			resources: resourcesOf(server),
		});
		expect(doneValue(outcome)).toMatchObject({ body: { path: "/v2/repos/a/issues" } });
		expect(codeOf(outcome)).toBe("done");
	});
});
