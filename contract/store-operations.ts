import { z } from "zod";
import { Name, PageQuery, pageOf } from "./common.ts";
import { idOf } from "./ids.ts";
import { none, type Operation, operator } from "./operation.ts";
import { PutStore, Store } from "./stores.ts";

const byTenant = z.strictObject({ id: idOf("ten") });
const byStore = z.strictObject({ id: idOf("ten"), name: Name });

/** Databases of the deployment that `sql.query` may name. A binding is the deployment's, so only its operator attaches one. */
export const STORE_OPERATIONS = {
	putStore: {
		method: "PUT",
		path: "/v1/tenants/{id}/stores/{name}",
		summary: "Attach a database of the deployment to a tenant. It is looked at first: a role that may write is refused.",
		access: operator,
		params: byStore,
		query: none,
		body: PutStore,
		answers: { 200: Store },
	},
	listStores: {
		method: "GET",
		path: "/v1/tenants/{id}/stores",
		summary: "Stores of a tenant, newest first.",
		access: operator,
		params: byTenant,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(Store) },
	},
	deleteStore: {
		method: "DELETE",
		path: "/v1/tenants/{id}/stores/{name}",
		summary: "Detach a store. Grants that name it are refused at their next call.",
		access: operator,
		params: byStore,
		query: none,
		body: null,
		answers: { 200: Store },
	},
} as const satisfies Record<string, Operation>;
