/**
 * A burst of webhooks over a quiet platform: how long a sender waits for its 202, how many runs a second the line behind it is worked off with, and how soon
 * after a run's end its event arrives. Senders begin at a steady rate whether earlier ones were answered or not, so that a slow answer is seen as one. Beside
 * them, at the same time, somebody asks for /healthz, which does nothing: the ratio is what to quote on a shared machine.
 *
 * Alone: `node_modules/.bin/node bench/webhooks.ts 5000 warm`, the number of webhooks and the isolation of their runs.
 */
import { z } from "zod";
import { RunEventData } from "../contract/events.ts";
import { startRandom } from "../test/platform/fault-random.ts";
import { planStorm } from "../test/platform/storm-plan.ts";
import { atRate, deliveryOf, sendUntilTaken } from "../test/platform/storm-postman.ts";
import { type Received, startStormReceiver } from "../test/platform/storm-receiver.ts";
import { startStormSite } from "../test/platform/storm-site.ts";
import { startStormSink } from "../test/platform/storm-sink.ts";
import { percentile, show, timed } from "./statistics.ts";

const SENDERS = 50;
const TENANTS = 5;
const PER_SECOND = 200;
const AT_ONCE = 1_000;
/** One request for /healthz beside so many webhooks. */
const BESIDE = 10;
/** Longest wait for the events of all runs, milliseconds. */
const DRAIN_MS = 30 * 60_000;

const Told = z.object({ data: RunEventData.pick({ createdAtMs: true, endedAtMs: true }).loose() });

const line = (values: readonly number[]): string =>
	`p50 ${show(percentile(values, 0.5))}   p95 ${show(percentile(values, 0.95))}   p99 ${show(percentile(values, 0.99))} ms`;

/** Sends so many webhooks of 50 senders, 200 a second, a third of them repeats, and waits for the events of their runs. */
export const measureWebhooks = async (webhooks: number, isolation: "fresh" | "warm" = "fresh"): Promise<void> => {
	await using sink = await startStormSink();
	await using receiver = await startStormReceiver();
	await using site = await startStormSite({ tenants: TENANTS, senders: SENDERS, executors: 4, isolation, receiver, sink });
	const random = startRandom();
	const plan = planStorm(random, webhooks, SENDERS);
	const distinct = new Set(plan.map(({ delivery }) => delivery)).size;
	const bare: number[] = [];
	let refusals = 0;
	const send = async (index: number): Promise<number> => {
		const { delivery = 0, sender: number = 0 } = plan[index] ?? {};
		const sender = site.senders[number];
		if (sender === undefined) throw new Error(`Measuring webhooks: there is no sender ${number}`);
		if (index % BESIDE === 0) bare.push(await timed(() => fetch(`${site.url}/healthz`).then((response) => response.text())));
		const sent = await sendUntilTaken(sender, deliveryOf(sender.scheme, `b${random.seed}x${delivery}`));
		refusals += sent.refusals.length;
		return sent.answerMs;
	};
	const fromMs = Date.now();
	const answers = await atRate(plan.length, PER_SECOND, AT_ONCE, send);
	const sentMs = Date.now() - fromMs;
	const first = await firstTries(receiver.received, distinct);
	const ends = first.map(({ endedAtMs }) => endedAtMs);
	const tookMs = Math.max(...ends) - fromMs;
	const ratio = percentile(answers, 0.99) / percentile(bare, 0.99);
	console.log(
		`${webhooks} webhooks of ${SENDERS} senders, ${distinct} distinct, ${PER_SECOND} a second, runs ${isolation}: sent in ${show(sentMs / 1000)} s, ${refusals} sent again`,
	);
	console.log(`  from a webhook to its 202      ${line(answers)}`);
	console.log(`  GET /healthz beside them       ${line(bare)}   ratio of p99s ${show(ratio)}`);
	console.log(`  runs                           ${show((distinct * 1000) / tookMs)} a second until the last had ended`);
	console.log(`  from its arrival to its end    ${line(first.map(({ createdAtMs, endedAtMs }) => endedAtMs - createdAtMs))}`);
	console.log(`  from its end to its event      ${line(first.map(({ endedAtMs, atMs }) => atMs - endedAtMs))}   (first try)`);
};

interface FirstTry {
	readonly createdAtMs: number;
	readonly endedAtMs: number;
	readonly atMs: number;
}

/** The first try of each event, once as many events as there are runs have arrived. @throws Error when they have not in DRAIN_MS */
const firstTries = async (received: readonly Received[], runs: number): Promise<FirstTry[]> => {
	const firsts = new Map<string, FirstTry>();
	const deadlineMs = Date.now() + DRAIN_MS;
	for (let read = 0; firsts.size < runs; ) {
		if (Date.now() > deadlineMs) throw new Error(`Measuring webhooks: found events of ${firsts.size} runs, wanted ${runs}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
		for (; read < received.length; read += 1) {
			const { id = "", atMs = 0, body } = received[read] ?? {};
			const { createdAtMs, endedAtMs } = Told.parse(body).data;
			if (!firsts.has(id)) firsts.set(id, { createdAtMs, endedAtMs: endedAtMs ?? atMs, atMs });
		}
	}
	return [...firsts.values()];
};

if (import.meta.main) await measureWebhooks(Number(process.argv[2] ?? 5_000), process.argv[3] === "warm" ? "warm" : "fresh");
