import type { DatasetDescription, DatasetTables } from "../../contract/datasets.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { forgetResource } from "../resources/known-resources.ts";
import { findResource, type ResourceRow, replaceResource } from "../resources/resource-store.ts";
import { readDescription } from "./dataset-description.ts";
import { sweepDataset } from "./sweep-dataset.ts";

/** New content of a dataset, whose bytes lie in the store already. */
export interface NewContent {
	readonly tenantId: string;
	readonly name: string;
	/** Of the dataset that was read: one that was removed and made again under its name is another. */
	readonly resourceId: string;
	/** The version that the content was made from. */
	readonly previous: number;
	readonly content: { readonly key: string; readonly bytes: number; readonly tables: DatasetTables };
	/** Of the run that has written it; they stay with the dataset, since nobody can tell which rows they are about. Left out: none. */
	readonly labels?: DatasetDescription["labels"];
}

export type Committing = { kind: "committed"; row: ResourceRow } | { kind: "refused"; why: string };

/** Every so many versions the dataset's folder is searched for what crashes left behind. */
const SWEEP_VERSIONS = 16;

/**
 * Makes content the dataset's next version, if the dataset is still at the version that it was made from: one statement decides among any number of
 * writers. What was current before stays readable until the version after. If this dies midway, the old version is there whole and the new bytes are
 * removed by a later sweep.
 */
export const commitContent = async (env: Env, given: NewContent): Promise<Committing> => {
	const { tenantId, name, previous } = given;
	const before = await findResource(env, tenantId, "dataset", name);
	if (before === null || before.id !== given.resourceId || before.version !== previous) return another;
	const old = readDescription(before);
	const labels = [...new Set([...(old.labels ?? []), ...(given.labels ?? [])])];
	const description: DatasetDescription = { content: withTypes(given.content, old), previousKey: old.content?.key ?? null, labels };
	const text = JSON.stringify(description);
	if (new TextEncoder().encode(text).byteLength > LIMITS.resourceBytes)
		return { kind: "refused", why: `the names of its tables and columns take more than ${LIMITS.resourceBytes} bytes` };
	const row = await replaceResource(env, { tenantId, kind: "dataset", name, description: text, previous, nowMs: Date.now() });
	forgetResource(tenantId, "dataset", name);
	if (row === null) return another;
	if (old.previousKey !== null) await env.BLOBS.delete(old.previousKey);
	if (row.version % SWEEP_VERSIONS === 0) await sweepDataset(env, tenantId, row.id, [given.content.key, old.content?.key], Date.now());
	return { kind: "committed", row };
};

const another: Committing = { kind: "refused", why: "it was written to by somebody else meanwhile" };

/** Columns whose type is not told have the type that they had. */
const withTypes = (content: NewContent["content"], old: DatasetDescription): NewContent["content"] => {
	const known = new Map(
		(old.content?.tables ?? []).flatMap(({ name, columns }) => columns.map((column) => [`${name}\0${column.name}`, column.type])),
	);
	const tables = content.tables.map((table) => ({
		...table,
		columns: table.columns.map(({ name, type }) => ({ name, type: type === "" ? (known.get(`${table.name}\0${name}`) ?? "") : type })),
	}));
	return { ...content, tables };
};
