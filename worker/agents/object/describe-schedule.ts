import { LIMITS } from "../../../contract/limits.ts";
import type { Schedule } from "../../../contract/schedules.ts";
import { ticksToCome } from "../../schedules/ticks-to-come.ts";
import type { ScheduleRow } from "./schedule-rows.ts";

/** The schedule as the API shows it; null when it is deleted. */
export const describeSchedule = (agentId: string, row: ScheduleRow): Schedule | null => {
	if (row.status === "deleted") return null;
	const { cron, timeZone } = row.settings;
	return {
		...row.settings,
		id: row.id,
		agent: agentId,
		status: row.status,
		// The first is the one that the alarm is set for.
		next: row.next_at_ms === null ? [] : ticksToCome(cron, timeZone, row.next_at_ms, LIMITS.scheduleNext),
		last: row.last,
		createdAtMs: row.created_at_ms,
		updatedAtMs: row.updated_at_ms,
	};
};
