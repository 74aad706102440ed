import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import { chooseExecutor } from "../executor/choose-executor.ts";
import type { Handlers } from "../handler.ts";
import { forgetResource } from "../resources/known-resources.ts";
import { dropResource } from "../resources/put-resource.ts";
import { findResource, insertResource, type ResourceRow, selectResources } from "../resources/resource-store.ts";
import { datasetOf, EMPTY_DESCRIPTION } from "./dataset-description.ts";
import { importUpload } from "./import-data.ts";
import { clearDataset } from "./sweep-dataset.ts";

type Operations = "createDataset" | "putDatasetData" | "listDatasets" | "getDataset" | "deleteDataset";

export const datasetHandlers: Handlers<Operations> = {
	async createDataset({ env, caller, body }) {
		const description = JSON.stringify(EMPTY_DESCRIPTION);
		const row = await insertResource(env, { tenantId: caller.tenantId, kind: "dataset", name: body.name, description, nowMs: Date.now() });
		forgetResource(caller.tenantId, "dataset", body.name);
		if (row !== null) return { status: 201, body: datasetOf(row) };
		const message = `making a dataset: found one named ${body.name}, or ${LIMITS.resourcesPerTenant} datasets, wanted neither`;
		throw new Refusal("conflict", message, { hint: "Choose another name, or fill the dataset that is there." });
	},

	async putDatasetData({ env, caller, params, query, stream }) {
		const dataset = found(await findResource(env, caller.tenantId, "dataset", params.name), params.name);
		const chosen = chooseExecutor(env);
		if (chosen.kind === "none") throw new Refusal("no_executor", `filling the dataset ${params.name}: ${chosen.why}`);
		const { row, dropped } = await importUpload(env, chosen.executor, { tenantId: caller.tenantId, dataset, query, stream });
		return { status: 200, body: { ...datasetOf(row), dropped } };
	},

	async listDatasets({ env, caller, query }) {
		const rows = await selectResources(env, caller.tenantId, "dataset", readCursor(query.cursor), query.limit + 1);
		const page = pageFrom(rows, query.limit);
		return { status: 200, body: { ...page, data: page.data.map(datasetOf) } };
	},

	async getDataset({ env, caller, params }) {
		return { status: 200, body: datasetOf(found(await findResource(env, caller.tenantId, "dataset", params.name), params.name)) };
	},

	async deleteDataset({ env, caller, params }) {
		const removed = found(await dropResource(env, caller.tenantId, "dataset", params.name), params.name);
		await clearDataset(env, caller.tenantId, removed.id);
		return { status: 200, body: datasetOf(removed) };
	},
};

const found = (row: ResourceRow | null, name: string): ResourceRow => {
	if (row !== null) return row;
	throw new Refusal("not_found", `reading a dataset: found none named ${name}, wanted a dataset of the tenant`);
};
