import { Agent as HttpAgent, type IncomingMessage, request } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ErrorBody } from "../../contract/common.ts";
import { ERRORS } from "../../contract/errors.ts";
import type { Operation } from "../../contract/operation.ts";
import { OPERATIONS } from "../../contract/operations.ts";
import { type RawRequest, requestsTo } from "./fuzz-requests.ts";
import { makeAgent, type Platform, startPlatform } from "./start-platform.ts";

/** Requests to each operation. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 12);
const SEED = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** An answer that has not come by then is a hang: a run is waited for 25 s at most. */
const ANSWER_MS = 50_000;

let platform: Platform;
let tenantKey = "";
const known: string[] = ["default", "local"];
const connections = new HttpAgent({ keepAlive: true, maxSockets: 8 });

beforeAll(async () => {
	console.log(`seed ${SEED}, ${RUNS} requests to each operation (FUZZ_SEED, FUZZ_RUNS)`);
	platform = await startPlatform();
	const tenant = await platform.tenant("fuzzed");
	tenantKey = tenant.key;
	const agent = await makeAgent(tenant.api, { name: "fuzzed", policy: { limits: { wallMs: 2_000, cpuMs: 200 } } });
	const run = await tenant.api.run({ agent: "fuzzed", program: "export default async () => 1" });
	known.push("fuzzed", agent.id, run.id);
});
afterAll(async () => {
	connections.destroy();
	await platform.stop();
});

interface Answered {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	readonly text: string;
}

/**
 * A connection that was idle may end just as a request is sent on it, any server's (RFC 9112, 9.5): then it is sent again, on a connection of its own.
 * @throws when no answer comes
 */
const send = (raw: RawRequest, agent: HttpAgent | false = connections): Promise<Answered> =>
	new Promise((resolve, reject) => {
		const url = new URL(platform.cordon.url);
		const headers = { ...raw.headers, ...(raw.body === null ? {} : { "content-length": String(raw.body.bytes.byteLength) }) };
		const asked = request(
			{ host: url.hostname, port: url.port, method: raw.method, path: raw.target, headers, agent, timeout: ANSWER_MS },
			(response) => {
				const parts: Buffer[] = [];
				response.on("data", (part: Buffer) => parts.push(part));
				response.on("error", reject);
				response.on("end", () =>
					resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() }),
				);
			},
		);
		asked.on("timeout", () => asked.destroy(new Error(`no answer after ${ANSWER_MS} ms`)));
		// An answer may come before all of the request is sent, and the connection end with it; then there is an answer all the same.
		asked.on("error", (error) => {
			if (asked.reusedSocket && isReset(error)) resolve(send(raw, false));
			else reject(error);
		});
		asked.end(raw.body?.bytes);
	});

const isReset = (error: Error): boolean => "code" in error && error.code === "ECONNRESET";

/** Words that only stand in answers that say too much: stacks, paths of the host, SQL, names of what it is made of. */
const TELLS =
	/\bat \S+ \(|node_modules|\/work\/|\/tmp\/|script-\d|\.ts:\d|SQLITE|D1_ERROR|drizzle|ZodError|TypeError|RangeError|SyntaxError:|workerd|Miniflare/;

const expectAnswer = (answer: Answered): void => {
	expect(answer.headers["x-request-id"], answer.text.slice(0, 300)).toMatch(/^[0-9a-f-]{36}$/);
	expect(answer.headers["x-content-type-options"]).toBe("nosniff");
	expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
	if (answer.status < 400) return;
	const { error } = ErrorBody.parse(JSON.parse(answer.text));
	expect(error.requestId).toBe(answer.headers["x-request-id"]);
	expect([error.code, answer.status]).toEqual([error.code, new Map(Object.entries(ERRORS)).get(error.code)?.status]);
	expect(error.code, answer.text).not.toBe("internal");
	expect(answer.text).not.toMatch(TELLS);
};

const isHealth = (path: string): boolean => path === "/healthz";

describe.concurrent("whatever is sent to it, there is an answer, and it is never a 500:", () => {
	for (const operation of Object.values<Operation>(OPERATIONS)) {
		if (isHealth(operation.path)) continue;
		test(`${operation.method} ${operation.path}`, { timeout: 300_000 }, async () => {
			const requests = requestsTo(operation, { tenant: tenantKey, operator: platform.cordon.adminToken }, known);
			const property = fc.asyncProperty(requests, async (raw) => expectAnswer(await send(raw)));
			await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
		});
	}
});

test("after all of it the platform is well, and another tenant's runs are taken", async () => {
	expect((await platform.api.request("GET", "/healthz")).status).toBe(200);
	const run = await platform.api.run({ program: "export default async () => 42" });
	expect([run.status, run.result]).toEqual(["succeeded", 42]);
});
