import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pollUntil } from "./start-platform.ts";

/** A real HTTP service on loopback that answers when it is told to. */
export interface HeldUpstream {
	/** `127.0.0.1:port`. */
	readonly host: string;
	/** Waits until so many requests of a path have come; says how many have. */
	arrived(url: string, count: number): Promise<number>;
	/** Answers everything that is held, `/held…`, and from now on at once. */
	answerAll(): void;
	/** Answers what is held so far. */
	answer(): void;
	close(): Promise<void>;
}

/** `/held…` is answered when the test says so, `/silent…` never, anything else at once. @param ofPort one of the shared platform's; 0 for any */
export const startHeldUpstream = async (ofPort = 0): Promise<HeldUpstream> => {
	const urls: string[] = [];
	const held: ServerResponse[] = [];
	let isOpen = false;
	const reply = (response: ServerResponse): void => void response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
	const server = createServer((request, response) => {
		const url = request.url ?? "";
		urls.push(url);
		if (url.startsWith("/silent")) return;
		if (url.startsWith("/held") && !isOpen) held.push(response);
		else reply(response);
	});
	// A connection that is closed for its idleness may be one that is just used again.
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve) => server.listen(ofPort, "127.0.0.1", resolve));
	const address: AddressInfo | string | null = server.address();
	const answer = (): void => {
		for (const response of held.splice(0)) reply(response);
	};
	return {
		host: `127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`,
		arrived: (url, count) =>
			pollUntil(
				async () => urls.filter((seen) => seen === url).length,
				(found) => found >= count,
			),
		answerAll: () => {
			isOpen = true;
			answer();
		},
		answer,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
};
