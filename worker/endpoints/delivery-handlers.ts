import type { Delivery } from "../../contract/endpoints.ts";
import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { pageFrom, readIdCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { findDeliveryCopy, listDeliveryCopies } from "./delivery-archive.ts";
import { endpointOf } from "./endpoint-handlers.ts";
import type { EndpointRow } from "./endpoint-row.ts";
import { findEndpoint } from "./endpoint-store.ts";
import { endpointObject } from "./tell-endpoints.ts";

/** The operations on deliveries. Lists come from their copies, single ones from the endpoint's object, as long as it has them. */
export const deliveryHandlers: Handlers<"listDeliveries" | "getDelivery" | "redeliver" | "redeliverRange" | "testEndpoint"> = {
	async listDeliveries({ env, caller, query }) {
		const deliveries = await listDeliveryCopies(env.DB, caller.tenantId, {
			endpoint: query.endpoint ?? null,
			status: query.status ?? null,
			event: query.event ?? null,
			before: readIdCursor(query.cursor, "dlv"),
			most: query.limit + 1,
		});
		return { status: 200, body: pageFrom(deliveries, query.limit) };
	},

	async getDelivery({ env, caller: { tenantId }, params: { id } }) {
		const copy = await copyOf(env, tenantId, id);
		const live = await endpointObject(env, tenantId, copy.endpoint).describe({ tenantId, endpointId: copy.endpoint }, id);
		return { status: 200, body: live ?? copy };
	},

	async redeliver({ env, caller: { tenantId }, params: { id } }) {
		const { endpoint } = await copyOf(env, tenantId, id);
		refuseDisabled(await findEndpoint(env, tenantId, endpoint));
		const again = await endpointObject(env, tenantId, endpoint).redeliver({ tenantId, endpointId: endpoint }, id);
		if (again !== null) return { status: 200, body: again };
		const message = "making a delivery again: found one that ended more than 7 days ago, of which only the record is kept";
		throw new Refusal("conflict", `${message}; wanted a newer one`);
	},

	async testEndpoint({ env, caller: { tenantId }, params: { id } }) {
		refuseDisabled(await endpointOf(env, tenantId, id), "trying an endpoint: it");
		return { status: 202, body: await endpointObject(env, tenantId, id).sendTest({ tenantId, endpointId: id }) };
	},

	async redeliverRange({ env, caller: { tenantId }, params: { id }, body }) {
		refuseDisabled(await endpointOf(env, tenantId, id));
		if (body.fromMs > body.toMs) throw wrongRange(body.fromMs, body.toMs);
		const range = { fromMs: body.fromMs, toMs: body.toMs, all: body.status === "all", after: readIdCursor(body.cursor, "dlv") };
		const ids = await endpointObject(env, tenantId, id).redeliverRange(range);
		const { data, nextCursor } = pageFrom(
			ids.map((each) => ({ id: each })),
			LIMITS.redeliveredAtOnce,
		);
		return { status: 200, body: { count: data.length, nextCursor } };
	},
};

const copyOf = async (env: Env, tenantId: string, id: string): Promise<Delivery> => {
	const copy = await findDeliveryCopy(env.DB, tenantId, id);
	if (copy === null) throw new Refusal("not_found", "finding a delivery: found none of this id, wanted a delivery of the tenant");
	return copy;
};

/** @throws Refusal `conflict` when the endpoint is disabled or was deleted */
const refuseDisabled = (endpoint: EndpointRow | null, what = "making a delivery again: its endpoint"): void => {
	const status = endpoint?.status ?? "deleted";
	if (status === "active") return;
	const enable = endpoint === null ? {} : { hint: `Enable it: POST /v1/endpoints/${endpoint.id}/enable` };
	throw new Refusal("conflict", `${what} is ${status}, wanted an active one`, enable);
};

const wrongRange = (fromMs: number, toMs: number): Refusal =>
	new Refusal("invalid_request", `making deliveries again: toMs: found ${toMs}, before fromMs (${fromMs}), wanted a moment after it`, {
		details: { issues: [{ path: "toMs", found: String(toMs), wanted: "a moment after fromMs" }] },
	});
