/**
 * How long the effects of a busy program go on after a kill switch: from the sending of the request to its answer, to the last request that arrives at the
 * far side, and how many arrive after the answer, beside the calls that the answer says were in flight.
 *
 * Alone: `node_modules/.bin/node bench/kill-switch.ts 200`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Agent, DisableAgent, GrantSwitch } from "../contract/agents.ts";
import { Run } from "../contract/runs.ts";
import { NewTenant, ToldTenant } from "../contract/tenants.ts";
import { type ApiClient, createApiClient } from "../scripts/support/api-client.ts";
import { startLoopbackServer } from "../scripts/support/loopback-server.ts";
import { startCordon } from "../supervisor/start-cordon.ts";
import { percentile, show } from "./statistics.ts";

/** Calls of the busy program at once, and how many of its requests have arrived before it is stopped. */
const LOOPS = 4;
const BUSY_AFTER = 2 * LOOPS;
/** The switch is thrown at some moment within so long, milliseconds, so that it is not always the same moment of the program's loops. */
const SPREAD_MS = 50;
/** How long arrivals are looked for after the answer, milliseconds. */
const LINGER_MS = 150;
/** Agents of the tenant that is suspended, besides `default`; one of them is busy. */
const AGENTS = 20;

const PROGRAM = `export default async (input, env) => {
	const again = async () => {
		for (;;) await env.web.fetch(input.url, { method: "POST", body: "x" });
	};
	await Promise.all(Array.from({ length: ${LOOPS} }, again));
}`;

/** One throw of a switch: times from the sending of its request, milliseconds. */
interface Throw {
	readonly answerMs: number;
	readonly lastEffectMs: number;
	readonly late: number;
	readonly inFlight: number;
}

/** A far side that notes when requests arrive, by performance.now(). */
const startStamping = async () => {
	const stamps: number[] = [];
	const server = await startLoopbackServer((request, response) => {
		stamps.push(performance.now());
		request.resume().on("end", () => response.end("{}"));
	});
	return { ...server, stamps };
};
type Stamping = Awaited<ReturnType<typeof startStamping>>;

const busyRun = async (api: ApiClient, far: Stamping): Promise<string> => {
	far.stamps.length = 0;
	const run = await api.run({ agent: "busy", language: "javascript", program: PROGRAM, input: { url: `${far.origin}/` }, wait: 0 });
	for (let looks = 0; far.stamps.length < BUSY_AFTER; looks += 1) {
		if (looks > 5_000) throw new Error("Measuring a kill switch: the program made no calls, wanted some");
		await delay(2);
	}
	return run.id;
};

/** @param send sends the switch's request and gives the calls that its answer names */
const throwSwitch = async (far: Stamping, send: () => Promise<readonly string[]>): Promise<Throw> => {
	await delay(Math.random() * SPREAD_MS);
	const sentMs = performance.now();
	const calls = await send();
	const answeredMs = performance.now();
	await delay(LINGER_MS);
	const lastMs = Math.max(sentMs, far.stamps.at(-1) ?? sentMs);
	const late = far.stamps.filter((stamp) => stamp > answeredMs).length;
	return { answerMs: answeredMs - sentMs, lastEffectMs: lastMs - sentMs, late, inFlight: calls.length };
};

const report = (what: string, throws: readonly Throw[]): void => {
	const line = (values: readonly number[]): string =>
		`p50 ${show(percentile(values, 0.5))}  p99 ${show(percentile(values, 0.99))}  most ${show(Math.max(...values))} ms`;
	console.log(`${what}: ${throws.length} times`);
	console.log(`  from sending it to its answer          ${line(throws.map(({ answerMs }) => answerMs))}`);
	console.log(`  from sending it to the last effect     ${line(throws.map(({ lastEffectMs }) => lastEffectMs))}`);
	const late = throws.reduce((sum, { late }) => sum + late, 0);
	const unnamed = throws.filter(({ late, inFlight }) => late > inFlight).length;
	console.log(
		`  requests that arrived after the answer ${late}; times that more of them arrived than calls were named: ${unnamed} (aim: 0); calls in flight p50 ${show(
			percentile(
				throws.map(({ inFlight }) => inFlight),
				0.5,
			),
		)}`,
	);
};

/** Throws each of the three switches `count` times under a busy program, on a platform of their own. */
export const measureKillSwitches = async (count: number): Promise<void> => {
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-kill-"));
	const far = await startStamping();
	const cordon = await startCordon({ port: 0, host: "127.0.0.1", dataFolder, executors: 2, developmentHosts: [far.host] });
	try {
		const operator = createApiClient(cordon.url, cordon.adminToken);
		const tenant = await operator.expect(201, NewTenant, "POST", "/v1/tenants", { name: "measured" });
		const api = createApiClient(cordon.url, tenant.key.value);
		const web = { verb: "http.fetch", allow: [{ host: far.host, scheme: "http", methods: ["POST"] }], limits: { calls: 10_000 } };
		const policy = { grants: { web }, limits: { wallMs: 20_000, calls: 10_000 } };
		const { id } = await api.expect(201, Agent, "POST", "/v1/agents", { name: "busy", policy });
		for (let index = 1; index < AGENTS; index += 1) await api.expect(201, Agent, "POST", "/v1/agents", { name: `idle-${index}`, policy });
		const agents: Throw[] = [];
		const grants: Throw[] = [];
		const tenants: Throw[] = [];
		for (let index = 0; index < count; index += 1) {
			await busyRun(api, far);
			agents.push(
				await throwSwitch(far, async () => (await api.expect(200, DisableAgent, "POST", `/v1/agents/${id}/disable`)).callsInFlight),
			);
			await api.expect(200, Agent, "POST", `/v1/agents/${id}/enable`);

			const runId = await busyRun(api, far);
			const grant = `/v1/agents/${id}/grants/web`;
			grants.push(await throwSwitch(far, async () => (await api.expect(200, GrantSwitch, "POST", `${grant}/disable`)).callsInFlight));
			await api.expect(200, Run, "POST", `/v1/runs/${runId}/cancel`);
			await api.expect(200, GrantSwitch, "POST", `${grant}/enable`);

			await busyRun(api, far);
			const path = `/v1/tenants/${tenant.id}`;
			tenants.push(
				await throwSwitch(far, async () => (await operator.expect(200, ToldTenant, "PATCH", path, { status: "suspended" })).callsInFlight),
			);
			await operator.expect(200, ToldTenant, "PATCH", path, { status: "active" });
		}
		report("disabling an agent", agents);
		report("disabling a grant", grants);
		report(`suspending a tenant of ${AGENTS + 1} agents`, tenants);
	} finally {
		await cordon.stop();
		await far.close();
		await rm(dataFolder, { recursive: true, force: true });
	}
};

if (import.meta.main) await measureKillSwitches(Number(process.argv[2] ?? 100));
