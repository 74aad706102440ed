import { LIMITS } from "../../contract/limits.ts";
import { archiveDeliveries, type DeliveryCopy } from "./delivery-archive.ts";
import type { DeliveryRows } from "./delivery-rows.ts";
import { describeDelivery } from "./describe-delivery.ts";
import type { EndpointIdentity } from "./endpoint-facts.ts";

/**
 * Sends one batch of copies to D1, each made from the delivery as it is now. A mark is cleared only if its delivery has not changed while the batch was under way.
 * @returns whether there is more to send
 */
export const sendCopies = async (rows: DeliveryRows, db: D1Database, { tenantId, endpointId }: EndpointIdentity): Promise<boolean> => {
	const copies: DeliveryCopy[] = [];
	let chars = 0;
	for (const id of rows.marked(LIMITS.deliveriesPerBatch)) {
		const row = rows.get(id);
		if (row === null || chars > LIMITS.deliveryBatchChars) continue;
		copies.push({ delivery: describeDelivery(endpointId, row), revision: row.revision });
		chars += row.attempts.reduce((sum, { body }) => sum + body.length, 0);
	}
	await archiveDeliveries(db, tenantId, copies);
	for (const { delivery, revision } of copies) rows.sent(delivery.id, revision);
	return copies.length > 0 && rows.hasMarks();
};
