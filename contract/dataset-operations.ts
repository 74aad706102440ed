import { z } from "zod";
import { Name, PageQuery, pageOf } from "./common.ts";
import { CreateDataset, DATASET_FORMATS, Dataset, DatasetDataQuery, ImportedDataset } from "./datasets.ts";
import { LIMITS } from "./limits.ts";
import { needs, none, type Operation } from "./operation.ts";

const byName = z.strictObject({ name: Name });

/** What `sql.query` may name. */
export const DATASET_OPERATIONS = {
	createDataset: {
		method: "POST",
		path: "/v1/datasets",
		summary: "Make an empty dataset.",
		access: needs("write:datasets"),
		params: none,
		query: none,
		body: CreateDataset,
		answers: { 201: Dataset },
	},
	putDatasetData: {
		method: "PUT",
		path: "/v1/datasets/{name}/data",
		summary: "Fill a dataset, streamed: CSV, JSON lines, XLSX, SQL text or a SQLite database. Becomes a new version whole, or not at all.",
		access: needs("write:datasets"),
		params: byName,
		query: DatasetDataQuery,
		body: null,
		stream: { contentTypes: Object.keys(DATASET_FORMATS), mostBytes: LIMITS.datasetUploadBytes },
		answers: { 200: ImportedDataset },
	},
	listDatasets: {
		method: "GET",
		path: "/v1/datasets",
		summary: "Datasets, newest first.",
		access: needs("read:datasets"),
		params: none,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(Dataset) },
	},
	getDataset: {
		method: "GET",
		path: "/v1/datasets/{name}",
		summary: "One dataset with its tables and columns. Rows are read by programs only.",
		access: needs("read:datasets"),
		params: byName,
		query: none,
		body: null,
		answers: { 200: Dataset },
	},
	deleteDataset: {
		method: "DELETE",
		path: "/v1/datasets/{name}",
		summary: "Forget a dataset and its data. Grants that name it are refused at their next call.",
		access: needs("write:datasets"),
		params: byName,
		query: none,
		body: null,
		answers: { 200: Dataset },
	},
} as const satisfies Record<string, Operation>;
