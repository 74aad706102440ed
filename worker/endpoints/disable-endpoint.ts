import { z } from "zod";
import { TenantEvent } from "../../contract/events.ts";
import type { Disabling, EndpointIdentity } from "./endpoint-facts.ts";

const Flag = z.int().transform((flag) => flag === 1);
const Look = z.object({ isDisabled: Flag, isTold: Flag });

/** The event that tells of it. */
export const disabledEvent = ({ endpointId }: EndpointIdentity, disabling: Disabling): TenantEvent => {
	const { eventId, atMs, reason, failingSinceMs } = disabling;
	const data = { endpoint: endpointId, reason, failingSinceMs };
	return TenantEvent.parse({ id: eventId, type: "endpoint.disabled", atMs, agent: null, run: null, data });
};

/**
 * Disables an endpoint that failed, and writes the event, both or neither; the same again changes nothing, also when it was enabled in between. One that was
 * changed since it failed stays as it is.
 * @returns `isDisabled`: whether it is so now; `isTold`: whether this disabled it, now or before, and is to be told
 */
export const disableInRegistry = async (
	db: D1Database,
	identity: EndpointIdentity,
	disabling: Disabling,
): Promise<z.infer<typeof Look>> => {
	const { tenantId, endpointId } = identity;
	const { id, type, atMs, data } = disabledEvent(identity, disabling);
	const disable = db
		.prepare(
			`UPDATE endpoints SET status = 'disabled', disabled_reason = ?3, disabled_at_ms = ?4, updated_at_ms = max(?4, updated_at_ms + 1)
			WHERE tenant_id = ?1 AND id = ?2 AND status = 'active' AND updated_at_ms = ?5 AND NOT EXISTS (SELECT 1 FROM events WHERE id = ?6)`,
		)
		.bind(tenantId, endpointId, disabling.reason, disabling.atMs, disabling.readAtMs, id);
	const tell = db
		.prepare(
			`INSERT INTO events (id, tenant_id, agent_id, run_id, type, at_ms, data)
			SELECT ?1, ?2, NULL, NULL, ?3, ?4, ?5 WHERE EXISTS (
				SELECT 1 FROM endpoints WHERE tenant_id = ?2 AND id = ?6 AND status = 'disabled' AND disabled_reason = ?7 AND disabled_at_ms = ?4
			) ON CONFLICT (id) DO NOTHING`,
		)
		.bind(id, tenantId, type, atMs, JSON.stringify(data), endpointId, disabling.reason);
	const look = db
		.prepare(
			`SELECT NOT EXISTS (SELECT 1 FROM endpoints WHERE tenant_id = ?1 AND id = ?2 AND status = 'active') AS isDisabled,
			EXISTS (SELECT 1 FROM events WHERE tenant_id = ?1 AND id = ?3) AS isTold`,
		)
		.bind(tenantId, endpointId, id);
	const [, , found] = await db.batch([disable, tell, look]);
	return Look.parse(found?.results[0]);
};
