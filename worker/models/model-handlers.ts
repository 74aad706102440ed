import { Refusal } from "../../contract/errors.ts";
import { type Model, ModelDescription, type PutModel } from "../../contract/models.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import { wayOut } from "../egress/way-out.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { dropResource, putResource } from "../resources/put-resource.ts";
import { findResource, type ResourceRow, selectResources } from "../resources/resource-store.ts";
import { readOpenBaseUrl } from "../verbs/ai-complete/base-url.ts";

export const modelHandlers: Handlers<"putModel" | "listModels" | "getModel" | "deleteModel"> = {
	async putModel({ env, caller, params, body }) {
		checkBaseUrls(body, env);
		const { routes } = body;
		const resource = { tenantId: caller.tenantId, kind: "model", name: params.name, description: { routes }, previous: null } as const;
		return { status: 200, body: modelOf(await putResource(env, resource, { action: "naming a model", several: "models" })) };
	},

	async listModels({ env, caller, query }) {
		const rows = await selectResources(env, caller.tenantId, "model", readCursor(query.cursor), query.limit + 1);
		const page = pageFrom(rows, query.limit);
		return { status: 200, body: { ...page, data: page.data.map(modelOf) } };
	},

	async getModel({ env, caller, params }) {
		return { status: 200, body: modelOf(found(await findResource(env, caller.tenantId, "model", params.name), params.name)) };
	},

	async deleteModel({ env, caller, params }) {
		const removed = await dropResource(env, caller.tenantId, "model", params.name);
		return { status: 200, body: modelOf(found(removed, params.name)) };
	},
};

const found = (row: ResourceRow | null, name: string): ResourceRow => {
	if (row !== null) return row;
	throw new Refusal("not_found", `reading a model: found none named ${name}, wanted a model of the tenant`);
};

/** The same check as before each call, so that a route which no call could ask is not taken. */
const checkBaseUrls = (body: PutModel, env: Env): void => {
	const { developmentHosts } = wayOut(env);
	for (const [index, route] of body.routes.entries()) {
		const reading = readOpenBaseUrl(route, developmentHosts);
		if (reading.kind === "url") continue;
		const path = `routes[${index}].baseUrl`;
		throw new Refusal("invalid_request", `naming a model: ${path}: found a URL that is refused: ${reading.why}`, {
			details: { issues: [{ path, wanted: "an https URL of a public host, without name, password, query and fragment" }] },
		});
	}
};

const modelOf = (row: ResourceRow): Model => ({
	id: row.id,
	name: row.name,
	version: row.version,
	routes: ModelDescription.parse(JSON.parse(row.description)).routes,
	createdAtMs: row.createdAtMs,
	updatedAtMs: row.updatedAtMs,
});
