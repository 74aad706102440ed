import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { event, json, SECRET, startHostile, store } from "./hostile-tool-server.ts";
import { codeOf, doneValue, performOnHost } from "./perform.ts";
import { resourcesOf, toolGrant } from "./tool-server.ts";

/** One call of a tool of a server that answers calls so. */
const callTool = async (answer: Parameters<typeof startHostile>[0], limits: object = {}) => {
	await using upstream = await startHostile(answer);
	const { context, server } = await store(upstream);
	const grant = toolGrant(["tool"], { limits: { timeoutMs: 400, responseBytes: 100_000, ...limits } });
	const outcome = await performOnHost(grant, "tool", [{}], { ...context, resources: resourcesOf(server) });
	expect(JSON.stringify(outcome)).not.toContain(SECRET);
	return { outcome, seen: upstream.seen };
};

describe("a server that answers calls badly", () => {
	const result = (id: string | undefined) => ({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "fine" }] } });
	const cases: [string, string, Parameters<typeof startHostile>[0]][] = [
		["hangs", "upstream_timeout", () => {}],
		[
			"hangs after its headers",
			"upstream_timeout",
			(_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n"),
		],
		[
			"drips",
			"upstream_timeout",
			(_, response) => {
				response.writeHead(200, { "content-type": "application/json" });
				const timer = setInterval(() => response.write(" "), 5);
				response.on("close", () => clearInterval(timer));
			},
		],
		[
			"sends without end",
			"response_too_large",
			(_, response) => {
				response.writeHead(200, { "content-type": "application/json" });
				const more = (): void => {
					while (!response.destroyed && response.write("x".repeat(65_536)));
				};
				response.on("drain", more);
				more();
			},
		],
		[
			"sends one event without end",
			"response_too_large",
			(_, response) => {
				response.writeHead(200, { "content-type": "text/event-stream" }).write("data: ");
				const more = (): void => {
					while (!response.destroyed && response.write("x".repeat(65_536)));
				};
				response.on("drain", more);
				more();
			},
		],
		["answers with HTML", "upstream_failed", (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>")],
		["answers with no type", "upstream_failed", (_, response) => response.writeHead(200).end("{}")],
		["answers with what is no JSON", "upstream_failed", (_, response) => json(response, `{"${SECRET}`)],
		["answers with JSON too deep", "response_too_large", (_, response) => json(response, "[".repeat(50_000))],
		["answers another request", "upstream_failed", (_, response) => json(response, result("another"))],
		["answers with a number as the id", "upstream_failed", (_, response) => json(response, { ...result(""), id: 0 })],
		["answers without a result", "upstream_failed", ({ id }, response) => json(response, { jsonrpc: "2.0", id })],
		["answers with another protocol", "upstream_failed", ({ id }, response) => json(response, { ...result(id), jsonrpc: "1.0" })],
		[
			"ends its events without an answer",
			"upstream_failed",
			(_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end(event(result("another"))),
		],
		["says 500 with the secret", "upstream_failed", (_, response, request) => response.writeHead(500).end(request.headers.authorization)],
		[
			"says 401",
			"upstream_failed",
			(_, response) => response.writeHead(401, { "www-authenticate": 'Bearer resource_metadata="http://127.0.0.1:1/"' }).end(),
		],
		[
			"breaks off",
			"upstream_failed",
			(_, response) => {
				response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
				response.write("{");
				response.destroy();
			},
		],
		[
			"answers in an encoding that is not read",
			"upstream_failed",
			(_, response) => response.writeHead(200, { "content-type": "application/json", "content-encoding": "zstd" }).end("x"),
		],
		[
			"gives a session id that is no header",
			"upstream_failed",
			({ id }, response) => {
				response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "x".repeat(LIMITS.toolSessionIdChars + 1) });
				response.end(JSON.stringify(result(id)));
			},
		],
		["answers with a list of other things", "upstream_failed", (_, response) => json(response, [1, null, "x", [], {}])],
	];
	test.each(cases)("that %s: %s", async (_, code, answer) => {
		expect(codeOf((await callTool(answer)).outcome)).toBe(code);
	});

	test.each([
		["an address inside", "http://169.254.169.254/latest/meta-data"],
		["another public server", "https://example.com/"],
		["itself", "/mcp?again"],
	])("that redirects to %s is refused, and nothing goes there", async (_, location) => {
		const { outcome, seen } = await callTool((_message, response) => response.writeHead(307, { location }).end());
		expect(codeOf(outcome)).toBe("egress_denied");
		expect(seen.filter(({ body }) => body.includes("tools/call"))).toHaveLength(1);
		expect(JSON.stringify(outcome)).not.toContain("169.254");
	});

	test("garbage among its events does no harm, and its answer is taken", async () => {
		const { outcome } = await callTool(({ id }, response) => {
			response.writeHead(200, { "content-type": "text/event-stream" });
			response.write(
				'\ufeff\r\n\r\n:x\ndata\ndata: {\n\nid: \u0000\nretry: 99999999\nevent: other\ndata: {"a":1}\n\ndata: null\n\ndata: []\n\n',
			);
			response.write(event({ jsonrpc: "2.0", method: "notifications/message", params: { level: "error" } }));
			for (const part of event(result(id))) response.write(part);
		});
		expect(doneValue(outcome)).toEqual({ isError: false, text: "fine" });
	});

	test("its own requests are refused, a ping is answered, and past a bound the call fails", async () => {
		const asking = (methods: readonly string[]) =>
			callTool(({ id }, response) => {
				response.writeHead(200, { "content-type": "text/event-stream" });
				for (const [index, method] of methods.entries()) response.write(event({ jsonrpc: "2.0", id: `own-${index}`, method, params: {} }));
				response.write(event(result(id)));
			});
		const { outcome, seen } = await asking(["sampling/createMessage", "elicitation/create", "roots/list", "ping"]);
		expect(codeOf(outcome)).toBe("done");
		const replies = seen.map(({ body }) => body).filter((body) => body.includes("own-"));
		expect(replies.map((body) => JSON.parse(body))).toEqual([
			...[0, 1, 2].map((index) => ({
				jsonrpc: "2.0",
				id: `own-${index}`,
				error: { code: -32_601, message: "This client answers no requests." },
			})),
			{ jsonrpc: "2.0", id: "own-3", result: {} },
		]);
		expect(codeOf((await asking(Array.from({ length: LIMITS.toolServerRequests }, () => "ping"))).outcome)).toBe("done");
		const past = await asking(Array.from({ length: LIMITS.toolServerRequests + 1 }, () => "ping"));
		expect(codeOf(past.outcome)).toBe("upstream_failed");
		expect(past.seen.filter(({ body }) => body.includes("own-"))).toHaveLength(LIMITS.toolServerRequests);
	});

	test("a JSON-RPC error is a result that says so, without the secret", async () => {
		const { outcome } = await callTool(({ id }, response, request) =>
			json(response, { jsonrpc: "2.0", id, error: { code: -32_602, message: `bad: ${request.headers.authorization}` } }),
		);
		expect(doneValue(outcome)).toEqual({ isError: true, text: "bad: Bearer [redacted]" });
	});

	test("the secret comes back in no encoding, wherever in a result it stands", async () => {
		const bytes = Buffer.from(`\u0000${SECRET}\u0000`).toString("base64");
		const forms = [SECRET, btoa(SECRET), Buffer.from(SECRET).toString("hex"), encodeURIComponent(SECRET)];
		const content = [
			{ type: "text", text: forms.join(" ") },
			{ type: "image", mimeType: SECRET, data: bytes },
			{ type: "resource", resource: { uri: `x:${SECRET}`, blob: bytes } },
			{ type: "resource_link", uri: SECRET, name: SECRET },
			{ type: SECRET },
		];
		const { outcome } = await callTool(({ id }, response) =>
			json(response, { jsonrpc: "2.0", id, result: { content, structuredContent: { [SECRET]: [{ deep: forms }] } } }),
		);
		const text = JSON.stringify(doneValue(outcome), (_, item: unknown) =>
			item instanceof Uint8Array ? Buffer.from(item).toString("latin1") : item,
		);
		for (const form of forms) expect(text, form).not.toContain(form);
		expect(text.match(/\[redacted\]/g)).toHaveLength(4 + 2 + 2 + 2 + 1 + 5);
	});

	test("fields that would pollute a prototype are data", async () => {
		const { outcome } = await callTool(({ id }, response) =>
			json(
				response,
				`{"jsonrpc":"2.0","id":"${id}","result":{"__proto__":{"isError":true},"content":[{"type":"text","text":"a","__proto__":{"x":1}}],"structuredContent":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"then":1}}}`,
			),
		);
		const value = doneValue(outcome);
		expect(value).toMatchObject({ isError: false, text: "a" });
		expect(JSON.stringify(value)).toContain('"__proto__":{"polluted":1}');
		expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
	});
});
