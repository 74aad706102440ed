import { z } from "zod";
import { AtMs, Name } from "./common.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { DataLabel } from "./run-terms.ts";

/** A table of a dataset as it was when the dataset was last written. Types are SQLite's, as declared; empty where none is. */
export const DatasetTable = z.strictObject({
	name: z.string(),
	columns: z.array(z.strictObject({ name: z.string(), type: z.string() })).max(LIMITS.sqlColumns),
	rows: z.int().min(0),
});
export type DatasetTable = z.infer<typeof DatasetTable>;

export const DatasetTables = z.array(DatasetTable).max(LIMITS.datasetTables);
export type DatasetTables = z.infer<typeof DatasetTables>;

/** What is stored of a dataset, as JSON. `content` is null until data came. */
export const DatasetDescription = z.object({
	content: z
		.object({
			/** Where the image lies in the store; a key is written once. */
			key: z.string(),
			/** Of the SQLite image. */
			bytes: z.int().min(0),
			tables: DatasetTables,
		})
		.nullable(),
	/** Key of the content before this one: who had begun to read it may end. */
	previousKey: z.string().nullable(),
	/** Labels of the runs that have written into it; they stick to runs that read it. Left out: none. */
	labels: z.array(DataLabel).optional(),
});
export type DatasetDescription = z.infer<typeof DatasetDescription>;

/** A dataset as its tenant sees it. */
export const Dataset = z.strictObject({
	id: idOf("res"),
	name: Name,
	version: z.int().min(1).describe("rises with each write"),
	bytes: z.int().min(0).describe("of the SQLite database; 0 while there is no data"),
	tables: DatasetTables,
	labels: z
		.array(DataLabel)
		.describe(
			"labels of the runs that have written into it, which a run gets that reads it, whatever its grant says; a new dataset has none",
		),
	createdAtMs: AtMs,
	updatedAtMs: AtMs,
});
export type Dataset = z.infer<typeof Dataset>;

/** What an upload answers. */
export const ImportedDataset = Dataset.extend({
	dropped: z.array(z.string()).describe("views, triggers and virtual tables of a given database, which a dataset does not have"),
});

export const CreateDataset = z.strictObject({ name: Name });

/** Media type of an upload -> what the engine reads it as. */
export const DATASET_FORMATS = {
	"text/csv": "csv",
	"application/x-ndjson": "jsonl",
	"application/jsonl": "jsonl",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
	"application/sql": "sql",
	"application/vnd.sqlite3": "sqlite",
} as const;

export const DatasetDataQuery = z.strictObject({
	table: z
		.string()
		.min(1)
		.max(LIMITS.pathChars)
		.optional()
		.describe("csv and JSON lines: the table's name, or the file's name it is made from; left out: the dataset's name"),
	delimiter: z
		.enum(["comma", "semicolon", "tab", "pipe"])
		.optional()
		.describe("csv: what stands between fields; left out: guessed from the header"),
	append: z
		.enum(["true", "false"])
		.default("false")
		.describe("true: add tables to those that are there, under names of their own; false: replace all of them"),
});
export type DatasetDataQuery = z.infer<typeof DatasetDataQuery>;
