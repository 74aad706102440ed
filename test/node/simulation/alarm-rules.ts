import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { SimStorage } from "./sim-storage.ts";

/** What has a time that the object must not sleep through: a lease, a hold, a person's time to decide. */
const DUE = `SELECT min(at) AS at FROM (
	SELECT min(lease_expires_at_ms) AS at FROM runs UNION ALL SELECT min(expires_at_ms) FROM holds
	UNION ALL SELECT min(expires_at_ms) FROM approvals WHERE status = 'pending')`;

const earliest = (storage: SimStorage): number => {
	const at = storage.look(DUE)[0]?.["at"];
	return typeof at === "number" ? at : Number.POSITIVE_INFINITY;
};

/** The alarm has taken up all that was due. */
export const expectTakenUp = (storage: SimStorage, nowMs: number): void => {
	const at = earliest(storage);
	if (at <= nowMs) fail(`alarm: it has rung, and something is due since ${nowMs - at} ms`);
};

/** The alarm rings before anything is due for longer than `lateMs`. */
export const expectArmed = (storage: SimStorage, alarmAtMs: number | null, nowMs: number, lateMs: number): void => {
	const at = earliest(storage);
	if ((alarmAtMs ?? Number.POSITIVE_INFINITY) > Math.max(at, nowMs + lateMs))
		fail(`alarm: it is set to ${alarmAtMs}, something is due at ${at}`);
};
