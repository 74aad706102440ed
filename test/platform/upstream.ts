import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { answerOddly } from "./upstream-answers.ts";

/** What arrived at the upstream. */
export interface Arrived {
	readonly method: string;
	readonly url: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
}

/** A real HTTP service on loopback. */
export interface Upstream {
	/** `127.0.0.1:port`. */
	readonly host: string;
	readonly arrived: readonly Arrived[];
	close(): Promise<void>;
}

/**
 * `/echo` sends back what it was sent; `/redirect?to=` redirects; `/big?bytes=` sends so many; `/silent` never answers; `/drip` never ends; `/leak` sends
 * the authorization in several encodings; what upstream-answers.ts names answers oddly; anything else answers `{"ok":true}`.
 * @param ofPort one of the shared platform's; 0 for any
 */
export const startUpstream = async (ofPort = 0): Promise<Upstream> => {
	const arrived: Arrived[] = [];
	const server = createServer(async (request, response) => {
		const body = await textOf(request);
		arrived.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
		answer(request, response, body);
	});
	// A connection that is closed for its idleness may be one that is just used again.
	server.keepAliveTimeout = 0;
	const port = await listen(server, ofPort);
	return {
		host: `127.0.0.1:${port}`,
		arrived,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
};

const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
	const url = new URL(request.url ?? "/", "http://upstream");
	const json = (value: unknown): void => {
		response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
	};
	switch (url.pathname) {
		case "/echo":
			json({ headers: request.headers, body });
			return;
		case "/redirect":
			response
				.writeHead(Number(url.searchParams.get("status") ?? 302), {
					location: Buffer.from(url.searchParams.get("to") ?? "/").toString("latin1"),
				})
				.end();
			return;
		case "/big":
			response.writeHead(200, { "content-type": "text/plain" }).end("x".repeat(Number(url.searchParams.get("bytes"))));
			return;
		case "/silent":
			return;
		case "/drip":
			response.writeHead(200, { "content-type": "text/plain" }).write("and then");
			return;
		case "/leak": {
			const seen = String(request.headers.authorization).replace("Bearer ", "");
			const bytes = Buffer.from(seen);
			response.setHeader("x-seen", seen);
			response.setHeader("set-cookie", `token=${seen}`);
			json([seen, bytes.toString("base64"), bytes.toString("hex"), encodeURIComponent(seen), `prefix${seen}suffix`]);
			return;
		}
		default:
			if (!answerOddly(request, response, url)) json({ ok: true });
	}
};

const textOf = async (request: IncomingMessage): Promise<string> => {
	let text = "";
	for await (const chunk of request) text += String(chunk);
	return text;
};

/** A listener on loopback that nobody may reach: it counts who connects. */
export interface Canary {
	readonly port: number;
	connections(): number;
	close(): Promise<void>;
}

export const startCanary = async (): Promise<Canary> => {
	let connections = 0;
	const server = createTcpServer((socket) => {
		connections += 1;
		socket.end("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nreached");
	});
	const port = await listen(server);
	return { port, connections: () => connections, close: () => new Promise((resolve) => server.close(() => resolve())) };
};

const listen = async (
	server: { listen(port: number, host: string, done: () => void): unknown; address(): unknown },
	ofPort = 0,
): Promise<number> => {
	await new Promise<void>((resolve) => server.listen(ofPort, "127.0.0.1", resolve));
	const address = server.address();
	return typeof address === "object" && address !== null && "port" in address ? Number(address.port) : 0;
};
