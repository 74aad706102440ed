import { z } from "zod";
import type { ToldEvent } from "../../contract/events.ts";
import { EventRows } from "../agents/object/event-rows.ts";
import { readRow } from "../db/rows.ts";
import type { Threshold } from "../budgets/thresholds.ts";

const NameRow = z.object({ tenant_id: z.string() });
/** Events sent to D1 in one batch. */
const BATCH = 100;
/** The rows themselves are what waits. */
const NO_MARKS = { mark: () => {}, clear: () => {}, has: () => false, tellingsOfOne: () => [] };

/** What a tenant's object has to tell, until D1 has it; written in the step of the change that it tells of. */
export class TenantEvents {
	readonly #sql: SqlStorage;
	readonly #rows: EventRows;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
		this.#rows = new EventRows(sql, NO_MARKS);
	}

	/** @param holder whose report reached it; the name begins with the tenant's id, which an object need not know of itself */
	add(threshold: Threshold, holder: string, nowMs: number): void {
		this.#sql.exec("INSERT OR IGNORE INTO tenant_name (one, tenant_id) VALUES (1, ?)", holder.split("/", 1).join());
		this.#rows.add({ type: "budget.threshold", agent: null, run: null, data: { level: "tenant", grant: null, ...threshold } }, nowMs);
	}

	/** The oldest that wait, and whose they are; null when none do. */
	next(): { tenantId: string; events: readonly ToldEvent[] } | null {
		const events = this.#rows.next(BATCH);
		const tenantId = readRow(this.#sql, NameRow, "SELECT tenant_id FROM tenant_name")?.tenant_id;
		return events.length === 0 || tenantId === undefined ? null : { tenantId, events };
	}

	drop(events: readonly ToldEvent[]): void {
		for (const { event } of events) this.#rows.drop(event.id);
	}
}
