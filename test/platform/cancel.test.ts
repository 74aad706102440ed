import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pageOf } from "../../contract/common.ts";
import { LIMITS } from "../../contract/limits.ts";
import { Call, Run, RunSummary } from "../../contract/runs.ts";
import { type SharedPlatform, sharePlatform } from "./share-platform.ts";
import { allPages, makeAgent, pollUntil } from "./start-platform.ts";

/** An upstream that answers `/quick`, wants `/busy…` to be tried again in a second, and holds everything else open until it is hung up on. */
const startHolder = async (ofPort = 0) => {
	const arrivals: { url: string; atMs: number; closedAtMs: number | null }[] = [];
	const server = createServer((request, response) => {
		const arrival: (typeof arrivals)[number] = { url: request.url ?? "", atMs: Date.now(), closedAtMs: null };
		arrivals.push(arrival);
		response.on("close", () => {
			arrival.closedAtMs = Date.now();
		});
		if (request.url === "/quick") response.end("{}");
		if (request.url?.startsWith("/busy") === true) response.writeHead(429, { "retry-after": "1" }).end();
		if (request.url === "/drip") response.writeHead(200, { "content-type": "text/plain" }).write("and then");
	});
	// A connection that is closed for its idleness may be one that is just used again.
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve) => server.listen(ofPort, "127.0.0.1", resolve));
	const address: AddressInfo | string | null = server.address();
	return {
		host: `127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
		arrivals,
		close: () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(resolve));
		},
	};
};

let holder: Awaited<ReturnType<typeof startHolder>>;
let platform: SharedPlatform;
beforeAll(async () => {
	platform = await sharePlatform();
	holder = await startHolder(platform.ports[0]);
	const allow = [{ host: holder.host, scheme: "http", methods: ["GET", "POST"] }];
	await makeAgent(platform.api, {
		name: "caller",
		policy: {
			grants: {
				web: { verb: "http.fetch", allow, limits: { calls: 10_000, timeoutMs: LIMITS.upstreamMs.max } },
				patient: { verb: "http.fetch", allow, retries: 2 },
			},
			limits: { wallMs: 120_000, calls: 10_000 },
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await holder.close();
});

const start = (program: string): Promise<Run> => platform.api.run({ agent: "caller", program, wait: 0 });
const cancel = (id: string): Promise<Run> => platform.api.expect(200, Run, "POST", `/v1/runs/${id}/cancel`);
const readRun = (id: string): Promise<Run> => platform.api.expect(200, Run, "GET", `/v1/runs/${id}`);
const arrived = (url: string, count: number): Promise<number> =>
	pollUntil(
		async () => holder.arrivals.filter((each) => each.url === url).length,
		(found) => found >= count,
	);

describe("cancelling", () => {
	test.each(["/silent", "/drip"])("closes the connection to an upstream of %s with its answer", async (path) => {
		const { id } = await start(`export default async (i, env) => (await env.web.fetch("http://${holder.host}${path}")).text()`);
		await arrived(path, 1);
		expect((await cancel(id)).status).toBe("cancelled");
		const held = await pollUntil(
			async () => holder.arrivals.find((each) => each.url === path),
			(arrival) => arrival?.closedAtMs !== null,
		);
		// Before the call's own time was over.
		expect((held?.closedAtMs ?? Number.POSITIVE_INFINITY) - (held?.atMs ?? 0)).toBeLessThan(LIMITS.upstreamMs.max);
	});

	test("lets no effect begin after its answer, however many calls follow each other and come together", async () => {
		const program = `export default async (i, env) => {
			const chain = async () => { for (;;) await env.web.fetch("http://${holder.host}/quick", { method: "POST", body: "x" }).catch(() => {}); };
			await Promise.all(Array.from({ length: 8 }, chain));
		}`;
		for (let round = 0; round < 5; round += 1) {
			const before = holder.arrivals.length;
			const { id } = await start(program);
			await arrived("/quick", before + 10);
			const cancelled = await cancel(id);
			const answeredAtMs = Date.now();
			await pollUntil(
				() => readRun(id),
				(run) => run.usage.wallMs > 0,
			);
			const calls = await allPages(platform.api, `/v1/runs/${id}/calls`, Call, 200);
			const ours = holder.arrivals.slice(before).filter((each) => each.url === "/quick");
			expect(ours.filter((each) => each.atMs > answeredAtMs)).toEqual([]);
			expect(ours.length).toBeLessThanOrEqual(calls.length);
			expect(calls.every((call) => call.startedAtMs <= (cancelled.endedAtMs ?? 0))).toBe(true);
		}
	});

	test("ends a call that waits to try again: nothing arrives any more", async () => {
		const { id } = await start(`export default async (i, env) => (await env.patient.fetch("http://${holder.host}/busy")).status`);
		await arrived("/busy", 1);
		await cancel(id);
		// One that is begun later waits as long: when it has tried again, so would the other have.
		await start(`export default async (i, env) => (await env.patient.fetch("http://${holder.host}/busy-later")).status`);
		expect(await arrived("/busy-later", 2)).toBeGreaterThan(1);
		expect(holder.arrivals.filter((each) => each.url === "/busy")).toHaveLength(1);
	});
});

test("a client that goes while it waits leaves its run alone: it goes on to its end", async () => {
	const gone = new AbortController();
	const program = "export default async (i, env) => { await new Promise((r) => setTimeout(r, 5_000)); return 'rested'; }";
	const metadata = { ticket: "gone" };
	const asked = fetch(`${platform.cordon.url}/v1/runs`, {
		method: "POST",
		headers: { authorization: `Bearer ${platform.cordon.key}`, "content-type": "application/json", "idempotency-key": "gone-1" },
		body: JSON.stringify({ agent: "caller", program, metadata }),
		signal: gone.signal,
	});
	await pollUntil(
		() => platform.api.expect(200, pageOf(RunSummary), "GET", "/v1/runs?status=running"),
		({ data }) => data.some((run) => run.metadata["ticket"] === "gone"),
	);
	gone.abort();
	await expect(asked).rejects.toThrow();
	// The same request again is the same run.
	const run = await platform.api.run({ agent: "caller", program, metadata }, { "idempotency-key": "gone-1" });
	expect(run).toMatchObject({ status: "succeeded", result: "rested", attempt: 1, metadata });
});
