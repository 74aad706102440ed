import { setTimeout } from "node:timers/promises";
import { beforeAll, afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { RunSummary } from "../../contract/runs.ts";
import { getRun, listRuns } from "./fault-checks.ts";
import { until } from "./fault-processes.ts";
import { startRandom } from "./fault-random.ts";
import { planStorm } from "./storm-plan.ts";
import { atRate, deliveryOf, type Sent, sendUntilTaken } from "./storm-postman.ts";
import { type StormReceiver, startStormReceiver } from "./storm-receiver.ts";
import { type StormSite, startStormSite } from "./storm-site.ts";
import { type StormSink, startStormSink } from "./storm-sink.ts";

const isFull = process.env["CORDON_SIMULATION"] === "full";
const STORM = isFull ? { webhooks: 5_000, senders: 50, tenants: 5 } : { webhooks: 300, senders: 15, tenants: 3 };
const PER_SECOND = 200;
/** Requests under way at once: all senders together. */
const AT_ONCE = 1_000;
/** What all of it may take, on a machine that others use too. */
const TEST_MS = isFull ? 1_800_000 : 300_000;

/** What a run of the storm returns. */
const Result = z.object({ delivery: z.string(), answer: z.union([z.number(), z.string()]) });
/** What an endpoint is told, as far as the storm looks at it. */
const Told = z.object({ type: z.string(), data: z.looseObject({ run: z.string(), result: z.unknown() }) });

describe("a storm of webhooks, a third of them repeats, over a platform that is killed twice", () => {
	let site: StormSite;
	let receiver: StormReceiver;
	let sink: StormSink;
	const random = startRandom();
	const plan = planStorm(random, STORM.webhooks, STORM.senders);
	/** By the delivery's number: how each of its sendings went. */
	const sent = new Map<number, Sent[]>();
	const deliveries = new Set(plan.map(({ delivery }) => delivery));
	const nameOf = (delivery: number): string => `d${random.seed}x${delivery}`;
	let runs: readonly RunSummary[] = [];
	/** Tries of deliveries that were answered as taken. */
	const taken = () => receiver.received.filter(({ status }) => status === 204);

	beforeAll(async () => {
		sink = await startStormSink();
		// Every tenth try of a delivery is refused, as endpoints do now and then.
		receiver = await startStormReceiver((nth) => (nth % 10 === 9 ? 500 : 204));
		site = await startStormSite({ ...STORM, executors: 4, isolation: "fresh", receiver, sink });
		let answered = 0;
		const share = (part: number) => until(`answers to ${part} of the storm`, TEST_MS, () => (answered >= plan.length * part ? true : null));
		const kills = async (): Promise<void> => {
			await share(0.25);
			await site.killControlPlane();
			await share(0.5);
			await site.crash();
		};
		const send = async (index: number): Promise<void> => {
			const { delivery = 0, sender: number = 0 } = plan[index] ?? {};
			const sender = site.senders[number];
			if (sender === undefined) throw new Error(`Sending webhook ${index}: there is no sender ${number}`);
			const result = await sendUntilTaken(sender, deliveryOf(sender.scheme, nameOf(delivery)));
			answered += 1;
			sent.set(delivery, [...(sent.get(delivery) ?? []), result]);
		};
		await Promise.all([atRate(plan.length, PER_SECOND, AT_ONCE, send), kills()]);
		// What has arrived is looked at first: lists of thousands of runs, read again and again, would be a load of their own.
		await until("an event of every run", TEST_MS, () => (new Set(taken().map(({ id }) => id)).size >= deliveries.size ? true : null));
		runs = await until("the list to show the end of every run", 60_000, async () => {
			const lists = await Promise.all(site.tenants.map(({ api }) => listRuns(api)));
			const all = lists.flat();
			return all.length >= deliveries.size && all.every(({ endedAtMs }) => endedAtMs !== null) ? all : setTimeout(500, null);
		});
		const refusals = Map.groupBy(
			[...sent.values()].flat().flatMap((each) => each.refusals),
			(status) => status,
		);
		const counts = [...refusals].map(([status, each]) => `${each.length} after ${status === 0 ? "no answer" : status}`);
		console.log(`seed ${random.seed}: ${plan.length} webhooks, ${deliveries.size} distinct; sent again: ${counts.join(", ")}`);
	}, TEST_MS);
	afterAll(async () => {
		await site[Symbol.asyncDispose]();
		await Promise.all([receiver, sink].map((each) => each[Symbol.asyncDispose]()));
	});

	test("every sending was answered 2xx in the end, and all sendings of one delivery with the same run", () => {
		expect([...sent.values()].flat()).toHaveLength(plan.length);
		const several = [...sent].filter(([, results]) => new Set(results.map(({ run }) => run)).size !== 1);
		expect(several).toEqual([]);
	});

	test("each distinct webhook ran exactly once, to its end, and no run is there beside them", () => {
		const answered = [...sent.values()].flatMap(([first]) => first?.run ?? []).toSorted();
		expect(new Set(answered).size).toBe(deliveries.size);
		expect(runs.map(({ id }) => id).toSorted()).toEqual(answered);
		expect(runs.filter(({ status }) => status !== "succeeded")).toEqual([]);
	});

	test("each run's event was delivered at least once, signed, under one id, and none is missing", () => {
		const told = taken().map(({ id, endpoint, body }) => ({ id, endpoint, ...Told.parse(body) }));
		const idsOfRun = Map.groupBy(told, ({ data }) => data.run);
		expect([...idsOfRun.keys()].toSorted()).toEqual(runs.map(({ id }) => id).toSorted());
		expect([...idsOfRun.values()].filter((each) => new Set(each.map(({ id }) => id)).size !== 1)).toEqual([]);
		expect(new Set(told.map(({ type }) => type))).toEqual(new Set(["run.succeeded"]));
		expect(receiver.disbelieved).toEqual([]);
		// An event that was refused came again with its id.
		const refused = new Set(receiver.received.filter(({ status }) => status === 500).map(({ id }) => id));
		expect([...refused].filter((id) => !taken().some((other) => other.id === id))).toEqual([]);
	});

	test("its effect happened once, and not at all only where its program was told so; its result is its own delivery's", async () => {
		const resultOf = new Map(
			receiver.received.map(({ body }) => Told.parse(body).data).map(({ run, result }) => [run, Result.parse(result)]),
		);
		const names = new Set([...deliveries].map(nameOf));
		const unsure: string[] = [];
		for (const [delivery, [first]] of sent) {
			const result = resultOf.get(first?.run ?? "");
			expect(result?.delivery).toBe(nameOf(delivery));
			const effects = sink.effects.get(nameOf(delivery)) ?? 0;
			if (result?.answer === 204) expect(effects, nameOf(delivery)).toBe(1);
			else unsure.push(`${nameOf(delivery)} ${result?.answer}`);
			expect(effects, nameOf(delivery)).toBeLessThanOrEqual(1);
		}
		expect([...sink.effects.keys()].filter((name) => !names.has(name))).toEqual([]);
		// Were it many, the test would say little.
		expect(unsure.length, unsure.join(", ")).toBeLessThan(plan.length / 4);
		for (const [delivery, [first]] of [...sent].slice(0, 20)) {
			const tenant = site.tenants[(delivery % STORM.senders) % STORM.tenants];
			if (tenant === undefined || first === undefined) throw new Error(`Reading the run of delivery ${delivery}: found none`);
			expect(await getRun(tenant.api, first.run)).toMatchObject({ labels: ["untrusted"], programVersion: 1 });
		}
	});
});
