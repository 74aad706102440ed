import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import type { StormDelivery, StormScheme } from "./storm-senders.ts";

/** A sender: where it sends, and what it signs with. */
export interface StormSender {
	readonly tenant: number;
	readonly scheme: StormScheme;
	readonly url: string;
	readonly secret: string;
}

/** How one sending went, until its sender was content. */
export interface Sent {
	/** The run of the 2xx. */
	readonly run: string;
	/** Of the request that was answered 2xx, milliseconds. */
	readonly answerMs: number;
	/** What came instead before: statuses, and 0 for a connection that failed. */
	readonly refusals: readonly number[];
}

/** What a sender waits for an answer, milliseconds; GitHub waits ten seconds. */
const PATIENCE_MS = 15_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** Tries of one sending: with the pauses more than ten minutes. */
const TRIES = 100;

const Started = z.object({ run: z.string() });
/** Answers that are no use to repeat: the storm's own fault, or the platform's. */
const FINAL = new Set([400, 401, 403, 404, 413, 415]);

/** Sends one delivery until it is answered 2xx, as senders do: the same again after no answer, or another one. @throws Error when it never is */
export const sendUntilTaken = async (sender: StormSender, delivery: StormDelivery): Promise<Sent> => {
	const refusals: number[] = [];
	let pauseMs = FIRST_PAUSE_MS;
	for (let tries = 0; tries < TRIES; tries += 1) {
		const fromMs = performance.now();
		const answer = await sendOnce(sender, delivery);
		if (answer.status >= 200 && answer.status < 300)
			return { run: Started.parse(JSON.parse(answer.body)).run, answerMs: performance.now() - fromMs, refusals };
		if (FINAL.has(answer.status)) throw new Error(`Sending a webhook: found ${answer.status} ${answer.body.slice(0, 400)}, wanted 2xx`);
		refusals.push(answer.status);
		await setTimeout(Math.max(answer.retryAfterMs, pauseMs * (0.5 + Math.random())));
		pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
	}
	throw new Error(`Sending a webhook: found no 2xx in ${TRIES} tries, the last ${refusals.at(-1)}`);
};

const sendOnce = async (
	{ scheme, url, secret }: StormSender,
	delivery: StormDelivery,
): Promise<{ status: number; body: string; retryAfterMs: number }> => {
	try {
		const headers = { "content-type": "application/json", ...(await scheme.headersOf(delivery, secret)) };
		const response = await fetch(url, { method: "POST", headers, body: delivery.body, signal: AbortSignal.timeout(PATIENCE_MS) });
		const retryAfterMs = Number(response.headers.get("retry-after") ?? 0) * 1000;
		return { status: response.status, body: await response.text(), retryAfterMs };
	} catch {
		return { status: 0, body: "", retryAfterMs: 0 };
	}
};

/** Begins work at a steady rate, whether the earlier has ended or not, as long as fewer than `most` are under way. Resolves with all that it gave. */
export const atRate = async <Result>(
	count: number,
	perSecond: number,
	most: number,
	begin: (index: number) => Promise<Result>,
): Promise<Result[]> => {
	const startMs = performance.now();
	const all: Promise<Result>[] = [];
	const under = new Set<Promise<unknown>>();
	for (let index = 0; index < count; index += 1) {
		const dueMs = startMs + (index * 1000) / perSecond - performance.now();
		if (dueMs > 1) await setTimeout(dueMs);
		while (under.size >= most) await Promise.race(under);
		const work = begin(index);
		const settled: Promise<unknown> = work.catch(() => undefined).finally(() => under.delete(settled));
		under.add(settled);
		all.push(work);
	}
	return Promise.all(all);
};

/** A delivery of a scheme with a name of its own. */
export const deliveryOf = (scheme: StormScheme, id: string): StormDelivery => ({ id, body: JSON.stringify(scheme.bodyOf(id)) });
