import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";

/** A real HTTP service on loopback, on a port that was free. */
export interface LoopbackServer {
	/** `127.0.0.1:port` */
	readonly host: string;
	/** `http://127.0.0.1:port` */
	readonly origin: string;
	/** Ends what is open, too. */
	close(): Promise<void>;
}

/** Starts one that answers as the listener does. */
export const startLoopbackServer = async (listener: RequestListener): Promise<LoopbackServer> => {
	const server = createServer(listener);
	// A connection that ends while it is idle may end under the next request on it.
	server.keepAliveTimeout = 0;
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("Starting a server: it has no port, wanted one on loopback");
	const host = `127.0.0.1:${address.port}`;
	return {
		host,
		origin: `http://${host}`,
		close: async () => {
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
};
