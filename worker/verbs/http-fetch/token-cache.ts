/** A token and until when it may be used, epoch milliseconds. */
export interface Token {
	readonly value: string;
	readonly usableUntilMs: number;
}

/** What came of asking for a token. A failure is never kept. */
export type TokenAnswer = { kind: "token"; token: Token } | { kind: "failed" };

/** Tokens by the digest of everything that they were had with, in the memory of one Worker. */
export interface TokenCache {
	/** A token that is kept, or one that is being asked for already, or a new one: for one key one question is under way at a time. */
	get(key: string, ask: () => Promise<TokenAnswer>): Promise<TokenAnswer>;
	/** Forgets a token that was refused; a newer one stays. */
	drop(key: string, value: string): void;
}

interface Flight {
	readonly answer: Promise<TokenAnswer>;
	/** A question whose asker died answers nobody: past this it is asked again. */
	readonly overAtMs: number;
}

/** @param most tokens kept; the one unused for longest goes first. */
export const makeTokenCache = (most: number, flightMs: number, now: () => number): TokenCache => {
	const kept = new Map<string, Token>();
	const flights = new Map<string, Flight>();

	const keep = (key: string, token: Token): void => {
		kept.delete(key);
		if (token.usableUntilMs <= now()) return;
		kept.set(key, token);
		for (const oldest of kept.keys()) {
			if (kept.size <= most) return;
			kept.delete(oldest);
		}
	};

	const fly = async (key: string, ask: () => Promise<TokenAnswer>): Promise<TokenAnswer> => {
		const answer = ask().catch((): TokenAnswer => ({ kind: "failed" }));
		const flight = { answer, overAtMs: now() + flightMs };
		flights.set(key, flight);
		const ended = await answer;
		if (flights.get(key) === flight) flights.delete(key);
		if (ended.kind === "token") keep(key, ended.token);
		return ended;
	};

	return {
		get: async (key, ask) => {
			const token = kept.get(key);
			if (token !== undefined && token.usableUntilMs > now()) {
				keep(key, token);
				return { kind: "token", token };
			}
			const flight = flights.get(key);
			if (flight === undefined || flight.overAtMs <= now()) return fly(key, ask);
			const answer = await flight.answer;
			if (answer.kind === "token") return answer;
			// What failed for another call may go well for this one: its time may have been over. Of those that waited, one asks.
			const next = flights.get(key);
			return next === undefined || next === flight || next.overAtMs <= now() ? fly(key, ask) : next.answer;
		},
		drop: (key, value) => {
			if (kept.get(key)?.value === value) kept.delete(key);
		},
	};
};
