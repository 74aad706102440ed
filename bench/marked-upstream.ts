import { text } from "node:stream/consumers";
import { startLoopbackServer } from "../scripts/support/loopback-server.ts";

/** A far side that counts: each run posts a mark of its own. */
export interface MarkedUpstream {
	readonly host: string;
	readonly origin: string;
	/** Requests so far. */
	count(): number;
	/** When so many requests had come, by performance.now(); waits for it. */
	reached(count: number): Promise<number>;
	/** How many requests there were, and how many different marks among them. */
	seen(): { readonly requests: number; readonly marks: number };
	close(): Promise<void>;
}

export const startMarkedUpstream = async (): Promise<MarkedUpstream> => {
	const arrivals: number[] = [];
	const marks = new Set<string>();
	const waiting = new Map<number, (atMs: number) => void>();
	const server = await startLoopbackServer(async (request, response) => {
		const atMs = performance.now();
		marks.add(await text(request).catch(() => ""));
		arrivals.push(atMs);
		response.end("done");
		waiting.get(arrivals.length)?.(atMs);
		waiting.delete(arrivals.length);
	});
	return {
		host: server.host,
		origin: server.origin,
		count: () => arrivals.length,
		reached: (count) => {
			const known = arrivals[count - 1];
			return known === undefined ? new Promise((resolve) => waiting.set(count, resolve)) : Promise.resolve(known);
		},
		seen: () => ({ requests: arrivals.length, marks: marks.size }),
		close: () => server.close(),
	};
};
