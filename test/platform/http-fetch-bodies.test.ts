import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Call, type Run } from "../../contract/runs.ts";
import { type SeenRequest, startUpstream, type Upstream } from "../node/verbs/upstream.ts";
import { allPages, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";

const SECRET = `canary-${randomBytes(16).toString("hex")}`;
const MIB = 1024 * 1024;
/** More than one part of what the store takes at once, and no whole number of them. */
const LARGE = randomBytes(7 * MIB + 11);
const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
let platform: Platform;
let api: Upstream;
/** Settles when the far side of /endless sees that nobody reads any more. */
let stopped: Promise<unknown> = Promise.resolve();

const answer = ({ path, method, headers }: SeenRequest, response: ServerResponse): void => {
	if (method === "PUT") {
		response.writeHead(201, { "content-type": "text/plain" }).end("stored");
		return;
	}
	switch (path) {
		case "/large":
			response.writeHead(200, { "content-type": "application/x-large; v=1", "content-length": LARGE.length }).end(LARGE);
			return;
		case "/echo":
			// The credential, across the border of two parts.
			response.writeHead(200, { "content-type": "text/plain" });
			response.write(`before ${String(headers.authorization).slice(0, 25)}`, () =>
				response.end(`${String(headers.authorization).slice(25)} after`),
			);
			return;
		case "/endless":
			stopped = once(response, "close");
			response.writeHead(200, { "content-type": "text/plain" });
			keepWriting(response);
			return;
		case "/hangs":
			response.writeHead(200, { "content-type": "text/plain" }).write("and then");
			return;
		case "/breaks":
			response.writeHead(200, { "content-type": "text/plain", "content-length": "1000" }).write("half", () => response.destroy());
			return;
		default:
			response.writeHead(200, { "content-type": "text/plain" }).end("x".repeat(Number(path.slice(1))));
	}
};

const keepWriting = (response: ServerResponse): void => {
	if (response.destroyed) return;
	response.write("x".repeat(16_384), () => setImmediate(keepWriting, response));
};

beforeAll(async () => {
	api = await startUpstream(answer);
	const host = `127.0.0.1:${api.port}`;
	platform = await startPlatform([host]);
	await platform.api.request("PUT", "/v1/secrets/key", { value: SECRET });
	const allow = [{ host, scheme: "http", methods: ["GET", "HEAD", "PUT"] }];
	const large = { responseBytes: 16 * MIB, requestBytes: 16 * MIB };
	await makeAgent(platform.api, {
		name: "carrier",
		policy: {
			grants: {
				web: { verb: "http.fetch", allow, limits: large },
				keyed: { verb: "http.fetch", allow, limits: large, inject: { header: "authorization", format: "Bearer {secret}", secret: "key" } },
				small: { verb: "http.fetch", allow, limits: { responseBytes: 100_000 } },
				hasty: { verb: "http.fetch", allow, limits: { timeoutMs: 700 } },
				files: { verb: "files", mounts: { "/workspace": "write" }, limits: { fileBytes: 16 * MIB, totalBytes: 64 * MIB } },
			},
			limits: { wallMs: 60_000, cpuMs: 5_000 },
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await api[Symbol.asyncDispose]();
});

const at = (path: string): string => `${api.origin}${path}`;
const run = async (body: string): Promise<Run> => {
	const made = await platform.api.run({ agent: "carrier", program: `export default async (input, env) => { ${body} };` });
	expect(JSON.stringify(made)).not.toContain(SECRET);
	return made;
};
/** A run's file as the API gives it. */
const download = async (id: string, path: string): Promise<Uint8Array> => {
	const response = await fetch(`${platform.cordon.url}/v1/runs/${id}/files${path}`, {
		headers: { authorization: `Bearer ${platform.cordon.key}` },
	});
	expect(response.status).toBe(200);
	return new Uint8Array(await response.arrayBuffer());
};

describe("a body that stays on the host", () => {
	test("becomes a file of the run, byte for byte, and none of it is in the isolate", async () => {
		const { result, id } = await run(
			`const kept = await env.web.fetch("${at("/large")}", { as: "handle" }); await env.files.write("/workspace/output/large", kept); return [kept, await env.files.stat("/workspace/output/large")];`,
		);
		expect(result).toMatchObject([
			{ status: 200, url: at("/large"), handle: expect.stringMatching(/^hdl_/), bytes: LARGE.length, type: "application/x-large" },
			{ bytes: LARGE.length },
		]);
		expect(digestOf(await download(id, "/workspace/output/large"))).toBe(digestOf(LARGE));
	});

	test("goes up again from there, with its length told beforehand", async () => {
		const { result } = await run(`
			const kept = await env.web.fetch("${at("/1000")}", { as: "handle" });
			const up = await env.web.fetch("${at("/up")}", { method: "PUT", body: kept });
			await env.files.writeText("/workspace/tmp/a", "from a file");
			const file = await env.web.fetch("${at("/up-file")}", { method: "PUT", body: await env.files.handle("/workspace/tmp/a", { type: "text/x-a" }) });
			return [up.status, await up.text(), file.status];`);
		expect(result).toEqual([201, "stored", 201]);
		const [up, file] = ["/up", "/up-file"].map((path) => api.seen.find((request) => request.path === path));
		expect([up?.headers["content-length"], up?.headers["transfer-encoding"], up?.body]).toEqual(["1000", undefined, "x".repeat(1_000)]);
		expect([file?.headers["content-length"], file?.body]).toEqual(["11", "from a file"]);
	});

	test("goes up whole when it is larger than a part of the store", async () => {
		const { result, usage } = await run(
			`const kept = await env.web.fetch("${at("/5300000")}", { as: "handle" }); return (await env.web.fetch("${at("/up-large")}", { method: "PUT", body: kept })).status;`,
		);
		expect(result).toBe(201);
		const up = api.seen.find(({ path }) => path === "/up-large");
		expect([up?.headers["content-length"], up?.body.length]).toEqual(["5300000", 5_300_000]);
		expect(usage.egressBytes).toBeGreaterThan(5_300_000);
	});

	test("has the credential redacted, also across the border of two parts", async () => {
		const { result } = await run(
			`const kept = await env.keyed.fetch("${at("/echo")}", { as: "handle" }); await env.files.write("/workspace/tmp/echo", kept); return env.files.readText("/workspace/tmp/echo");`,
		);
		expect(result).toBe("before Bearer [redacted] after");
	});

	test("is another run's nothing, and one that is too large, broken or late is not kept", async () => {
		const { result: kept } = await run(`return (await env.web.fetch("${at("/10")}", { as: "handle" })).handle;`);
		const { result } = await run(`
			const go = (url, grant = env.small) => grant.fetch(url, { as: "handle" }).then((k) => k.bytes, (e) => e.code);
			return [
				await env.web.fetch("${at("/up-other")}", { method: "PUT", body: { handle: ${JSON.stringify(kept)} } }).catch((e) => e.code),
				await go("${at("/100000")}"), await go("${at("/100001")}"), await go("${at("/breaks")}"), await go("${at("/hangs")}", env.hasty),
			];`);
		expect(result).toEqual(["invalid_arguments", 100_000, "response_too_large", "upstream_failed", "upstream_timeout"]);
		expect(api.seen.some(({ path }) => path === "/up-other")).toBe(false);
	});
});

describe("a body in parts", () => {
	test("comes whole and in order, and its result says what it was", async () => {
		const { result } = await run(`
			let bytes = 0; let sum = 0;
			const stream = env.web.stream("${at("/large")}");
			for await (const part of stream) { bytes += part.length; for (let i = 0; i < part.length; i += 4096) sum = (sum * 31 + part[i]) % 1000003; }
			const { status, url, headers, bytes: told } = await stream.result;
			return [bytes, status, url, headers["content-type"], told];`);
		expect(result).toEqual([LARGE.length, 200, at("/large"), "application/x-large; v=1", LARGE.length]);
	});

	test("has the credential redacted, also across the border of two parts", async () => {
		const { result } = await run(
			`let text = ""; const decoder = new TextDecoder(); for await (const part of env.keyed.stream("${at("/echo")}")) text += decoder.decode(part, { stream: true }); return text;`,
		);
		expect(result).toBe("before Bearer [redacted] after");
	});

	test("that nobody reads any more stops at the far side", async () => {
		const { result, id } = await run(
			`let bytes = 0; for await (const part of env.web.stream("${at("/endless")}")) { bytes += part.length; if (bytes > 100000) break; } await env.web.fetch("${at("/1")}"); return bytes > 100000;`,
		);
		expect(result).toBe(true);
		await stopped;
		const calls = await pollUntil(
			() => allPages(platform.api, `/v1/runs/${id}/calls`, Call, 10),
			(all) => all[0]?.status !== "started",
		);
		// The program may have ended before its stream has: then nobody can say.
		expect(calls[0]?.method).toBe("stream");
		expect(["cancelled", "unknown"]).toContain(calls[0]?.error?.code);
		expect(calls[0]?.cost.egressBytes).toBeGreaterThan(20);
	});

	test("stops at the far side when the run ends, though the program never read it", async () => {
		await run(`env.web.stream("${at("/endless")}"); await env.web.fetch("${at("/1")}"); return 1;`);
		await stopped;
	});

	test("that hangs, breaks or passes its bound ends with an error after what came", async () => {
		const { result } = await run(`
			const read = async (url, grant = env.small) => { let bytes = 0; try { for await (const part of grant.stream(url)) bytes += part.length; return bytes; } catch (e) { return [e.code, bytes]; } };
			return [await read("${at("/hangs")}", env.hasty), await read("${at("/breaks")}"), await read("${at("/100000")}"), await read("${at("/100001")}")];`);
		expect(result).toMatchObject([["upstream_timeout", 8], ["upstream_failed", 4], 100_000, ["response_too_large", expect.any(Number)]]);
	});

	test("of a request that no rule covers is refused before a part of it", async () => {
		const { result } = await run(`
			const codes = [await env.web.stream("http://example.com/").result.catch((e) => e.code)];
			try { for await (const _ of env.web.stream("http://example.com/")) codes.push("part"); } catch (e) { codes.push(e.code); }
			return codes;`);
		expect(result).toEqual(["egress_denied", "egress_denied"]);
	});
});
