import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pageOf } from "../../contract/common.ts";
import { Call, Run, RunSummary } from "../../contract/runs.ts";
import { type SharedPlatform, sharePlatform } from "./share-platform.ts";
import { allPages, makeAgent, pollUntil } from "./start-platform.ts";

/** An upstream that answers `/quick`, wants `/busy` to be tried again in a second, and holds everything else open until it is hung up on. */
const startHolder = async (ofPort = 0) => {
	const arrivals: { url: string; atMs: number; closedAtMs: number | null }[] = [];
	const server = createServer((request, response) => {
		const arrival: (typeof arrivals)[number] = { url: request.url ?? "", atMs: Date.now(), closedAtMs: null };
		arrivals.push(arrival);
		response.on("close", () => {
			arrival.closedAtMs = Date.now();
		});
		if (request.url === "/quick") response.end("{}");
		if (request.url === "/busy") response.writeHead(429, { "retry-after": "1" }).end();
		if (request.url === "/drip") response.writeHead(200, { "content-type": "text/plain" }).write("and then");
	});
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
			grants: { web: { verb: "http.fetch", allow, limits: { calls: 10_000 } }, patient: { verb: "http.fetch", allow, retries: 2 } },
			limits: { wallMs: 20_000, calls: 10_000 },
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
const arrived = (url: string, count: number): Promise<unknown> =>
	pollUntil(
		async () => holder.arrivals.filter((each) => each.url === url).length,
		(found) => found >= count,
		10_000,
	);

describe("cancelling", () => {
	test.each(["/silent", "/drip"])("closes the connection to an upstream of %s with its answer", async (path) => {
		const { id } = await start(`export default async (i, env) => (await env.web.fetch("http://${holder.host}${path}")).text()`);
		await arrived(path, 1);
		expect((await cancel(id)).status).toBe("cancelled");
		const answeredAtMs = Date.now();
		await pollUntil(
			async () => holder.arrivals.find((each) => each.url === path)?.closedAtMs ?? null,
			(closedAtMs) => closedAtMs !== null,
			5_000,
		);
		const closedAtMs = holder.arrivals.find((each) => each.url === path)?.closedAtMs ?? Number.POSITIVE_INFINITY;
		expect(closedAtMs - answeredAtMs).toBeLessThan(5_000);
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
				5_000,
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
		const seen = await pollUntil(
			async () => holder.arrivals.filter((each) => each.url === "/busy").length,
			(count) => count > 1,
			2_500,
		);
		expect(seen).toBe(1);
	});
});

test("a client that goes while it waits leaves its run alone: it goes on to its end", async () => {
	const gone = new AbortController();
	const program = "export default async (i, env) => { await new Promise((r) => setTimeout(r, 1500)); return 'rested'; }";
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
		5_000,
	);
	gone.abort();
	await expect(asked).rejects.toThrow();
	// The same request again is the same run.
	const run = await platform.api.run({ agent: "caller", program, metadata }, { "idempotency-key": "gone-1" });
	expect(run).toMatchObject({ status: "succeeded", result: "rested", attempt: 1, metadata });
});
