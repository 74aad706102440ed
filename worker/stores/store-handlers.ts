import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { type PutStore, type Store, StoreDescription } from "../../contract/stores.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { forgetResource } from "../resources/known-resources.ts";
import {
	findResource,
	insertResource,
	type ResourceRow,
	removeResource,
	replaceResource,
	selectResources,
} from "../resources/resource-store.ts";
import { findTenant } from "../tenants/tenant-store.ts";
import { inspectStore } from "./inspect-store.ts";

export const storeHandlers: Handlers<"putStore" | "listStores" | "deleteStore"> = {
	async putStore({ env, params, body }) {
		await findOwner(env, params.id);
		const warnings = await inspectStore(env, body);
		return { status: 200, body: storeOf(await putStore(env, params, { ...body, queries: body.queries ?? {}, warnings })) };
	},

	async listStores({ env, params, query }) {
		await findOwner(env, params.id);
		const rows = await selectResources(env, params.id, "store", readCursor(query.cursor), query.limit + 1);
		const page = pageFrom(rows, query.limit);
		return { status: 200, body: { ...page, data: page.data.map(storeOf) } };
	},

	async deleteStore({ env, params }) {
		await findOwner(env, params.id);
		const removed = await removeResource(env, params.id, "store", params.name);
		forgetResource(params.id, "store", params.name);
		if (removed !== null) return { status: 200, body: storeOf(removed) };
		throw new Refusal("not_found", `detaching a store: found none named ${params.name}, wanted a store of the tenant`);
	},
};

const findOwner = async (env: Env, id: string): Promise<void> => {
	if ((await findTenant(env, id)) === null) throw new Refusal("not_found", "finding a tenant: found none of this id, wanted a tenant");
};

/** @throws Refusal `invalid_request` for a description that is too large, `conflict` when another write came between or the tenant has LIMITS.resourcesPerTenant stores */
const putStore = async (
	env: Env,
	{ id, name }: { id: string; name: string },
	store: Omit<PutStore, "queries"> & Pick<StoreDescription, "queries" | "warnings">,
) => {
	const description = JSON.stringify(StoreDescription.parse(store));
	if (new TextEncoder().encode(description).byteLength > LIMITS.resourceBytes)
		throw new Refusal(
			"invalid_request",
			`attaching a store: found queries of more than ${LIMITS.resourceBytes} bytes, wanted fewer or shorter ones`,
		);
	const previous = (await findResource(env, id, "store", name))?.version ?? null;
	const row = { tenantId: id, kind: "store", name, description, nowMs: Date.now() } as const;
	const stored = previous === null ? await insertResource(env, row) : await replaceResource(env, { ...row, previous });
	forgetResource(id, "store", name);
	if (stored !== null) return stored;
	const message = `attaching a store: found another write to ${name} at the same time, or ${LIMITS.resourcesPerTenant} stores, wanted neither`;
	throw new Refusal("conflict", message, { hint: "Send it again; if it stays, detach stores that are not used." });
};

const storeOf = (row: ResourceRow): Store => {
	const { kind, binding, queries, warnings } = StoreDescription.parse(JSON.parse(row.description));
	const { id, name, version, createdAtMs, updatedAtMs } = row;
	return { id, name, version, kind, binding, queries, warnings, createdAtMs, updatedAtMs };
};
