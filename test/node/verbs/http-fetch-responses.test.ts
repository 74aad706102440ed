import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { startDeadline } from "../../../worker/verbs/http-fetch/deadline.ts";
import { readBody } from "../../../worker/verbs/http-fetch/read-body.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { callContext, codeOf, performOnHost } from "./perform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const fetchFrom = (
	upstream: Upstream,
	request: Record<string, unknown> = {},
	parts: Record<string, unknown> = {},
	context: Parameters<typeof callContext>[0] = {},
) =>
	performOnHost(
		loopbackGrant([upstream.port], parts),
		"fetch",
		[{ url: `${upstream.origin}/x?q=1`, ...request }],
		callContext({ developmentHosts: [`127.0.0.1:${upstream.port}`], ...context }),
	);

/** A TCP server that answers every connection with `answer`. */
const startRaw = async (answer: (socket: Socket) => void) => {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => undefined);
		socket.once("data", () => answer(socket));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	const port = address !== null && typeof address === "object" ? address.port : 0;
	return {
		port,
		origin: `http://127.0.0.1:${port}`,
		seen: [],
		[Symbol.asyncDispose]: async () => {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
};

describe("a request of http.fetch", () => {
	test("reaches the far side as it was given, with what the host adds, and costs its bytes", async () => {
		await using upstream = await startUpstream((_request, response) => response.end("ok"));
		const headers = [
			["X-A", " b "],
			["connection", "close"],
			["Accept-Encoding", "gzip"],
			["content-length", "7"],
			["sec-fetch-mode", "x"],
			["te", "trailers"],
		];
		const outcome = await fetchFrom(upstream, { method: "POST", body: "hé", headers });
		expect(upstream.seen[0]).toMatchObject({
			method: "POST",
			path: "/x?q=1",
			body: "hé",
			headers: { "x-a": "b", "accept-encoding": "identity", "content-length": "3", "idempotency-key": "cal_test", "user-agent": "cordon" },
		});
		expect(upstream.seen[0]?.headers).not.toHaveProperty("te");
		expect(outcome.cost.egressBytes).toBeGreaterThan(`POST${upstream.origin}/x?q=1`.length);
		expect(outcome.cost.egressBytes).toBeLessThan(400);
	});

	test("carries an idempotency key only where a repeat would act twice, and the program's own if it set one", async () => {
		await using upstream = await startUpstream((_request, response) => response.end("ok"));
		for (const method of ["GET", "PUT", "DELETE", "POST", "PATCH"]) await fetchFrom(upstream, { method });
		await fetchFrom(upstream, { method: "POST", headers: [["Idempotency-Key", "mine"]] });
		expect(upstream.seen.map((seen) => seen.headers["idempotency-key"])).toEqual([
			undefined,
			undefined,
			undefined,
			"cal_test",
			"cal_test",
			"mine",
		]);
	});

	test("does not leave for loopback unless the operator opened that port", async () => {
		await using upstream = await startUpstream((_request, response) => response.end("ok"));
		expect(codeOf(await fetchFrom(upstream, {}, {}, { developmentHosts: [] }))).toBe("egress_denied");
		expect(codeOf(await fetchFrom(upstream, {}, {}, { developmentHosts: [`localhost:${upstream.port}`] }))).toBe("egress_denied");
		expect(upstream.seen).toHaveLength(0);
	});
});

describe("a response of http.fetch", () => {
	test.each([
		["text/plain", "hé", "hé"],
		["text/html; charset=utf-8", "x", "x"],
		["application/json", "{}", "{}"],
		["application/problem+json", "{}", "{}"],
		["image/svg+xml", "<svg/>", "<svg/>"],
		["application/x-www-form-urlencoded", "a=b", "a=b"],
		["text/plain", Buffer.from([0xff, 0x41]), new Uint8Array([0xff, 0x41])],
		["application/octet-stream", "x", new Uint8Array([120])],
		["image/png", "x", new Uint8Array([120])],
		["text/plain", "\uFEFFx", "\uFEFFx"],
		["image/png", "", ""],
	])("of the type %s is text only when it is text", async (type, sent, body) => {
		await using upstream = await startUpstream((_request, response) => response.writeHead(200, { "content-type": type }).end(sent));
		expect(responseOf(await fetchFrom(upstream)).body).toEqual(body);
	});

	test("has the status and the headers, without those that would set or fetch something", async () => {
		await using upstream = await startUpstream((_request, response) =>
			response
				.writeHead(418, {
					"set-cookie": ["a=b", "c=d"],
					"clear-site-data": "*",
					refresh: "0; url=x",
					"alt-svc": "h3",
					"report-to": "{}",
					nel: "{}",
					"strict-transport-security": "max-age=1",
					link: '</a>; rel=preload, <https://x/?page=2>; rel="next", </b>; rel="dns-prefetch"',
					"x-kept": "1",
					etag: '"e"',
				})
				.end("teapot"),
		);
		const { status, headers, url } = responseOf(await fetchFrom(upstream));
		expect({ status, url }).toEqual({ status: 418, url: `${upstream.origin}/x?q=1` });
		expect(new Map(headers).keys().toArray().sort()).toEqual(["date", "etag", "link", "x-kept"]);
		expect(new Map(headers).get("link")).toBe('<https://x/?page=2>; rel="next"');
	});

	test.each([204, 205, 304])("of status %i has an empty body", async (status) => {
		await using upstream = await startUpstream((_request, response) => response.writeHead(status).end());
		expect(responseOf(await fetchFrom(upstream))).toMatchObject({ status, body: "" });
	});

	test("to HEAD has an empty body and keeps its content-length", async () => {
		await using upstream = await startUpstream((_request, response) => response.writeHead(200, { "content-length": "123456789" }).end());
		const response = responseOf(await fetchFrom(upstream, { method: "HEAD" }));
		expect(response.body).toBe("");
		expect(response.headers).toContainEqual(["content-length", "123456789"]);
	});

	test("is taken at the size limit and refused one over", async () => {
		await using upstream = await startUpstream((request, response) => response.end(Buffer.alloc(request.method === "GET" ? 1_000 : 1_001)));
		expect(responseOf(await fetchFrom(upstream, {}, { limits: { responseBytes: 1_000 } })).body).toHaveLength(1_000);
		expect(codeOf(await fetchFrom(upstream, { method: "POST" }, { limits: { responseBytes: 1_000 } }))).toBe("response_too_large");
	});

	test("without an end is refused after the limit, and the connection is closed", async () => {
		const closed = Promise.withResolvers<number>();
		await using upstream = await startUpstream((_request, response) => {
			let sent = 0;
			const push = (): void => {
				while (!response.destroyed) {
					sent += 16_384;
					if (!response.write(Buffer.alloc(16_384))) break;
				}
			};
			response.on("drain", push);
			response.on("close", () => closed.resolve(sent));
			push();
		});
		expect(codeOf(await fetchFrom(upstream))).toBe("response_too_large");
		expect(await closed.promise).toBeLessThan(LIMITS.responseBytes.default + 16 * 1024 * 1024);
	});

	test("is read at most one chunk past the limit", async () => {
		let pulled = 0;
		const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(10).fill(pulled++)) }, { highWaterMark: 0 });
		const deadline = startDeadline(10_000, new AbortController().signal);
		expect(await readBody(new Response(body), 95, deadline)).toEqual({ kind: "too_large" });
		deadline.stop();
		expect(pulled).toBe(10);
	});

	test.each([
		["gzip", gzipSync],
		["br", brotliCompressSync],
	])("that unfolds from %s is counted unfolded", async (encoding, compress) => {
		const bomb = compress(Buffer.alloc(40 * 1024 * 1024));
		expect(bomb.length).toBeLessThan(100_000);
		await using upstream = await startUpstream((request, response) =>
			response
				.writeHead(200, { "content-encoding": encoding, "content-type": "text/plain" })
				.end(request.method === "GET" ? compress("small") : bomb),
		);
		const small = responseOf(await fetchFrom(upstream));
		expect(small.body).toBe("small");
		expect(new Map(small.headers).has("content-encoding")).toBe(false);
		expect(codeOf(await fetchFrom(upstream, { method: "POST" }))).toBe("response_too_large");
	});

	test("with too many headers or too large ones is refused", async () => {
		await using upstream = await startUpstream((request, response) => {
			const many = Object.fromEntries(Array.from({ length: LIMITS.headers + 1 }, (_, index) => [`x-${index}`, "v"]));
			response.writeHead(200, request.method === "GET" ? many : { "x-large": "v".repeat(40_000) }).end();
		});
		expect(codeOf(await fetchFrom(upstream))).toBe("response_too_large");
		expect(["response_too_large", "upstream_failed"]).toContain(codeOf(await fetchFrom(upstream, { method: "POST" })));
	});

	test.each([
		["never comes", () => undefined],
		["has headers and no body", (response: import("node:http").ServerResponse) => void response.writeHead(200).flushHeaders()],
		[
			"drips",
			(response: import("node:http").ServerResponse) => {
				const timer = setInterval(() => response.write("x"), 5);
				response.on("close", () => clearInterval(timer));
			},
		],
	])("that %s ends with the call's time", async (_name, answer) => {
		await using upstream = await startUpstream((_request, response) => answer(response));
		expect(codeOf(await fetchFrom(upstream, {}, { limits: { timeoutMs: 150 } }))).toBe("upstream_timeout");
		expect(
			codeOf(await fetchFrom(upstream, {}, {}, { developmentHosts: [`127.0.0.1:${upstream.port}`], signal: AbortSignal.timeout(100) })),
		).toBe("upstream_timeout");
		expect(
			codeOf(await fetchFrom(upstream, {}, {}, { developmentHosts: [`127.0.0.1:${upstream.port}`], signal: AbortSignal.abort() })),
		).toBe("upstream_timeout");
	});

	test("hops share one clock", async () => {
		await using upstream = await startUpstream(
			(_request, response) => void setTimeout(() => response.writeHead(302, { location: "/x" }).end(), 80),
		);
		expect(codeOf(await fetchFrom(upstream, {}, { limits: { timeoutMs: 200 } }))).toBe("upstream_timeout");
		expect(upstream.seen.length).toBeLessThanOrEqual(3);
	});

	test("an upgrade, garbage, a reset, a cut body, a strange status, an unknown encoding and a closed port fail in the same words", async () => {
		const raw = (text: string) => (socket: Socket) => void socket.end(text);
		const answers = [
			raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
			raw("garbage\r\n\r\n"),
			(socket: Socket) => void socket.resetAndDestroy(),
			(socket: Socket) => void socket.destroy(),
			raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort"),
			raw("HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n"),
			raw("HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: 1\r\n\r\nx"),
			raw("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 16\r\n\r\nthis is no gzip!"),
		];
		const outcomes = [];
		let closedPort = 0;
		for (const answer of answers) {
			await using upstream = await startRaw(answer);
			closedPort = upstream.port;
			const { cost, ...rest } = await fetchFrom(upstream);
			outcomes.push(rest);
		}
		const { cost: _closed, ...closed } = await fetchFrom({
			port: closedPort,
			origin: `http://127.0.0.1:${closedPort}`,
			seen: [],
			[Symbol.asyncDispose]: async () => undefined,
		});
		await using plain = await startUpstream((_request, response) => response.end());
		const tls = loopbackGrant([plain.port], {}, { scheme: "https" });
		const { cost: _tls, ...broken } = await performOnHost(
			tls,
			"fetch",
			[{ url: `https://127.0.0.1:${plain.port}/` }],
			callContext({ developmentHosts: [`127.0.0.1:${plain.port}`] }),
		);
		for (const outcome of [...outcomes, closed, broken]) {
			expect(outcome).toEqual({
				kind: "failed",
				code: "upstream_failed",
				message: "fetch: the other side could not be reached or did not answer properly",
			});
		}
	});
});
