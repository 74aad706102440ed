import type { Env } from "../env.ts";
import { knownResource } from "../resources/known-resources.ts";
import { readDescription } from "./dataset-description.ts";

/** How large the images of some datasets are together; what the tenant does not have counts nothing. A moment old, as what an executor makes room for may be. */
export const bytesOfDatasets = async (env: Pick<Env, "DB">, tenantId: string, names: readonly string[]): Promise<number> => {
	const rows = await Promise.all(names.map((name) => knownResource(env, tenantId, "dataset", name)));
	return rows.reduce((bytes, row) => bytes + (row === null ? 0 : (readDescription(row).content?.bytes ?? 0)), 0);
};
