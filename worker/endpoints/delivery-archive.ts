import { z } from "zod";
import { Delivery } from "../../contract/endpoints.ts";
import { jsonColumn } from "../db/rows.ts";
import { listNewest } from "../db/list-newest.ts";

/** A copy for D1. */
export interface DeliveryCopy {
	readonly delivery: Delivery;
	/** Rises with each state: a late repeat never overwrites a newer one. */
	readonly revision: number;
}

const Row = z.object({
	record: jsonColumn(Delivery),
});

/** Puts copies where lists find them; the same ones again change nothing. */
export const archiveDeliveries = async (db: D1Database, tenantId: string, copies: readonly DeliveryCopy[]): Promise<void> => {
	if (copies.length === 0) return;
	await db.batch(
		copies.map(({ delivery, revision }) =>
			db
				.prepare(
					`INSERT INTO deliveries (id, tenant_id, endpoint_id, event_id, type, status, revision, record, created_at_ms)
					VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
					ON CONFLICT (id) DO UPDATE SET status = excluded.status, revision = excluded.revision, record = excluded.record
					WHERE excluded.revision > deliveries.revision`,
				)
				.bind(
					...[delivery.id, tenantId, delivery.endpoint, delivery.event, delivery.type, delivery.status],
					...[revision, JSON.stringify(delivery), delivery.createdAtMs],
				),
		),
	);
};

/** Which deliveries of a tenant a list has; null: whichever. */
export interface DeliveryFilter {
	readonly endpoint: string | null;
	readonly status: string | null;
	readonly event: string | null;
	/** Id of the last delivery of the page before. */
	readonly before: string | null;
	readonly most: number;
}

/** Deliveries of a tenant, newest first. */
export const listDeliveryCopies = async (db: D1Database, tenantId: string, filter: DeliveryFilter): Promise<Delivery[]> => {
	const where = [
		["endpoint_id = ?", filter.endpoint],
		["status = ?", filter.status],
		["event_id = ?", filter.event],
	] as const;
	const { before, most } = filter;
	const rows = await listNewest(db, tenantId, { shape: Row, columns: "record", table: "deliveries", where, before, most });
	return rows.map(({ record }) => record);
};

/** The copy of one delivery; null: there is none. */
export const findDeliveryCopy = async (db: D1Database, tenantId: string, id: string): Promise<Delivery | null> => {
	const row = await db.prepare("SELECT record FROM deliveries WHERE tenant_id = ? AND id = ?").bind(tenantId, id).first();
	return row === null ? null : Row.parse(row).record;
};
