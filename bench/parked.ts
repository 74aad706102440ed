/**
 * What runs cost that wait for a person: how much memory they take while they wait, how long a decision takes, and how soon its effect follows. The platform
 * is a process of its own, killed and started again while all of them wait.
 *
 * Alone: `node_modules/.bin/node bench/parked.ts 10000`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { Agent } from "../contract/agents.ts";
import { Approval, ListedApproval } from "../contract/approvals.ts";
import { pageOf } from "../contract/common.ts";
import { Run, RunSummary } from "../contract/runs.ts";
import type { ApiClient } from "../scripts/support/api-client.ts";
import { type PlatformProcess, startPlatform } from "../test/platform/fault-platform.ts";
import { familyOf, until } from "../test/platform/fault-processes.ts";
import { type MarkedUpstream, startMarkedUpstream } from "./marked-upstream.ts";
import { residentMb, residentTreeMb } from "./resident-memory.ts";
import { load, percentile, show, timed } from "./statistics.ts";

const EXECUTORS = 4;
/** Runs that are parked, decided and finished before anything is measured. */
const WARM_UP = 100;
/**
 * Requests that are answered before memory is measured: for each run that is to be parked, and at most. A workerd with nothing of ours grows by 250 MiB over
 * its first 60,000 requests, whatever they ask, and no further.
 */
const WARM_UP_REQUESTS = { perRun: 20, most: 60_000 };
/** How often a run is looked at until it is parked, milliseconds. */
const LOOK_MS = 200;
/** Decisions that are made one at a time, with nothing else going on. */
const UNLOADED = 50;
/** Requests under way at once. */
const CLIENTS = 8;
/** How long the platform is left alone before its memory is read, milliseconds. */
const SETTLE_MS = 5_000;
const PARKED_MS = 60_000;
const FINISHED_MS = 600_000;

const PROGRAM = `export default async (input, env) => {
	const response = await env.far.fetch(input.url, { method: "POST", body: input.mark });
	return { mark: input.mark, status: response.status };
};`;

/** What a person decides on. */
type Card = Pick<Approval, "id" | "digest" | "run">;

const makeAgent = (api: ApiClient, host: string): Promise<Agent> => {
	const far = { verb: "http.fetch", approval: "always", allow: [{ host, scheme: "http", methods: ["POST"], paths: ["/**"] }] };
	return api.expect(201, Agent, "POST", "/v1/agents", { name: "asker", policy: { grants: { far } } });
};

/** Starts a run whose mark is its own, and sees it parked. */
const park = async (api: ApiClient, origin: string, mark: string): Promise<void> => {
	const { id } = await api.run({ agent: "asker", language: "javascript", program: PROGRAM, input: { url: `${origin}/`, mark }, wait: 0 });
	await until(`the waiting of ${id}`, PARKED_MS, async () => {
		await delay(LOOK_MS);
		const run = await api.expect(200, Run, "GET", `/v1/runs/${id}`);
		if (run.endedAtMs !== null)
			throw new Error(`Parking a run: it ended ${run.status} ${JSON.stringify(run.error)}, wanted waiting_approval`);
		return run.status === "waiting_approval" ? true : null;
	});
};

const decide = (api: ApiClient, { id, digest }: Card): Promise<Approval> =>
	api.expect(200, Approval, "POST", `/v1/approvals/${id}/decide`, { decision: "approve", digest });

/** Everything in a list, page by page. */
const readAll = async <Row extends z.ZodType>(api: ApiClient, path: string, row: Row): Promise<z.output<Row>[]> => {
	const rows: z.output<Row>[] = [];
	for (let cursor: string | null = ""; cursor !== null; ) {
		const page: { data: z.output<Row>[]; nextCursor: string | null } = await api.expect(
			200,
			pageOf(row),
			"GET",
			`${path}&limit=200${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
		);
		rows.push(...page.data);
		cursor = page.nextCursor;
	}
	return rows;
};

const pendingCards = (api: ApiClient): Promise<Card[]> => readAll(api, "/v1/approvals?status=pending", ListedApproval);

/** The pending approvals once the list, which comes from the archive, has so many. */
const cardsOnceListed = (api: ApiClient, count: number): Promise<Card[]> =>
	until(`a list of ${count} pending approvals`, PARKED_MS, async () => {
		const cards = await pendingCards(api);
		return cards.length === count ? cards : null;
	});

/** Decides and waits for the effect. @returns what the request took, and from its sending to the upstream's receipt, milliseconds. */
const decideAndSee = async (api: ApiClient, upstream: MarkedUpstream, card: Card): Promise<{ decideMs: number; effectMs: number }> => {
	const before = upstream.count();
	const fromMs = performance.now();
	const decideMs = await timed(() => decide(api, card));
	const atMs = await upstream.reached(before + 1);
	return { decideMs, effectMs: atMs - fromMs };
};

/** All runs of the agent, once none of them lives. */
const allEnded = (api: ApiClient): Promise<RunSummary[]> =>
	until("the end of every run", FINISHED_MS, async () => {
		for (const status of ["queued", "running", "waiting_approval"]) {
			const { data } = await api.expect(200, pageOf(RunSummary), "GET", `/v1/runs?status=${status}&limit=1`);
			if (data.length > 0) return delay(500, null);
		}
		// The list comes from the archive, a moment later: a run may have gone from one status to the next between two questions.
		const runs = await readAll(api, "/v1/runs?agent=asker", RunSummary);
		return runs.every((run) => run.endedAtMs !== null) ? runs : null;
	});

const idleExecutors = async ({ url }: PlatformProcess): Promise<void> => {
	await until("executors without a run", PARKED_MS, async () => {
		const Health = z.object({ executors: z.object({ busy: z.int() }) });
		const { executors } = Health.parse(await (await fetch(`${url}/healthz`)).json());
		return executors.busy === 0 ? true : null;
	});
};

/** Resident memory of the platform's processes when nothing happens, MiB, and whose it is. Pages that processes share count for each of them. */
const settledMb = async (platform: PlatformProcess): Promise<{ mb: number; parts: string }> => {
	await idleExecutors(platform);
	await delay(SETTLE_MS);
	const family = familyOf(platform.pid);
	const partOf = (words: string): number =>
		family.filter(({ commandLine }) => commandLine.includes(words)).reduce((sum, { pid }) => sum + residentMb(pid), 0);
	const parts = `supervisor ${show(residentMb(platform.pid))}, control plane ${show(partOf("serve --binary"))}, executors ${show(partOf("serve /executor"))}`;
	return { mb: residentTreeMb(platform.pid), parts };
};

const line = (what: string, values: readonly number[], more = ""): void =>
	console.log(`${what.padEnd(52)} p50 ${show(percentile(values, 0.5))} ms   p99 ${show(percentile(values, 0.99))} ms${more}`);

/** @throws Error when an effect is missing, or happened twice, or a run did not end well. */
const assertWhole = (runs: readonly RunSummary[], upstream: MarkedUpstream, wanted: number): void => {
	const good = runs.filter((run) => run.status === "succeeded").length;
	const { requests, marks } = upstream.seen();
	const bad = runs.find((run) => run.status !== "succeeded");
	if (good !== wanted || runs.length !== wanted || requests !== wanted || marks !== wanted)
		throw new Error(
			`Finishing every run: ${good} of ${runs.length} succeeded, ${requests} effects of ${marks} calls; wanted ${wanted} of each; a run that did not: ${JSON.stringify(bad)}`,
		);
};

/** Parks `count` runs on a platform of their own, kills it, starts it again, decides them all, and says what each step took. */
export const measureParked = async (count: number): Promise<void> => {
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-parked-"));
	const upstream = await startMarkedUpstream();
	const start = (port: number): Promise<PlatformProcess> =>
		startPlatform({ dataFolder, port, executors: EXECUTORS, upstream: upstream.host });
	let platform = await start(0);
	try {
		let { api } = platform;
		await makeAgent(api, upstream.host);
		const fresh = await settledMb(platform);
		await load(CLIENTS, Math.min(WARM_UP_REQUESTS.most, count * WARM_UP_REQUESTS.perRun), () => api.request("GET", "/v1/runs?limit=1"));
		await load(CLIENTS, WARM_UP, (index) => park(api, upstream.origin, `warm-${index}`));
		const warm = await cardsOnceListed(api, WARM_UP);
		await load(CLIENTS, WARM_UP, async (index) => {
			const card = warm[index];
			if (card !== undefined) await decide(api, card);
		});
		await allEnded(api);
		const empty = await settledMb(platform);

		const parking = await load(CLIENTS, count, (index) => park(api, upstream.origin, `run-${index}`));
		line(`parking ${count} runs, ${CLIENTS} at once`, parking.times, `   ${show(parking.perSecond)} runs/s`);
		await cardsOnceListed(api, count);
		const parked = await settledMb(platform);
		console.log(
			`resident memory of all processes: ${show(empty.mb)} MiB warm without a run (${empty.parts}), ${show(parked.mb)} MiB with ${count} parked (${parked.parts}): ${show(parked.mb - empty.mb)} MiB more (aim: at most 100); no executor busy`,
		);

		await platform.kill();
		const restartMs = await timed(async () => {
			platform = await start(platform.port);
		});
		({ api } = platform);
		const restarted = await settledMb(platform);
		console.log(
			`killed and started again in ${show(restartMs)} ms; resident memory of a platform just started: ${show(fresh.mb)} MiB without a run (${fresh.parts}), ${show(restarted.mb)} MiB with ${count} parked (${restarted.parts}): ${show(restarted.mb - fresh.mb)} MiB more (aim: at most 100)`,
		);

		const cards = await cardsOnceListed(api, count);
		const alone = cards.splice(0, Math.min(UNLOADED, Math.ceil(count / 2)));
		const singles: { decideMs: number; effectMs: number }[] = [];
		for (const card of alone) singles.push(await decideAndSee(api, upstream, card));
		line(
			`deciding, one at a time`,
			singles.map(({ decideMs }) => decideMs),
		);
		line(
			`from decision to effect, one at a time`,
			singles.map(({ effectMs }) => effectMs),
			"   (aim: p50 under 50)",
		);

		const sent = new Map<string, number>();
		const fromMs = performance.now();
		const decided = await load(CLIENTS, cards.length, async (index) => {
			const card = cards[index];
			if (card === undefined) return;
			sent.set(card.run, performance.now());
			await decide(api, card);
		});
		await upstream.reached(WARM_UP + count);
		const lastMs = performance.now() - fromMs;
		const runs = await allEnded(api);
		line(`deciding ${cards.length}, ${CLIENTS} at once`, decided.times, `   ${show(decided.perSecond)} decisions/s`);
		console.log(`all ${cards.length} effects happened within ${show(lastMs / 1000)} s: ${show((cards.length * 1000) / lastMs)} a second`);
		assertWhole(runs, upstream, WARM_UP + count);
		console.log(`${count} runs finished, each effect exactly once at the upstream`);
	} finally {
		await platform[Symbol.asyncDispose]();
		await upstream.close();
		await rm(dataFolder, { recursive: true, force: true });
	}
};

if (import.meta.main) await measureParked(Number(process.argv[2] ?? 1_000));
