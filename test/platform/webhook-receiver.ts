import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { Webhook } from "standardwebhooks";
import { startLoopbackServer } from "../../scripts/support/loopback-server.ts";
import { pollUntil } from "./start-platform.ts";

/** A delivery as it came. */
export interface Delivered {
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/** How a receiver answers the so-many-th delivery to one of its URLs, from 0. */
export type Manner = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** Where deliveries are sent to, on loopback: each URL answers in a manner of its own. */
export interface WebhookReceiver {
	/** `127.0.0.1:port` */
	readonly host: string;
	/** A URL of its own, which answers so; left out: 204. */
	urlOf(manner?: Manner): string;
	/** What came to a URL, in its order. */
	at(url: string): readonly Delivered[];
	/** The same once so many have come. @throws Error when they do not */
	have(url: string, count: number, timeoutMs?: number): Promise<readonly Delivered[]>;
	close(): Promise<void>;
}

/** Verifies a delivery as its receiver does, with the official library. @throws when it is not from who has the secret */
export const verify = ({ headers, body }: Delivered, secret: string): unknown => new Webhook(secret).verify(body, { ...headers });

/** Answers with a status. */
export const saying =
	(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): Manner =>
	(_, response) =>
		void response.writeHead(status, headers).end(body);

/** The first deliveries in one manner, all others with 204. */
export const firstly =
	(count: number, manner: Manner): Manner =>
	(request, response, nth) =>
		(nth < count ? manner : saying(204))(request, response, nth);

/** Never answers. */
export const silence: Manner = () => {};

/** Breaks the connection off when the delivery was read. */
export const reset: Manner = (request) => void request.socket.resetAndDestroy();

const CHUNK = Buffer.alloc(64 * 1024, "x");

/** Sends for as long as somebody reads, and tells how many bytes were taken. */
export const endless =
	(took: (bytes: number) => void, status = 200): Manner =>
	(_, response) => {
		response.writeHead(status, { "content-type": "text/plain" });
		const pour = (): void => {
			if (response.destroyed) return;
			took(CHUNK.length);
			if (response.write(CHUNK)) setImmediate(pour);
			else response.once("drain", pour);
		};
		pour();
	};

/** A hundred megabytes in a hundred kilobytes. */
export const bomb: Manner = (_, response) =>
	void response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" }).end(gzipSync(Buffer.alloc(100 * 1024 * 1024)));

export const startWebhookReceiver = async (): Promise<WebhookReceiver> => {
	const manners = new Map<string, Manner>();
	const came = new Map<string, Delivered[]>();
	const at = (url: string): readonly Delivered[] => came.get(new URL(url).pathname) ?? [];
	const server = await startLoopbackServer(async (request, response) => {
		const body = await text(request).catch(() => null);
		if (body === null) return;
		const path = request.url ?? "";
		const before = came.get(path) ?? [];
		const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
		came.set(path, [...before, { headers, body }]);
		(manners.get(path) ?? saying(404))(request, response, before.length);
	});
	return {
		host: server.host,
		urlOf: (manner = saying(204)) => {
			const path = `/${randomBytes(8).toString("hex")}`;
			manners.set(path, manner);
			return `${server.origin}${path}`;
		},
		at,
		have: async (url, count, timeoutMs) => {
			const found = await pollUntil(
				async () => at(url),
				({ length }) => length >= count,
				timeoutMs,
			);
			if (found.length < count) throw new Error(`Waiting for deliveries: found ${found.length}, wanted ${count}`);
			return found;
		},
		close: () => server.close(),
	};
};
