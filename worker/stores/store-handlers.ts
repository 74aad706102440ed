import { Refusal } from "../../contract/errors.ts";
import { type Store, StoreDescription } from "../../contract/stores.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { dropResource, putResource } from "../resources/put-resource.ts";
import { type ResourceRow, selectResources } from "../resources/resource-store.ts";
import { findTenant } from "../tenants/tenant-store.ts";
import { inspectStore } from "./inspect-store.ts";

export const storeHandlers: Handlers<"putStore" | "listStores" | "deleteStore"> = {
	async putStore({ env, params, body }) {
		await findOwner(env, params.id);
		const warnings = await inspectStore(env, body);
		const description = StoreDescription.parse({ ...body, queries: body.queries ?? {}, warnings });
		const resource = { tenantId: params.id, kind: "store", name: params.name, description, previous: null } as const;
		return { status: 200, body: storeOf(await putResource(env, resource, { action: "attaching a store", several: "stores" })) };
	},

	async listStores({ env, params, query }) {
		await findOwner(env, params.id);
		const rows = await selectResources(env, params.id, "store", readCursor(query.cursor), query.limit + 1);
		const page = pageFrom(rows, query.limit);
		return { status: 200, body: { ...page, data: page.data.map(storeOf) } };
	},

	async deleteStore({ env, params }) {
		await findOwner(env, params.id);
		const removed = await dropResource(env, params.id, "store", params.name);
		if (removed !== null) return { status: 200, body: storeOf(removed) };
		throw new Refusal("not_found", `detaching a store: found none named ${params.name}, wanted a store of the tenant`);
	},
};

const findOwner = async (env: Env, id: string): Promise<void> => {
	if ((await findTenant(env, id)) === null) throw new Refusal("not_found", "finding a tenant: found none of this id, wanted a tenant");
};

const storeOf = (row: ResourceRow): Store => {
	const { kind, binding, queries, warnings } = StoreDescription.parse(JSON.parse(row.description));
	const { id, name, version, createdAtMs, updatedAtMs } = row;
	return { id, name, version, kind, binding, queries, warnings, createdAtMs, updatedAtMs };
};
