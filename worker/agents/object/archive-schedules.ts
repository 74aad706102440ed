import type { ArchivedSchedule } from "../../ledger/archived-schedules.ts";
import { describeSchedule } from "./describe-schedule.ts";
import type { ObjectState } from "./object-state.ts";

/** About how much text of schedules goes to D1 in one batch, characters. */
const BATCH_CHARS = 1_000_000;

/** The marked schedules as they are now, as many as fit; at least one. */
export const schedulesToSend = (
	state: ObjectState,
	agentId: string,
	marks: readonly { readonly kind: string; readonly id: string }[],
): ArchivedSchedule[] => {
	const sent: ArchivedSchedule[] = [];
	let chars = 0;
	for (const mark of marks) {
		const row = mark.kind === "schedule" && chars < BATCH_CHARS ? state.schedules.get(mark.id) : null;
		if (row === null) continue;
		const record = JSON.stringify(describeSchedule(agentId, row) ?? {});
		chars += record.length;
		sent.push({ id: row.id, status: row.status, revision: row.revision, createdAtMs: row.created_at_ms, record });
	}
	return sent;
};

/** D1 has them: marks of those that have not changed meanwhile are cleared, and deleted ones forgotten. */
export const schedulesSent = (state: ObjectState, sent: readonly ArchivedSchedule[]): void => {
	for (const { id, status, revision } of sent) {
		if (state.schedules.get(id)?.revision !== revision) continue;
		state.outbox.clear("schedule", id);
		if (status === "deleted") state.schedules.drop(id);
	}
};
