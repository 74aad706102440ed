import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DisableAgent, GrantSwitch } from "../../contract/agents.ts";
import { LIMITS } from "../../contract/limits.ts";
import { Replay } from "../../contract/replays.ts";
import { Call, Run } from "../../contract/runs.ts";
import { Key, NewKey, ToldTenant } from "../../contract/tenants.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { type LoopbackServer, startLoopbackServer } from "../../scripts/support/loopback-server.ts";
import { runEnded } from "./run-to-end.ts";
import { allPages, errorOf, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";

interface Arrival {
	/** The first part of the path: which program sent it. */
	readonly from: string;
	readonly atMs: number;
	closedAtMs: number | null;
}

const arrivals: Arrival[] = [];
let far: LoopbackServer;
let platform: Platform;
beforeAll(async () => {
	// It stamps what arrives; what asks for `hold` is never answered.
	far = await startLoopbackServer((request, response) => {
		const [, from = "", what] = (request.url ?? "").split("/");
		const arrival: Arrival = { from, atMs: Date.now(), closedAtMs: null };
		arrivals.push(arrival);
		response.on("close", () => {
			arrival.closedAtMs = Date.now();
		});
		if (what === "drip") response.writeHead(200, { "content-type": "text/plain" }).write("and then");
		else if (what !== "hold") request.resume().on("end", () => response.end("{}"));
	});
	platform = await startPlatform([far.host]);
});
afterAll(async () => {
	await platform.stop();
	await far.close();
});

/** Effects of these tests, one program's loops: it calls again whatever it is answered, until its run ends. */
const loop = (from: string, loops: number): string => `export default async (input, env) => {
	const again = async () => {
		for (;;) await env.web.fetch("${far.origin}/${from}/x", { method: "POST", body: "x" }).catch((error) => {
			if (error.code === "run_ended" || error.code === "calls_exceeded") throw error;
			return new Promise((resolve) => setTimeout(resolve, 5));
		});
	};
	await Promise.all(Array.from({ length: ${loops} }, again));
}`;

const makeLooper = async (api: ApiClient, name: string): Promise<string> => {
	const allow = [{ host: far.host, scheme: "http" as const, methods: ["GET", "POST"] }];
	const web = { verb: "http.fetch", allow, limits: { calls: 10_000, timeoutMs: LIMITS.upstreamMs.max } };
	const { id } = await makeAgent(api, { name, policy: { grants: { web, spare: web }, limits: { wallMs: 120_000, calls: 10_000 } } });
	return id;
};

const arrivedFrom = (from: string): Arrival[] => arrivals.filter((arrival) => arrival.from === from);
const arrived = (from: string, count: number) =>
	pollUntil(
		async () => arrivedFrom(from).length,
		(found) => found >= count,
	);
const readRun = (api: ApiClient, id: string): Promise<Run> => api.expect(200, Run, "GET", `/v1/runs/${id}`);
/** Resolves when nothing of a cancelled run is executed any more: what it has used is said only then. */
const stopped = (api: ApiClient, id: string): Promise<Run> =>
	pollUntil(
		() => readRun(api, id),
		({ usage }) => usage.wallMs > 0,
	);

/** Requests that arrived after a moment. Each must belong to a call that was in flight, and there must be no more of them than of those. */
const expectNoneBegun = (from: string, answeredAtMs: number, callsInFlight: readonly string[]): void => {
	const late = arrivedFrom(from).filter(({ atMs }) => atMs > answeredAtMs);
	expect(late.length, `${late.length} requests after the answer, ${callsInFlight.length} calls in flight`).toBeLessThanOrEqual(
		callsInFlight.length,
	);
};

describe("after the answer of a switch no call begins", () => {
	test("of an agent", async () => {
		const id = await makeLooper(platform.api, "stopped");
		for (let round = 0; round < 3; round += 1) {
			const before = arrivedFrom("agent").length;
			const { id: runId } = await platform.api.run({ agent: "stopped", program: loop("agent", 6), wait: 0 });
			await arrived("agent", before + 10);
			const told = await platform.api.expect(200, DisableAgent, "POST", `/v1/agents/${id}/disable`);
			const answeredAtMs = Date.now();
			expect(told.cancelledRuns).toEqual([runId]);
			expect((await stopped(platform.api, runId)).usage.wallMs).toBeGreaterThan(0);
			expectNoneBegun("agent", answeredAtMs, told.callsInFlight);
			const calls = await allPages(platform.api, `/v1/runs/${runId}/calls`, Call, 200);
			expect(arrivedFrom("agent").length - before).toBeLessThanOrEqual(calls.length);
			expect((await platform.api.request("POST", "/v1/runs", { agent: "stopped", program: "export default () => 1" })).status).toBe(403);
			expect((await platform.api.request("POST", `/v1/agents/${id}/enable`)).status).toBe(200);
		}
	});

	test("of a grant, while its run goes on with the others, and replays of it are as they were", async () => {
		const id = await makeLooper(platform.api, "limited");
		const path = `/v1/agents/${id}/grants/web`;
		for (let round = 0; round < 3; round += 1) {
			const before = arrivedFrom("grant").length;
			const program = `export default async (input, env) => {
				let denied = null;
				const again = async () => {
					while (denied === null)
						await env.web.fetch("${far.origin}/grant/x", { method: "POST", body: "x" }).catch((error) => { denied = [error.code, error.message]; });
				};
				await Promise.all(Array.from({ length: 6 }, again));
				return { denied, spare: (await env.spare.fetch("${far.origin}/spare/x")).status };
			}`;
			const { id: runId } = await platform.api.run({ agent: "limited", program, wait: 0 });
			await arrived("grant", before + 10);
			const told = await platform.api.expect(200, GrantSwitch, "POST", `${path}/disable`);
			const answeredAtMs = Date.now();
			expect(told).toMatchObject({ disabledGrants: ["web"], agent: { status: "active" } });
			const run = await runEnded(platform.api, runId);
			expect(run).toMatchObject({ status: "succeeded", result: { spare: 200 } });
			expect(run.result).toMatchObject({ denied: ["capability_not_granted", expect.stringContaining("switched off")] });
			expectNoneBegun("grant", answeredAtMs, told.callsInFlight);
			if (round === 0) {
				const replay = await platform.api.expect(200, Replay, "POST", `/v1/runs/${runId}/replay`, {});
				expect(replay.verdict, JSON.stringify(replay.divergence)).toBe("identical");
			}
			expect((await platform.api.request("POST", `${path}/enable`)).status).toBe(200);
		}
	});

	test("of a tenant, in all of its agents, while its keys go on asking", async () => {
		const { id, api } = await platform.tenant("suspended");
		for (const name of ["one", "two"]) await makeLooper(api, name);
		for (let round = 0; round < 2; round += 1) {
			const before = arrivedFrom("tenant").length;
			for (const agent of ["one", "two"]) await api.run({ agent, program: loop("tenant", 4), wait: 0 });
			await arrived("tenant", before + 10);
			let isAnswered = false;
			// Requests that come all the time: some are let in before the suspension, and must begin nothing after it.
			const asking = Array.from({ length: 3 }, async () => {
				for (let refused = 0; refused < 20; ) {
					const isAfter = isAnswered;
					await api.request("POST", "/v1/runs", {
						agent: "one",
						program: `export default (i, env) => env.web.fetch("${far.origin}/tenant/y").then((r) => r.status)`,
						wait: 0,
					});
					if (isAfter) refused += 1;
				}
			});
			const told = await platform.operator.expect(200, ToldTenant, "PATCH", `/v1/tenants/${id}`, { status: "suspended" });
			const answeredAtMs = Date.now();
			isAnswered = true;
			await Promise.all(asking);
			expect(told.agentsTold).toBe(3);
			expect(told.cancelledRuns.length).toBeGreaterThanOrEqual(2);
			expect(errorOf(await api.request("GET", "/v1/agents")).code).toBe("tenant_suspended");
			await platform.operator.expect(200, ToldTenant, "PATCH", `/v1/tenants/${id}`, { status: "active" });
			const ended = await Promise.all(told.cancelledRuns.map((runId) => readRun(api, runId)));
			for (const run of ended) if (run.startedAtMs !== null) await stopped(api, run.id);
			expectNoneBegun("tenant", answeredAtMs, told.callsInFlight);
			expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(["cancelled"]));
		}
	});
});

test("after a key's revocation no request with it is let in, and none of them makes an effect", async () => {
	await makeLooper(platform.api, "keyed");
	const key = await platform.api.expect(201, NewKey, "POST", "/v1/keys", { name: "stolen" });
	const stolen = platform.as(key.value);
	const program = `export default (input, env) => env.web.fetch("${far.origin}/key/" + input).then((r) => r.status)`;
	let revokedAtMs = Number.POSITIVE_INFINITY;
	let sent = 0;
	const asked: { sentAtMs: number; status: number; mark: number }[] = [];
	const client = async (): Promise<void> => {
		for (let after = 0; after < 20; ) {
			sent += 1;
			const [mark, sentAtMs] = [sent, Date.now()];
			const { status } = await stolen.request("POST", "/v1/runs", { agent: "keyed", program, input: mark });
			asked.push({ sentAtMs, status, mark });
			if (sentAtMs > revokedAtMs) after += 1;
		}
	};
	const clients = Array.from({ length: 4 }, client);
	await arrived("key", 10);
	await platform.api.expect(200, Key, "DELETE", `/v1/keys/${key.id}`);
	revokedAtMs = Date.now();
	await Promise.all(clients);
	const after = asked.filter(({ sentAtMs }) => sentAtMs > revokedAtMs);
	expect(after.length).toBeGreaterThan(0);
	expect(new Set(after.map(({ status }) => status))).toEqual(new Set([401]));
	expect(asked.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
	// What arrives is of requests that were let in.
	expect(arrivedFrom("key").length).toBeLessThanOrEqual(asked.filter(({ status }) => status !== 401).length);
});

test.each(["hold", "drip"])(
	"a call of a grant under way to a far side that answers with %s is cut when the grant is switched off, and its program told",
	async (how) => {
		const name = `cut-${how}`;
		const id = await makeLooper(platform.api, name);
		const program = `export default async (input, env) => {
		try {
			return await (await env.web.fetch("${far.origin}/${name}/${how}")).text();
		} catch (error) {
			return [error.code, error.message];
		}
	}`;
		const { id: runId } = await platform.api.run({ agent: name, program, wait: 0 });
		await arrived(name, 1);
		const [flying] = (await platform.api.expect(200, GrantSwitch, "POST", `/v1/agents/${id}/grants/web/disable`)).callsInFlight;
		const [arrival] = arrivedFrom(name);
		const closedAtMs = await pollUntil(
			async () => arrival?.closedAtMs ?? null,
			(at) => at !== null,
		);
		// Before the call's own time was over.
		expect((closedAtMs ?? Number.POSITIVE_INFINITY) - (arrival?.atMs ?? 0)).toBeLessThan(LIMITS.upstreamMs.max);
		const run = await runEnded(platform.api, runId);
		expect(run.status).toBe("succeeded");
		expect(run.result).toEqual(["capability_not_granted", expect.stringContaining("switched off while the call was under way")]);
		const [call] = await allPages(platform.api, `/v1/runs/${runId}/calls`, Call, 10);
		expect(call).toMatchObject({ id: flying, status: "failed", error: { code: "capability_not_granted" } });
	},
);
