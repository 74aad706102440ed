import type { Trigger } from "../../contract/triggers.ts";
import type { TriggerRow } from "./trigger-row.ts";

/** A trigger as the API shows it. @param origin how the client reached the platform: where a sender reaches it too @param nowMs a secret whose overlap is over is not shown */
export const describeTrigger = (row: TriggerRow, origin: string, nowMs: number): Trigger => {
	const { id, agentId, scheme, status, settings, createdAtMs, updatedAtMs } = row;
	const { previousSecret } = settings;
	return {
		...{ id, agent: agentId, scheme, status, url: `${origin}/hooks/${id}` },
		...settings,
		previousSecret: previousSecret !== null && nowMs < previousSecret.untilMs ? previousSecret : null,
		...{ createdAtMs, updatedAtMs },
	};
};
