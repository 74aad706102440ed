import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { VerbOutcome } from "../../../worker/verbs/verb.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { inPieces } from "./in-pieces.ts";
import { MemoryContents } from "./memory-contents.ts";
import { callContext, codeOf, doneValue, invalidMessage, performOnHost, prepared } from "./perform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const SECRET = 'pa55/+word"&<=% 0123456789';
const INJECT = { header: "x-auth", format: "{secret}", secret: "token" };
const LARGE = { limits: { responseBytes: LIMITS.contentBytes } };

const fetchFrom = async (
	upstream: Upstream,
	method: string,
	request: Record<string, unknown>,
	parts: Record<string, unknown> = {},
	context: Parameters<typeof callContext>[0] = {},
): Promise<VerbOutcome> =>
	performOnHost(
		loopbackGrant([upstream.port], parts),
		method,
		[{ url: `${upstream.origin}/x`, ...request }],
		callContext({ secrets: { token: SECRET }, developmentHosts: [`127.0.0.1:${upstream.port}`], ...context }),
	);

describe("a response kept on the host", () => {
	test("gives status, headers and a handle, and its bytes never enter", async () => {
		await using upstream = await startUpstream((_request, response) =>
			response.writeHead(201, { "content-type": "text/csv; charset=utf-8", "x-kept": "1", "set-cookie": "a=b" }).end("a,b\n1,2\n"),
		);
		const contents = new MemoryContents();
		const outcome = await fetchFrom(upstream, "fetch", { as: "handle" }, {}, { contents });
		expect(doneValue(outcome)).toEqual({
			status: 201,
			url: `${upstream.origin}/x`,
			headers: { "content-type": "text/csv; charset=utf-8", "x-kept": "1", date: expect.any(String) },
			handle: "hdl_1",
			bytes: 8,
			type: "text/csv",
		});
		expect(new TextDecoder().decode(contents.handles.get("hdl_1")?.bytes)).toBe("a,b\n1,2\n");
	});

	test("may be larger than what enters, up to the grant's limit and not one byte more", async () => {
		const bytes = randomBytes(LIMITS.responseBytes.max + 1);
		await using upstream = await startUpstream((_request, response) => response.end(bytes));
		expect(codeOf(await fetchFrom(upstream, "fetch", {}, LARGE))).toBe("response_too_large");
		const contents = new MemoryContents();
		expect(doneValue(await fetchFrom(upstream, "fetch", { as: "handle" }, LARGE, { contents }))).toMatchObject({ bytes: bytes.length });
		expect(Buffer.compare(contents.handles.get("hdl_1")?.bytes ?? Buffer.alloc(0), bytes)).toBe(0);
		for (const inject of [undefined, INJECT]) {
			const limits = (responseBytes: number) => ({ limits: { responseBytes }, ...(inject === undefined ? {} : { inject }) });
			const kept = new MemoryContents();
			expect(codeOf(await fetchFrom(upstream, "fetch", { as: "handle" }, limits(bytes.length - 1), { contents: kept }))).toBe(
				"response_too_large",
			);
			expect(kept.handles.size).toBe(0);
			expect(codeOf(await fetchFrom(upstream, "fetch", { as: "handle" }, limits(bytes.length), { contents: kept }))).toBe("done");
		}
	});

	test.each([204, 304])("of status %i and of HEAD is empty", async (status) => {
		await using upstream = await startUpstream((_request, response) => response.writeHead(status).end());
		for (const method of ["GET", "HEAD"])
			expect(doneValue(await fetchFrom(upstream, "fetch", { as: "handle", method }))).toMatchObject({
				status,
				bytes: 0,
				type: "application/octet-stream",
			});
	});

	test.each([undefined, INJECT])("that is cut, or late, is not kept (inject: %j)", async (inject) => {
		const parts = { ...(inject === undefined ? {} : { inject }), limits: { timeoutMs: 200 } };
		await using cut = await startUpstream((_request, response) => {
			response.writeHead(200, { "content-length": "100" }).write("half");
			setImmediate(() => response.socket?.destroy());
		});
		await using late = await startUpstream((_request, response) => void response.writeHead(200).write("half"));
		const contents = new MemoryContents();
		expect(codeOf(await fetchFrom(cut, "fetch", { as: "handle" }, parts, { contents }))).toBe("upstream_failed");
		expect(codeOf(await fetchFrom(late, "fetch", { as: "handle" }, parts, { contents }))).toBe("upstream_timeout");
		expect(contents.handles.size).toBe(0);
	});

	test("that the run may not keep says so, and a store that fails says nothing", async () => {
		await using upstream = await startUpstream((_request, response) => response.end("x".repeat(1_000)));
		class Full extends MemoryContents {
			override async store() {
				return { kind: "too_large" as const, message: "the run keeps too much already" };
			}
		}
		class Broken extends MemoryContents {
			override async store(): Promise<never> {
				throw new Error("canary");
			}
		}
		for (const parts of [{}, { inject: INJECT }]) {
			expect(await fetchFrom(upstream, "fetch", { as: "handle" }, parts, { contents: new Full() })).toMatchObject({
				code: "response_too_large",
				message: "fetch: the response cannot be kept: the run keeps too much already",
			});
			const broken = await fetchFrom(upstream, "fetch", { as: "handle" }, parts, { contents: new Broken() });
			expect(codeOf(broken)).toBe("upstream_failed");
			expect(JSON.stringify(broken)).not.toContain("canary");
		}
	});
});

describe("a request's body from a handle", () => {
	const withContent = (bytes: Uint8Array) => {
		const contents = new MemoryContents();
		contents.handles.set("hdl_1", { type: "text/plain", bytes: new Uint8Array(bytes) });
		return contents;
	};

	test("goes up as it is, and counts as egress", async () => {
		await using upstream = await startUpstream((_request, response) => response.end("ok"));
		const bytes = new TextEncoder().encode("0123456789".repeat(30_000));
		const outcome = await fetchFrom(upstream, "fetch", { method: "PUT", body: { handle: "hdl_1" } }, {}, { contents: withContent(bytes) });
		expect(responseOf(outcome).status).toBe(200);
		expect(upstream.seen[0]?.body).toBe(new TextDecoder().decode(bytes));
		expect(outcome.cost.egressBytes).toBeGreaterThan(bytes.length);
	});

	test("is read again for a redirect to the same origin and for a retry", async () => {
		let count = 0;
		await using upstream = await startUpstream((request, response) => {
			count += 1;
			if (count === 1) response.writeHead(503, { "retry-after": "0" }).end();
			else if (request.path === "/x") response.writeHead(307, { location: "/end" }).end();
			else response.end("ok");
		});
		const contents = withContent(new TextEncoder().encode("body"));
		const outcome = await fetchFrom(upstream, "fetch", { method: "PUT", body: { handle: "hdl_1" } }, { retries: 1 }, { contents });
		expect(responseOf(outcome).status).toBe(200);
		expect(upstream.seen.map(({ path, body }) => [path, body])).toEqual([
			["/x", "body"],
			["/x", "body"],
			["/end", "body"],
		]);
	});

	test("that the run does not have sends nothing", async () => {
		await using upstream = await startUpstream((_request, response) => response.end());
		for (const handle of ["hdl_of_another_run", "", "../x"]) {
			expect(await fetchFrom(upstream, "fetch", { method: "PUT", body: { handle } })).toMatchObject({
				code: "invalid_arguments",
				message: "fetch argument 1.body: found a handle that this run does not have",
			});
		}
		expect(upstream.seen).toHaveLength(0);
	});

	test("has at most the grant's requestBytes, which are held for it", async () => {
		await using upstream = await startUpstream((_request, response) => response.end());
		const body = { method: "PUT", body: { handle: "hdl_1" } };
		const limits = { limits: { requestBytes: 1_000 } };
		expect(codeOf(await fetchFrom(upstream, "fetch", body, limits, { contents: withContent(new Uint8Array(1_001)) }))).toBe(
			"invalid_arguments",
		);
		expect(upstream.seen).toHaveLength(0);
		expect(codeOf(await fetchFrom(upstream, "fetch", body, limits, { contents: withContent(new Uint8Array(1_000)) }))).toBe("done");
		const held = (requestBytes: number) =>
			prepared(loopbackGrant([80], { limits: { requestBytes }, redirects: "refuse" }), "fetch", [{ url: "http://127.0.0.1/", ...body }])
				.worstCost.egressBytes ?? 0;
		expect(held(2_000_000) - held(1_000)).toBe(1_999_000);
		expect(
			invalidMessage(loopbackGrant([80], limits), "fetch", [{ url: "http://127.0.0.1/", method: "PUT", body: new Uint8Array(1_001) }]),
		).toContain("wanted at most 1000");
	});

	test("given as the text of its id is refused: the id would be sent instead of the content", () => {
		const id = newId("hdl");
		for (const body of [id, new TextEncoder().encode(id)])
			expect(invalidMessage(loopbackGrant([80]), "fetch", [{ url: "http://127.0.0.1/", method: "PUT", body }])).toBe(
				"fetch argument 1.body: found a handle's id, wanted the handle itself, not its text",
			);
	});

	test.each([{ handle: 7 }, { handle: "x".repeat(65) }, { handle: "hdl_1", path: "/x" }, {}])("is %j to be refused", (body) => {
		expect(invalidMessage(loopbackGrant([80]), "fetch", [{ url: "http://127.0.0.1/", method: "PUT", body }])).toContain("argument 1.body");
	});
});

describe("a streamed response", () => {
	const streamFrom = async (upstream: Upstream, parts: Record<string, unknown> = {}, emit?: (value: unknown) => Promise<void>) => {
		const chunks: Uint8Array[] = [];
		const take = async (value: unknown): Promise<void> => {
			if (value instanceof Uint8Array) chunks.push(value);
			else expect.fail("what was emitted is no bytes");
		};
		const outcome = await fetchFrom(upstream, "stream", {}, parts, { emit: emit ?? take });
		return { outcome, chunks, text: Buffer.concat(chunks).toString() };
	};

	test("comes in parts, then its status and headers", async () => {
		const bytes = randomBytes(3_000_000);
		await using upstream = await startUpstream((_request, response) => response.writeHead(206, { "x-a": "b" }).end(bytes));
		const { outcome, chunks } = await streamFrom(upstream, LARGE);
		expect(doneValue(outcome)).toEqual({
			status: 206,
			url: `${upstream.origin}/x`,
			headers: { "x-a": "b", date: expect.any(String) },
			bytes: bytes.length,
		});
		expect(Buffer.compare(Buffer.concat(chunks), bytes)).toBe(0);
		for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(LIMITS.streamPartBytes);
	});

	test("stops past the grant's limit", async () => {
		await using upstream = await startUpstream((_request, response) => response.end(Buffer.alloc(100_000)));
		expect(codeOf((await streamFrom(upstream, { limits: { responseBytes: 99_999 } })).outcome)).toBe("response_too_large");
		expect(codeOf((await streamFrom(upstream, { limits: { responseBytes: 100_000 } })).outcome)).toBe("done");
	});

	test("that is sent byte by byte comes in few parts while the program is slow", async () => {
		await using upstream = await startUpstream((_request, response) => inPieces(Buffer.from("x".repeat(400)), 1, response));
		let emitted = 0;
		let bytes = 0;
		const { outcome } = await streamFrom(upstream, {}, async (value) => {
			emitted += 1;
			bytes += value instanceof Uint8Array ? value.length : 0;
			await new Promise((resolve) => setTimeout(resolve, 20));
		});
		expect([codeOf(outcome), bytes]).toEqual(["done", 400]);
		expect(emitted).toBeLessThan(200);
	});

	test("that nobody reads any more lets go of the far side, and costs what was sent", async () => {
		const closed = Promise.withResolvers<void>();
		await using upstream = await startUpstream((_request, response) => {
			response.on("close", () => closed.resolve());
			inPieces(Buffer.alloc(50_000_000), 65_536, response);
		});
		const { outcome } = await streamFrom(upstream, LARGE, async () => Promise.reject(new Error("nobody reads")));
		expect([codeOf(outcome), (outcome.cost.egressBytes ?? 0) > 0]).toEqual(["cancelled", true]);
		await closed.promise;
	});

	test("takes no handle for its own", () => {
		expect(invalidMessage(loopbackGrant([80]), "stream", [{ url: "http://127.0.0.1/", as: "handle" }])).toContain("argument 1.as");
	});
});
