import type { DeliveryAttempt } from "../../contract/endpoints.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { DeliveryProgress, DeliveryRow } from "./delivery-rows.ts";
import { nextTry } from "./next-try.ts";
import type { Outcome } from "./send-delivery.ts";

/** An attempt that is over. */
export interface Tried {
	readonly outcome: Outcome;
	readonly startedAtMs: number;
	readonly nowMs: number;
}

const GONE = 410;

/** How a delivery stands after an attempt. One that was cancelled meanwhile is not tried again, but a success counts. @param random from 0 up to 1 */
export const afterAttempt = (row: DeliveryRow, { outcome, startedAtMs, nowMs }: Tried, random: number): DeliveryProgress => {
	const firstAtMs = row.firstAtMs ?? startedAtMs;
	const tries = row.tries + 1;
	const isWaiting = row.status === "pending" && outcome.error !== null && outcome.status !== GONE;
	const { retryAfterMs } = outcome;
	const nextAtMs = isWaiting ? nextTry({ attempts: tries, firstAtMs, nowMs, retryAfterMs }, random) : null;
	const attempt: DeliveryAttempt = {
		...{ atMs: startedAtMs, status: outcome.status, error: outcome.error },
		...{ tookMs: Math.max(0, nowMs - startedAtMs), body: outcome.body, nextAtMs },
	};
	return {
		status: statusAfter(row.status, outcome, nextAtMs),
		dueAtMs: nextAtMs,
		isUnderWay: false,
		firstAtMs,
		tries,
		attemptCount: row.attemptCount + 1,
		attempts: [...row.attempts, attempt].slice(-LIMITS.deliveryAttemptsShown),
		endedAtMs: nextAtMs === null ? nowMs : null,
	};
};

const statusAfter = (status: DeliveryRow["status"], { error }: Outcome, nextAtMs: number | null): DeliveryRow["status"] => {
	if (error === null) return "succeeded";
	if (nextAtMs !== null) return "pending";
	return status === "cancelled" ? "cancelled" : "failed";
};

/** Since when every attempt at an endpoint has failed, after one more; null: it succeeded. What was not sent says nothing. */
export const failingAfter = (failingSinceMs: number | null, { outcome, startedAtMs }: Tried): number | null => {
	if (outcome.error === null) return null;
	return outcome.error === "platform_failed" ? failingSinceMs : (failingSinceMs ?? startedAtMs);
};

/**
 * Why an attempt disables the endpoint; null: it does not. Failing for long is seen when a delivery is given up, never from a single attempt after a quiet week:
 * a receiver that comes back within a delivery's own time is not lost. Nor is it seen when the last attempt was not sent.
 */
export const disables = (
	progress: DeliveryProgress,
	failingSinceMs: number | null,
	{ outcome, nowMs }: Tried,
): "gone" | "failing" | null => {
	if (outcome.status === GONE) return "gone";
	const isItsFault = outcome.error !== "platform_failed" && progress.status === "failed";
	return isItsFault && failingSinceMs !== null && nowMs - failingSinceMs >= LIMITS.endpointFailingMs ? "failing" : null;
};

/** A delivery that is to be made again: at once, and with all the time of a new one. */
export const madeAgain = (row: DeliveryRow, nowMs: number): DeliveryProgress => ({
	status: "pending",
	dueAtMs: row.isUnderWay ? row.dueAtMs : nowMs,
	isUnderWay: row.isUnderWay,
	firstAtMs: null,
	tries: 0,
	attemptCount: row.attemptCount,
	attempts: row.attempts,
	endedAtMs: null,
});

/** A delivery for which there is no room among those that wait. */
export const turnedAway = (row: DeliveryRow, nowMs: number): DeliveryProgress => ({
	...{ status: "failed", dueAtMs: null, isUnderWay: false, firstAtMs: null, tries: 0, attemptCount: 0, endedAtMs: nowMs },
	attempts: [...row.attempts, { atMs: nowMs, status: null, error: "backlog_full", tookMs: 0, body: "", nextAtMs: null }],
});
