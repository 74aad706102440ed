import type { Delivery } from "../../contract/endpoints.ts";
import type { DeliveryRow } from "./delivery-rows.ts";

/** A delivery as clients see it. */
export const describeDelivery = (endpointId: string, row: DeliveryRow): Delivery => ({
	id: row.id,
	endpoint: endpointId,
	event: row.eventId,
	type: row.type,
	status: row.status,
	attempts: row.attempts,
	attemptCount: row.attemptCount,
	nextAtMs: row.isUnderWay ? null : row.dueAtMs,
	createdAtMs: row.createdAtMs,
	endedAtMs: row.endedAtMs,
});
