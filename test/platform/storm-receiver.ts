import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { startLoopbackServer } from "../../scripts/support/loopback-server.ts";

/** One try of a delivery as an endpoint got it, after the sender's signature was verified. */
export interface Received {
	/** `webhook-id`: the event's. */
	readonly id: string;
	readonly endpoint: string;
	readonly body: unknown;
	readonly headers: Readonly<Record<string, string>>;
	readonly atMs: number;
	/** What it was answered. */
	readonly status: number;
}

/** Endpoints on loopback, a path each, that verify with the official library of Standard Webhooks. */
export interface StormReceiver extends AsyncDisposable {
	readonly host: string;
	urlOf(endpoint: string): string;
	/** From now on an endpoint's deliveries are verified under this secret. */
	trust(endpoint: string, secret: string): void;
	readonly received: readonly Received[];
	/** Why deliveries were not believed. */
	readonly disbelieved: readonly string[];
}

/** @param answers the status of the so-many-th try to arrive, counted over all endpoints; left out: always 204 */
export const startStormReceiver = async (answers: (nth: number) => number = () => 204): Promise<StormReceiver> => {
	const secrets = new Map<string, string>();
	const received: Received[] = [];
	const disbelieved: string[] = [];
	const server = await startLoopbackServer(async (request, response) => {
		const endpoint = (request.url ?? "").slice(1);
		const raw = await text(request).catch(() => "");
		const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
		try {
			const body = new Webhook(secrets.get(endpoint) ?? "").verify(raw, headers);
			const status = answers(received.length);
			received.push({ id: headers["webhook-id"] ?? "", endpoint, body, headers, atMs: Date.now(), status });
			response.writeHead(status).end();
		} catch (error) {
			disbelieved.push(`${endpoint}: ${String(error)}`);
			response.writeHead(400).end();
		}
	});
	return {
		host: server.host,
		urlOf: (endpoint) => `${server.origin}/${endpoint}`,
		trust: (endpoint, secret) => void secrets.set(endpoint, secret),
		received,
		disbelieved,
		[Symbol.asyncDispose]: () => server.close(),
	};
};
