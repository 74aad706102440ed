import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { type Model, ModelDescription, type PutModel } from "../../contract/models.ts";
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
import { readOpenBaseUrl } from "../verbs/ai-complete/base-url.ts";

export const modelHandlers: Handlers<"putModel" | "listModels" | "getModel" | "deleteModel"> = {
	async putModel({ env, caller, params, body }) {
		checkBaseUrls(body, env);
		return { status: 200, body: modelOf(await putModel(env, caller.tenantId, params.name, body)) };
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
		const removed = await removeResource(env, caller.tenantId, "model", params.name);
		forgetResource(caller.tenantId, "model", params.name);
		return { status: 200, body: modelOf(found(removed, params.name)) };
	},
};

const found = (row: ResourceRow | null, name: string): ResourceRow => {
	if (row !== null) return row;
	throw new Refusal("not_found", `reading a model: found none named ${name}, wanted a model of the tenant`);
};

/** The same check as before each call, so that a route which no call could ask is not taken. */
const checkBaseUrls = (body: PutModel, env: Env): void => {
	const opened = new Set((env.DEVELOPMENT_HOSTS ?? "").split(",").map((host) => host.trim()));
	for (const [index, route] of body.routes.entries()) {
		const reading = readOpenBaseUrl(route, opened);
		if (reading.kind === "url") continue;
		const path = `routes[${index}].baseUrl`;
		throw new Refusal("invalid_request", `naming a model: ${path}: found a URL that is refused: ${reading.why}`, {
			details: { issues: [{ path, wanted: "an https URL of a public host, without name, password, query and fragment" }] },
		});
	}
};

/** @throws Refusal `conflict` when another write came between, or when the tenant has LIMITS.resourcesPerTenant models */
const putModel = async (env: Env, tenantId: string, name: string, body: PutModel): Promise<ResourceRow> => {
	const previous = (await findResource(env, tenantId, "model", name))?.version ?? null;
	const row = { tenantId, kind: "model", name, description: JSON.stringify({ routes: body.routes }), nowMs: Date.now() } as const;
	const stored = previous === null ? await insertResource(env, row) : await replaceResource(env, { ...row, previous });
	forgetResource(tenantId, "model", name);
	if (stored !== null) return stored;
	const message = `naming a model: found another write to ${name} at the same time, or ${LIMITS.resourcesPerTenant} models, wanted neither`;
	throw new Refusal("conflict", message, { hint: "Send it again; if it stays, delete models that are not used." });
};

const modelOf = (row: ResourceRow): Model => ({
	id: row.id,
	name: row.name,
	version: row.version,
	routes: ModelDescription.parse(JSON.parse(row.description)).routes,
	createdAtMs: row.createdAtMs,
	updatedAtMs: row.updatedAtMs,
});
