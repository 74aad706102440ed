import { z } from "zod";
import { jsonColumn, readRow } from "../db/rows.ts";

/** Whose object it is: the same words every caller has. */
export const EndpointIdentity = z.object({ tenantId: z.string(), endpointId: z.string() });
export type EndpointIdentity = z.infer<typeof EndpointIdentity>;

/** That the endpoint is to be disabled: written before the registry is told, gone when the registry and the tenant's other endpoints have it. */
const Disabling = z.object({
	eventId: z.string(),
	reason: z.enum(["gone", "failing"]),
	atMs: z.int(),
	failingSinceMs: z.int().nullable(),
	/** `updatedAtMs` of the endpoint that failed: one that was changed since then is given another chance. */
	readAtMs: z.int(),
	hops: z.int(),
});
export type Disabling = z.infer<typeof Disabling>;

const Facts = z.object({
	identity: EndpointIdentity,
	/** The first of the failed attempts that no success has followed yet. */
	failingSinceMs: z.int().nullable(),
	disabling: Disabling.nullable(),
});
export type Facts = z.infer<typeof Facts>;

const FactsRow = z.object({ facts: jsonColumn(Facts) });

/** What an endpoint's object knows beside its deliveries. */
export class EndpointFacts {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Null until it is told whose object it is. */
	read(): Facts | null {
		return readRow(this.#sql, FactsRow, "SELECT facts FROM facts")?.facts ?? null;
	}

	/** Keeps whose object it is, from the first time on. */
	beOf(identity: EndpointIdentity): void {
		const facts: Facts = { identity, failingSinceMs: null, disabling: null };
		this.#sql.exec("INSERT OR IGNORE INTO facts (one, facts) VALUES (1, ?)", JSON.stringify(facts));
	}

	/** @throws when nobody said whose object it is: a bug */
	change(change: Partial<Omit<Facts, "identity">>): void {
		const facts = this.read();
		if (facts === null) throw new Error("Changing an endpoint's facts: found none, wanted whose object it is first.");
		this.#sql.exec("UPDATE facts SET facts = ?", JSON.stringify({ ...facts, ...change }));
	}
}
