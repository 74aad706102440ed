import { type Dataset, DatasetDescription } from "../../contract/datasets.ts";
import type { ResourceRow } from "../resources/resource-store.ts";

/** What is stored of a dataset that has no data yet. */
export const EMPTY_DESCRIPTION: DatasetDescription = { content: null, previousKey: null };

export const readDescription = (row: Pick<ResourceRow, "description">): DatasetDescription =>
	DatasetDescription.parse(JSON.parse(row.description));

/** A dataset as its tenant sees it: nothing of where it lies. */
export const datasetOf = (row: ResourceRow): Dataset => {
	const { content, labels } = readDescription(row);
	return {
		id: row.id,
		name: row.name,
		version: row.version,
		bytes: content?.bytes ?? 0,
		tables: content?.tables ?? [],
		labels: labels ?? [],
		createdAtMs: row.createdAtMs,
		updatedAtMs: row.updatedAtMs,
	};
};
