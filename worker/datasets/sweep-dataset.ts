import { LIMITS } from "../../contract/limits.ts";
import { datasetPrefix } from "../blobs/blob-keys.ts";
import type { Env } from "../env.ts";

/** Blobs looked at in one sweep: more than a dataset can gather between two. */
const LISTED = 1_000;

/**
 * Removes what lies in a dataset's folder and has no name: uploads and drafts that a crash left behind. What is younger than LIMITS.datasetKeepMs may
 * still be under way and stays.
 */
export const sweepDataset = async (
	env: Pick<Env, "BLOBS">,
	tenantId: string,
	resourceId: string,
	kept: readonly (string | null | undefined)[],
	nowMs: number,
): Promise<void> => {
	const { objects } = await env.BLOBS.list({ prefix: datasetPrefix(tenantId, resourceId), limit: LISTED });
	const gone = objects.filter(({ key, uploaded }) => !kept.includes(key) && nowMs - uploaded.getTime() > LIMITS.datasetKeepMs);
	if (gone.length > 0) await env.BLOBS.delete(gone.map(({ key }) => key));
};

/** Removes all that lies in a dataset's folder, when the dataset is gone. */
export const clearDataset = async (env: Pick<Env, "BLOBS">, tenantId: string, resourceId: string): Promise<void> => {
	for (;;) {
		const { objects, truncated } = await env.BLOBS.list({ prefix: datasetPrefix(tenantId, resourceId), limit: LISTED });
		if (objects.length > 0) await env.BLOBS.delete(objects.map(({ key }) => key));
		if (!truncated) return;
	}
};
