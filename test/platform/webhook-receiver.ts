import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";

/** A webhook as it arrived. */
export interface ArrivedWebhook {
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/** No answer at all. */
export const SILENT = 0;

/** A real receiver of webhooks on loopback. */
export interface WebhookReceiver {
	/** `127.0.0.1:port`. */
	readonly host: string;
	/** Bytes of `/endless` that were written before its connection was closed. */
	endlessBytes(): number;
	/** What arrived at a path, oldest first. */
	at(path: string): readonly ArrivedWebhook[];
	/** Resolves when so many have arrived at a path. @throws after a while */
	have(path: string, count: number, timeoutMs?: number): Promise<readonly ArrivedWebhook[]>;
	/** What `/switched` answers from now on; SILENT: nothing. */
	switchTo(status: number): void;
	close(): Promise<void>;
}

/** Verifies a webhook as its receiver does, with the official library. @throws when it is not from who has the secret */
export const verify = (webhook: ArrivedWebhook, secret: string): unknown =>
	new Webhook(secret).verify(webhook.body, { ...webhook.headers });

/**
 * `/silent` never answers; `/reset-first` resets the first connection and then answers 200; `/endless` answers 200 and never ends; `/redirect` redirects to
 * the port that the query names; `/gone` answers 410; `/switched` what it was switched to; anything else answers 200.
 */
export const startWebhookReceiver = async (): Promise<WebhookReceiver> => {
	const arrived: ArrivedWebhook[] = [];
	let [endless, switched] = [0, 500];
	const stream = (response: ServerResponse): void => {
		response.writeHead(200, { "content-type": "text/plain" });
		const chunk = "x".repeat(64 * 1024);
		const more = (): void => {
			for (;;) {
				if (response.destroyed) return;
				endless += chunk.length;
				if (!response.write(chunk)) break;
			}
			response.once("drain", more);
		};
		more();
	};
	const answer = (request: IncomingMessage, response: ServerResponse, path: string): void => {
		const url = new URL(request.url ?? "/", "http://receiver");
		switch (path) {
			case "/silent":
				return;
			case "/reset-first":
				if (arrived.filter((each) => each.path === path).length === 1) request.socket.resetAndDestroy();
				else response.end("ok");
				return;
			case "/endless":
				stream(response);
				return;
			case "/redirect":
				response.writeHead(307, { location: `http://127.0.0.1:${url.searchParams.get("port")}/` }).end();
				return;
			case "/gone":
				response.writeHead(410).end();
				return;
			case "/switched":
				if (switched !== SILENT) response.writeHead(switched).end();
				return;
			default:
				response.end("ok");
		}
	};
	const server = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request) body += String(chunk);
		const path = new URL(request.url ?? "/", "http://receiver").pathname;
		const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
		arrived.push({ path, headers, body });
		answer(request, response, path);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const at = (path: string): ArrivedWebhook[] => arrived.filter((each) => each.path === path);
	return {
		host: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
		endlessBytes: () => endless,
		at,
		have: async (path, count, timeoutMs = 15_000) => {
			const endAtMs = Date.now() + timeoutMs;
			while (at(path).length < count) {
				if (Date.now() >= endAtMs) throw new Error(`Waiting for webhooks at ${path}: found ${at(path).length}, wanted ${count}`);
				await new Promise((resolve) => setTimeout(resolve, 10));
			}
			return at(path);
		},
		switchTo: (status) => {
			switched = status;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
};
