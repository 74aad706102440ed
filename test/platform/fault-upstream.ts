import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { startLoopbackServer } from "../../scripts/support/loopback-server.ts";

/** One request as the far side saw it. */
export interface Effect {
	readonly method: string;
	/** The run's mark and what it asked for: requests go to `/<mark>/<step>`. */
	readonly mark: string;
	readonly step: string;
	/** The call's id, which the host sends along; "" where it sent none. */
	readonly idempotencyKey: string;
}

/** A request that is held until the test lets it be answered. */
export interface Held {
	/** Resolves when the request has arrived. */
	readonly arrived: Promise<void>;
	/** Answers it; resolves when the answer has left. */
	answer(): Promise<void>;
}

/** A real HTTP service on loopback that remembers what reached it, and answers at once what the test does not hold. */
export interface FaultUpstream extends AsyncDisposable {
	readonly host: string;
	readonly effects: readonly Effect[];
	/** Holds the next request of a run for a step, and no later one. */
	hold(mark: string, step: string): Held;
}

/** What the far side answers. */
export const answerOf = ({ mark, step }: Pick<Effect, "mark" | "step">): string => `${step} of ${mark}`;

const effectOf = ({ method, url, headers }: IncomingMessage): Effect => {
	const [, mark = "", step = ""] = (url ?? "").split("/");
	return { method: method ?? "", mark, step, idempotencyKey: String(headers["idempotency-key"] ?? "") };
};

export const startFaultUpstream = async (): Promise<FaultUpstream> => {
	const effects: Effect[] = [];
	const holds = new Map<string, (response: ServerResponse) => void>();
	const server = await startLoopbackServer(async (request, response) => {
		const effect = effectOf(request);
		await text(request).catch(() => "");
		effects.push(effect);
		const key = `${effect.mark}/${effect.step}`;
		const hold = holds.get(key);
		holds.delete(key);
		if (hold === undefined) response.end(answerOf(effect));
		else hold(response);
	});
	return {
		host: server.host,
		effects,
		hold: (mark, step) => {
			const held = Promise.withResolvers<ServerResponse>();
			holds.set(`${mark}/${step}`, held.resolve);
			return {
				arrived: held.promise.then(() => undefined),
				answer: async () => {
					const response = await held.promise;
					await new Promise<void>((resolve) => response.end(answerOf({ mark, step }), resolve));
				},
			};
		},
		[Symbol.asyncDispose]: () => server.close(),
	};
};
