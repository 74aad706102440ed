import type { EndpointSettings } from "../../contract/endpoints.ts";
import { Refusal } from "../../contract/errors.ts";
import { newId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { pageFrom, readIdCursor } from "../db/page.ts";
import { wayOut } from "../egress/way-out.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { type EndpointRow, toEndpoint } from "./endpoint-row.ts";
import {
	type EndpointPlace,
	findEndpoint,
	insertEndpoint,
	listEndpointRows,
	removeEndpoint,
	updateSecret,
	updateSettings,
	updateStatus,
} from "./endpoint-store.ts";
import { readEndpointUrl } from "./endpoint-url.ts";
import { forgetEndpoint } from "./known-endpoints.ts";
import { newSigningSecret, sealSigningSecret } from "./signing-secret.ts";
import { endpointObject } from "./tell-endpoints.ts";

type Operations =
	| "createEndpoint"
	| "listEndpoints"
	| "getEndpoint"
	| "updateEndpoint"
	| "deleteEndpoint"
	| "disableEndpoint"
	| "enableEndpoint"
	| "rollEndpointSecret";

export const endpointHandlers: Handlers<Operations> = {
	async createEndpoint({ env, caller: { tenantId }, body, origin }) {
		const settings = settingsOf(env, "making an endpoint", body, origin);
		const [nowMs, secret] = [Date.now(), newSigningSecret()];
		const id = newId("end", nowMs);
		const sealed = await sealSigningSecret(env, tenantId, id, 1, secret);
		const row = await insertEndpoint(env, tenantId, { id, settings, sealed, nowMs });
		forgetEndpoint(tenantId, id);
		if (row !== null) return { status: 201, body: { ...toEndpoint(row, nowMs), secret } };
		throw new Refusal(
			"conflict",
			`making an endpoint: the tenant has ${LIMITS.endpointsPerTenant} endpoints, wanted fewer; delete some first`,
		);
	},

	async listEndpoints({ env, caller, query }) {
		const rows = await listEndpointRows(env, caller.tenantId, readIdCursor(query.cursor, "end"), query.limit + 1);
		const page = pageFrom(rows, query.limit);
		return { status: 200, body: { ...page, data: page.data.map((row) => toEndpoint(row, Date.now())) } };
	},

	async getEndpoint({ env, caller, params }) {
		return { status: 200, body: toEndpoint(await endpointOf(env, caller.tenantId, params.id), Date.now()) };
	},

	async updateEndpoint({ env, caller: { tenantId }, params: { id }, body, origin }) {
		const nowMs = Date.now();
		const old = await endpointOf(env, tenantId, id);
		const settings = settingsOf(env, "changing an endpoint", mergeSettings(old.settings, body), origin);
		const row = await changed(tenantId, id, "changing", updateSettings(env, placeOf(tenantId, old), settings, nowMs));
		if (settings.url !== old.settings.url) await tellObject(endpointObject(env, tenantId, id).reopen({ tenantId, endpointId: id }));
		return { status: 200, body: toEndpoint(row, nowMs) };
	},

	async deleteEndpoint({ env, caller: { tenantId }, params: { id } }) {
		const row = await removeEndpoint(env, tenantId, id);
		forgetEndpoint(tenantId, id);
		if (row === null) throw noSuchEndpoint();
		await tellObject(endpointObject(env, tenantId, id).close({ tenantId, endpointId: id }));
		return { status: 200, body: toEndpoint(row, Date.now()) };
	},

	async disableEndpoint({ env, caller: { tenantId }, params: { id } }) {
		const row = await setStatus(env, tenantId, id, "disabled");
		await tellObject(endpointObject(env, tenantId, id).close({ tenantId, endpointId: id }));
		return { status: 200, body: toEndpoint(row, Date.now()) };
	},

	async enableEndpoint({ env, caller: { tenantId }, params: { id } }) {
		const row = await setStatus(env, tenantId, id, "active");
		await tellObject(endpointObject(env, tenantId, id).reopen({ tenantId, endpointId: id }));
		return { status: 200, body: toEndpoint(row, Date.now()) };
	},

	async rollEndpointSecret({ env, caller: { tenantId }, params: { id }, body: { overlapSeconds } }) {
		const [nowMs, secret] = [Date.now(), newSigningSecret()];
		const old = await endpointOf(env, tenantId, id);
		const sealed = await sealSigningSecret(env, tenantId, id, old.secretVersion + 1, secret);
		const previousUntilMs = overlapSeconds === 0 ? null : nowMs + overlapSeconds * 1_000;
		const next = { sealed, previousUntilMs, nowMs };
		const row = await changed(tenantId, id, "rolling the secret of", updateSecret(env, placeOf(tenantId, old), next));
		return { status: 200, body: { ...toEndpoint(row, nowMs), secret } };
	},
};

const noSuchEndpoint = (): Refusal =>
	new Refusal("not_found", "finding an endpoint: found none of this id, wanted an endpoint of the tenant");

/** An endpoint as it is now. @throws Refusal `not_found` */
export const endpointOf = async (env: Env, tenantId: string, id: string): Promise<EndpointRow> => {
	const row = await findEndpoint(env, tenantId, id);
	if (row === null) throw noSuchEndpoint();
	return row;
};

const placeOf = (tenantId: string, { id, updatedAtMs }: EndpointRow): EndpointPlace => ({ tenantId, id, readAtMs: updatedAtMs });

/** Awaits a change, and forgets what was known. @throws Refusal `conflict` when another one came between */
const changed = async (tenantId: string, id: string, action: string, change: Promise<EndpointRow | null>): Promise<EndpointRow> => {
	const row = await change;
	forgetEndpoint(tenantId, id);
	if (row !== null) return row;
	throw new Refusal("conflict", `${action} an endpoint: found another change at the same time, wanted none; send it again`);
};

/** Sets the status; one that has it already stays as it is. */
const setStatus = async (env: Env, tenantId: string, id: string, status: EndpointRow["status"]): Promise<EndpointRow> => {
	const old = await endpointOf(env, tenantId, id);
	if (old.status === status) return old;
	const action = status === "active" ? "enabling" : "disabling";
	return await changed(tenantId, id, action, updateStatus(env, placeOf(tenantId, old), status, Date.now()));
};

const mergeSettings = (
	old: EndpointSettings,
	change: { readonly [Key in keyof EndpointSettings]?: EndpointSettings[Key] | undefined },
) => ({
	url: change.url ?? old.url,
	events: change.events ?? old.events,
	payload: change.payload ?? old.payload,
	description: change.description ?? old.description,
});

/** Settings whose URL may be sent to. @throws Refusal `invalid_request` */
const settingsOf = (env: Env, action: string, settings: EndpointSettings, origin: string): EndpointSettings => {
	const reading = readEndpointUrl(settings.url, wayOut(env).developmentHosts);
	if (reading.kind === "refused") throw badUrl(action, reading.why);
	const { url } = reading;
	// A trigger counts how often a webhook came back (cordon-hops); nothing else of this API has anything to do with one.
	if (url.origin === new URL(origin).origin && !url.pathname.startsWith("/hooks/")) throw badUrl(action, "it is this API itself");
	return { ...settings, url: url.href, events: [...new Set(settings.events)] };
};

const badUrl = (action: string, why: string): Refusal => {
	const wanted = "https to a public address";
	return new Refusal("invalid_request", `${action}: url: found one that is refused: ${why}; wanted ${wanted}`, {
		details: { issues: [{ path: "url", found: why, wanted }] },
	});
};

/** The registry has the change already, and every attempt looks there first: an object that is not reached learns of it then. */
const tellObject = async (telling: Promise<void>): Promise<void> => {
	try {
		await telling;
	} catch (error) {
		console.error("Telling an endpoint's object of a change: it was not reached.", error instanceof Error ? error.name : "");
	}
};
