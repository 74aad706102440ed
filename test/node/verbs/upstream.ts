import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A request as the far side saw it. */
export interface SeenRequest {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
}

/** A real HTTP server on loopback that keeps what it saw. */
export interface Upstream extends AsyncDisposable {
	readonly port: number;
	/** `http://127.0.0.1:port` */
	readonly origin: string;
	readonly seen: SeenRequest[];
}

export const startUpstream = async (answer: (request: SeenRequest, response: ServerResponse) => void): Promise<Upstream> => {
	const seen: SeenRequest[] = [];
	const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
		const chunks: Buffer[] = [];
		request.on("data", (chunk) => chunks.push(chunk));
		request.on("end", () => {
			const entry = {
				method: request.method ?? "",
				path: request.url ?? "",
				headers: request.headers,
				body: Buffer.concat(chunks).toString(),
			};
			seen.push(entry);
			answer(entry, response);
		});
	});
	// A connection that is closed for its idleness may be one that is just used again.
	server.keepAliveTimeout = 0;
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	assert(address !== null && typeof address === "object");
	return {
		port: address.port,
		origin: `http://127.0.0.1:${address.port}`,
		seen,
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
};
