import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { gzipSync } from "node:zlib";

/** A delivery as it came. */
export interface Delivered {
	readonly url: string;
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
	readonly atMs: number;
}

/** How the receiver answers the so-many-th delivery to one of its paths, from 0. */
export type Manner = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** Where deliveries are sent to: each path answers in a manner of its own. */
export interface WebhookReceiver {
	/** `127.0.0.1:port` */
	readonly host: string;
	/** A URL of its own, which answers so; left out: 204. */
	urlOf(manner?: Manner): string;
	/** What came to a URL, in its order. */
	at(url: string): readonly Delivered[];
	close(): Promise<void>;
}

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
	void response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" }).end(BOMB);

const BOMB = gzipSync(Buffer.alloc(100 * 1024 * 1024));

export const startWebhookReceiver = async (): Promise<WebhookReceiver> => {
	const manners = new Map<string, Manner>();
	const came = new Map<string, Delivered[]>();
	const server = createServer(async (request, response) => {
		let body = "";
		try {
			for await (const chunk of request) body += String(chunk);
		} catch {
			return;
		}
		const path = request.url ?? "";
		const before = came.get(path) ?? [];
		came.set(path, [...before, { url: path, headers: request.headers, body, atMs: Date.now() }]);
		(manners.get(path) ?? saying(404))(request, response, before.length);
	}).listen(0, "127.0.0.1");
	server.on("clientError", () => {});
	await once(server, "listening");
	const address = server.address();
	const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
	return {
		host,
		urlOf: (manner = saying(204)) => {
			const path = `/${randomBytes(8).toString("hex")}`;
			manners.set(path, manner);
			return `http://${host}${path}`;
		},
		at: (url) => came.get(new URL(url).pathname) ?? [],
		close: async () => {
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
};
