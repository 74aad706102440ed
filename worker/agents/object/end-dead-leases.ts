import type { ObjectState } from "./object-state.ts";

/** Stands for the life of this process. */
let life: string | null = null;

/**
 * On one machine everything that executes a run, or performs a call, lives in the Worker's one process and dies with it. An object that comes up in another
 * process than it was last in knows that by now nobody holds any run: their leases end here, and the alarm takes them up at once instead of when their time is over.
 */
export const endDeadLeases = (state: ObjectState, nowMs: number): void => {
	life ??= crypto.randomUUID();
	const [last] = state.sql.exec("SELECT value FROM facts WHERE name = 'life'").toArray();
	if (last?.["value"] === life) return;
	state.sql.exec("INSERT INTO facts (name, value) VALUES ('life', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", life);
	// A parked run has its next timer's time there.
	state.sql.exec(
		"UPDATE runs SET lease_expires_at_ms = ? WHERE lease_expires_at_ms > ? AND NOT (status = 'waiting_approval' AND claimed = 0)",
		nowMs,
		nowMs,
	);
};
