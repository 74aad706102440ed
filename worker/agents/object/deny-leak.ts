import { ERRORS, type ErrorCode } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { runError } from "../../../contract/runs.ts";
import type { BeginCallAnswer } from "./begin-call.ts";
import { endUnderWay } from "./end-under-way.ts";
import { deny } from "./new-call.ts";
import type { ObjectState } from "./object-state.ts";
import type { Draft } from "./record-call.ts";
import { isLive } from "./run-rows.ts";

/** What was found in a call's arguments that must not leave. */
export interface Leak {
	/** A honeytoken of the run, or of one that started it. */
	readonly canary: boolean;
	/** A sealed secret that the run's policy names. */
	readonly secret: boolean;
	/** Why they could not be searched; null: they were. */
	readonly unsearched: string | null;
}

export const NO_LEAK: Leak = { canary: false, secret: false, unsearched: null };

/** Why a call must not be made in which something was found; null: nothing was. Never says what, or where. */
export const leakFault = (
	leak: Leak,
	{ grant, method }: Pick<Draft, "grant" | "method">,
): { readonly code: ErrorCode; readonly message: string; readonly hint: string } | null => {
	const call = `Calling env.${grant}.${method}`;
	if (leak.canary)
		return fault("canary_seen", `${call}: its arguments hold a honeytoken of the run, which nothing has a use for; the run is ended`);
	if (leak.secret) return fault("secret_seen", `${call}: its arguments hold a secret that the host keeps, and nothing was sent`);
	if (leak.unsearched === null) return null;
	const hint = "Nothing was sent; try again, and tell whoever runs the agent if it stays.";
	return { code: "secret_unavailable", message: `${call}: its arguments could not be searched for secrets: ${leak.unsearched}`, hint };
};

const fault = (code: "canary_seen" | "secret_seen", message: string) => ({ code, message, hint: ERRORS[code].hint });

/**
 * Denies a call in which something was found, before anything else is asked about it; null: nothing was found. A honeytoken ends the run at once. A secret ends
 * it the second time: once may be a mistake, but each denial tells a program that tries values that it has guessed right. Arguments with a secret are kept nowhere.
 */
export const denyLeak = (state: ObjectState, draft: Draft, leak: Leak, nowMs: number): BeginCallAnswer | null => {
	const why = leakFault(leak, draft);
	if (why === null) return null;
	const answer = deny(state, leak.secret ? { ...draft, argsText: null } : draft, why, nowMs);
	if (leak.unsearched === null) endForLeak(state, draft.row.id, draft.grant, leak, nowMs);
	return answer;
};

/** Ends a run for what one of its calls held, if that is enough to end it. */
export const endForLeak = (
	state: ObjectState,
	runId: string,
	grant: string,
	leak: Pick<Leak, "canary" | "secret">,
	nowMs: number,
): void => {
	const row = state.runs.get(runId);
	if (row === null || !isLive(row)) return;
	const secretDenials = row.state.secretDenials + (leak.secret ? 1 : 0);
	const counted = { ...row, state: { ...row.state, secretDenials } };
	state.runs.update(counted);
	if (leak.canary || secretDenials >= LIMITS.secretDenials) {
		const what = leak.canary ? "a honeytoken of the run" : "a secret that the host keeps, again";
		const message = `Running the program: a call of env.${grant} held ${what}; nothing was sent, and the run was ended`;
		endUnderWay(state, counted, "failed", runError("quarantined", message), nowMs);
	}
};

/** What a call's error says of a leak that was found when it was performed; null: it is another error. */
export const leakOfCode = (code: ErrorCode): Pick<Leak, "canary" | "secret"> | null => {
	if (code === "canary_seen") return { canary: true, secret: false };
	return code === "secret_seen" ? { canary: false, secret: true } : null;
};
