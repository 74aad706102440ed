import { readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LIMITS } from "../../contract/limits.ts";
import { type LoopbackServer, startLoopbackServer } from "../../scripts/support/loopback-server.ts";
import { controlPlaneIn } from "./fault-processes.ts";
import { runToEnd } from "./run-to-end.ts";
import { makeAgent, type Platform, startPlatform } from "./start-platform.ts";

const MIB = 1024 * 1024;
const BODY_BYTES = 50 * MIB;
const PIECE = Buffer.alloc(64 * 1024, "0123456789abcdef");
let uploadedBytes = 0;
const answer: RequestListener = async (request, response) => {
	if (request.method === "PUT") {
		for await (const chunk of request) uploadedBytes += chunk.length;
		response.writeHead(201).end();
		return;
	}
	const bytes = request.url === "/little" ? MIB : BODY_BYTES;
	response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes });
	Readable.from(pieces(bytes)).pipe(response);
};
function* pieces(bytes: number): Generator<Buffer> {
	for (let sent = 0; sent < bytes; sent += PIECE.length) yield PIECE;
}

let server: LoopbackServer;
let platform: Platform;
beforeAll(async () => {
	server = await startLoopbackServer(answer);
	const { host } = server;
	platform = await startPlatform([host]);
	await platform.api.request("PUT", "/v1/secrets/key", { value: "canary-zyxwvutsrqponmlk" });
	const limits = { responseBytes: 64 * MIB, requestBytes: 64 * MIB, timeoutMs: LIMITS.upstreamMs.max };
	const web = { verb: "http.fetch", allow: [{ host, scheme: "http", methods: ["GET", "PUT"] }], limits };
	await makeAgent(platform.api, {
		name: "mover",
		policy: {
			grants: {
				web,
				keyed: { ...web, inject: { header: "authorization", format: "Bearer {secret}", secret: "key" } },
				files: { verb: "files", mounts: { "/workspace": "write" }, limits: { fileBytes: 64 * MIB, totalBytes: 192 * MIB } },
			},
			limits: { wallMs: 120_000, cpuMs: 20_000 },
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await server.close();
});

const fieldOf = (pid: number, field: string): number =>
	Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;

/** By how much a process's resident memory was above what it was before, at the most, while a piece of work was done. The kernel keeps the peak. */
const peakGrowth = async (pid: number, work: () => Promise<unknown>): Promise<number> => {
	writeFileSync(`/proc/${pid}/clear_refs`, "5");
	const before = fieldOf(pid, "VmRSS");
	await work();
	return fieldOf(pid, "VmHWM") - before;
};

const carry = async (grant: string, path: string, upload = false, body = "body"): Promise<void> => {
	const program = `export default async (input, env) => {
		const kept = await env.${grant}.fetch("${server.origin}/${body}", { as: "handle" });
		await env.files.write("${path}", kept);
		${upload ? `return (await env.${grant}.fetch("${server.origin}/up", { method: "PUT", body: kept })).status;` : `return (await env.files.stat("${path}")).bytes;`}
	};`;
	const { result, error } = await runToEnd(platform.api, { agent: "mover", program });
	expect([result, error]).toEqual([upload ? 201 : body === "little" ? MIB : BODY_BYTES, null]);
};

/**
 * Most that a body on its way may take. About 20 MiB of it is the Worker's, where nothing is redacted; the rest is what the local stand-in for R2, which lives in the same
 * process, leaves to its collector. A Worker that made fresh memory for what it reads would add 100 MiB.
 */
const MOST_MIB = 150;

test("a body of 50 MB on its way to a file takes a bounded part of it as memory, redacted or not", async () => {
	// What the process takes for its first run is no body's.
	for (const grant of ["web", "keyed"]) await carry(grant, `/workspace/output/first-${grant}`, false, "little");
	const { pid } = controlPlaneIn(process.pid) ?? expect.fail("no control plane is there");
	const grown = [
		await peakGrowth(pid, () => carry("web", "/workspace/output/plain")),
		await peakGrowth(pid, () => carry("keyed", "/workspace/output/redacted")),
		await peakGrowth(pid, () => carry("web", "/workspace/tmp/up", true)),
	].map((bytes) => Math.round(bytes / MIB));
	console.log(`${BODY_BYTES / MIB} MiB: grew by ${grown.join(", ")} MiB, wanted less than ${MOST_MIB}`);
	expect(uploadedBytes).toBe(BODY_BYTES);
	expect(Math.max(...grown), `grew by ${grown.join(", ")} MiB`).toBeLessThan(MOST_MIB);
});
