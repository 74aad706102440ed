import type { ErrorCode } from "../../../contract/errors.ts";

/**
 * Why a route gave no answer. A word and nothing of the provider's own: neither its name, nor its URL, nor its text.
 * `falls`: the next route is tried. `billed`: tokens may have been produced, so its worst case is charged.
 */
export const ROUTE_FAILURES = {
	rate_limited: { words: "rate limited", falls: true, billed: false },
	/** 5xx. */
	unavailable: { words: "unavailable", falls: true, billed: false },
	/** No connection, or none that lasted until an answer began. */
	unreachable: { words: "unreachable", falls: true, billed: false },
	/** No answer began in its time. Whoever asked has left; whether the provider worked on is not known. */
	timed_out: { words: "timed out", falls: true, billed: true },
	/** The route itself is wrong: key, account, model, address. Another route may be right. */
	misconfigured: { words: "refused", falls: true, billed: false },
	/** Nothing was sent: the route leads where no request goes, such as loopback that the operator did not open. */
	closed: { words: "its address is not one that may be reached", falls: true, billed: false },
	/** The secret that a route names is not there, or is no key. */
	no_key: { words: "without its secret", falls: true, billed: false },
	/** What was asked is wrong; the next route would be asked the same. */
	refused: { words: "refused what was asked", falls: false, billed: false },
	/** An answer began and did not go on. */
	stalled: { words: "stopped in the middle of its answer", falls: false, billed: true },
	/** An answer began and broke off, or is none. */
	garbled: { words: "did not answer properly", falls: false, billed: true },
	/** An answer larger than was asked. */
	oversized: { words: "answered more than was asked", falls: false, billed: true },
} as const satisfies Record<string, { words: string; falls: boolean; billed: boolean }>;
export type RouteFailure = keyof typeof ROUTE_FAILURES;

/** Which failure a status that is not 2xx is. */
export const failureOfStatus = (status: number): RouteFailure => {
	if (status === 429) return "rate_limited";
	if (status >= 500) return "unavailable";
	if (status === 408) return "timed_out";
	// A redirect, a key, a permission, a bill, a model that is not there: the route's, not the request's.
	if (status < 400 || [401, 402, 403, 404, 405, 407, 410, 421, 426].includes(status)) return "misconfigured";
	return "refused";
};

/** What a program is told when no route answered. */
export const failureText = (
	method: string,
	failures: readonly RouteFailure[],
	routes: number,
): { code: ErrorCode; message: string; hint?: string } => {
	const words = failures.map((failure) => ROUTE_FAILURES[failure].words).join(", ");
	const last = failures.at(-1);
	const message =
		failures.length === routes && routes > 1
			? `${method}: all ${routes} routes of the model failed: ${words}`
			: `${method}: the model failed${failures.length > 1 ? ` after ${failures.length} of ${routes} routes` : ""}: ${words}`;
	const every = (...kinds: RouteFailure[]): boolean => failures.length > 0 && failures.every((failure) => kinds.includes(failure));
	if (every("no_key")) return { code: "secret_unavailable", message };
	if (every("timed_out") || last === "stalled") return { code: "upstream_timeout", message };
	if (last === "oversized") return { code: "response_too_large", message, hint: "Ask for fewer tokens." };
	if (last === "refused")
		return { code: "upstream_failed", message, hint: "Ask for something else: less text, fewer tokens, a simpler schema." };
	return { code: "upstream_failed", message };
};
