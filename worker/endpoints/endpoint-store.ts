import type { EndpointSettings } from "../../contract/endpoints.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { type EndpointRow, readEndpointRow } from "./endpoint-row.ts";

type Database = Pick<Env, "DB">;

const first = async (statement: D1PreparedStatement): Promise<EndpointRow | null> => {
	const row = await statement.first();
	return row === null ? null : readEndpointRow(row);
};

/** Stores a new endpoint; null when the tenant has LIMITS.endpointsPerTenant of them. One statement. */
export const insertEndpoint = (
	{ DB }: Database,
	tenantId: string,
	birth: { id: string; settings: EndpointSettings; sealed: string; nowMs: number },
): Promise<EndpointRow | null> =>
	first(
		DB.prepare(
			`INSERT INTO endpoints (id, tenant_id, status, settings, sealed, secret_version, created_at_ms, updated_at_ms)
			SELECT ?1, ?2, 'active', ?3, ?4, 1, ?5, ?5 WHERE (SELECT count(*) FROM endpoints WHERE tenant_id = ?2) < ?6 RETURNING *`,
		).bind(birth.id, tenantId, JSON.stringify(birth.settings), birth.sealed, birth.nowMs, LIMITS.endpointsPerTenant),
	);

export const findEndpoint = ({ DB }: Database, tenantId: string, id: string): Promise<EndpointRow | null> =>
	first(DB.prepare("SELECT * FROM endpoints WHERE tenant_id = ? AND id = ?").bind(tenantId, id));

/** Up to `most` endpoints, newest first, after an id. */
export const listEndpointRows = async ({ DB }: Database, tenantId: string, after: string | null, most: number): Promise<EndpointRow[]> => {
	const { results } = await DB.prepare("SELECT * FROM endpoints WHERE tenant_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3")
		.bind(tenantId, after, most)
		.all();
	return results.map(readEndpointRow);
};

/** Where a change finds what it was decided on. Null answers of the changes below: it is not so any more. */
export interface EndpointPlace {
	readonly tenantId: string;
	readonly id: string;
	/** `updatedAtMs` of the row that was read. */
	readonly readAtMs: number;
}

const AT_PLACE = "WHERE tenant_id = ?1 AND id = ?2 AND updated_at_ms = ?3 RETURNING *";
/** Each change has a time of its own, also those of one millisecond. */
const changedAt = (place: EndpointPlace, nowMs: number): number => Math.max(nowMs, place.readAtMs + 1);

export const updateSettings = (
	{ DB }: Database,
	place: EndpointPlace,
	settings: EndpointSettings,
	nowMs: number,
): Promise<EndpointRow | null> =>
	first(
		DB.prepare(`UPDATE endpoints SET settings = ?4, updated_at_ms = ?5 ${AT_PLACE}`).bind(
			...[place.tenantId, place.id, place.readAtMs, JSON.stringify(settings), changedAt(place, nowMs)],
		),
	);

/** Disables an endpoint, since its tenant asked for it, or makes it active. */
export const updateStatus = (
	{ DB }: Database,
	place: EndpointPlace,
	status: EndpointRow["status"],
	nowMs: number,
): Promise<EndpointRow | null> => {
	const [reason, atMs] = status === "disabled" ? ["tenant", nowMs] : [null, null];
	return first(
		DB.prepare(`UPDATE endpoints SET status = ?4, disabled_reason = ?5, disabled_at_ms = ?6, updated_at_ms = ?7 ${AT_PLACE}`).bind(
			...[place.tenantId, place.id, place.readAtMs, status, reason, atMs, changedAt(place, nowMs)],
		),
	);
};

/** Stores the next secret. @param previousUntilMs until when the one that it follows signs as well; null: no longer */
export const updateSecret = (
	{ DB }: Database,
	place: EndpointPlace,
	next: { sealed: string; previousUntilMs: number | null; nowMs: number },
): Promise<EndpointRow | null> =>
	first(
		DB.prepare(
			`UPDATE endpoints SET previous_sealed = CASE WHEN ?5 IS NULL THEN NULL ELSE sealed END, previous_until_ms = ?5, sealed = ?4,
			secret_version = secret_version + 1, updated_at_ms = ?6 ${AT_PLACE}`,
		).bind(...[place.tenantId, place.id, place.readAtMs, next.sealed, next.previousUntilMs, changedAt(place, next.nowMs)]),
	);

/** Forgets an endpoint; null when there was none. */
export const removeEndpoint = ({ DB }: Database, tenantId: string, id: string): Promise<EndpointRow | null> =>
	first(DB.prepare("DELETE FROM endpoints WHERE tenant_id = ? AND id = ? RETURNING *").bind(tenantId, id));
