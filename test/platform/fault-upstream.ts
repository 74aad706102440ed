import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** One request as the far side saw it. */
export interface Effect {
	readonly method: string;
	/** The run's mark, which its program sends as the body. */
	readonly mark: string;
	/** The call's id, which the host sends along. */
	readonly idempotencyKey: string;
}

/** A real HTTP service on loopback that remembers what reached it. `/now` answers at once, `/later` when the test says so. */
export interface FaultUpstream extends AsyncDisposable {
	readonly host: string;
	readonly effects: readonly Effect[];
	/** Resolves when a request with the mark has arrived. */
	arrived(mark: string): Promise<void>;
	/** Answers every request that waits, and those that come from now on at once. */
	release(): void;
}

export const startFaultUpstream = async (): Promise<FaultUpstream> => {
	const effects: Effect[] = [];
	const marks = new Map<string, PromiseWithResolvers<void>>();
	let held: ServerResponse[] | null = [];
	const markOf = (mark: string): PromiseWithResolvers<void> => {
		const known = marks.get(mark) ?? Promise.withResolvers<void>();
		marks.set(mark, known);
		return known;
	};
	const server = createServer(async (request, response) => {
		const mark = await text(request).catch(() => "");
		effects.push({ method: request.method ?? "", mark, idempotencyKey: String(request.headers["idempotency-key"] ?? "") });
		markOf(mark).resolve();
		if (request.url === "/later" && held !== null) held.push(response);
		else response.end("done");
	});
	server.keepAliveTimeout = 60_000;
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	return {
		host: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
		effects,
		arrived: (mark) => markOf(mark).promise,
		release: () => {
			for (const response of held ?? []) response.end("done");
			held = null;
		},
		[Symbol.asyncDispose]: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
};
