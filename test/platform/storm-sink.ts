import { startLoopbackServer } from "../../scripts/support/loopback-server.ts";

/** A far side that honours idempotency keys: it acts once for each key, and says what it acted on. */
export interface StormSink extends AsyncDisposable {
	readonly host: string;
	readonly origin: string;
	/** How often it acted, by the delivery that its path names. */
	readonly effects: ReadonlyMap<string, number>;
}

export const startStormSink = async (): Promise<StormSink> => {
	const effects = new Map<string, number>();
	const keys = new Set<string>();
	const server = await startLoopbackServer((request, response) => {
		const key = String(request.headers["idempotency-key"]);
		const delivery = (request.url ?? "").slice(1);
		if (!keys.has(key)) effects.set(delivery, (effects.get(delivery) ?? 0) + 1);
		keys.add(key);
		request.resume().on("end", () => response.writeHead(204).end());
	});
	return { host: server.host, origin: server.origin, effects, [Symbol.asyncDispose]: () => server.close() };
};
