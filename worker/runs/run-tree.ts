import { LIMITS } from "../../contract/limits.ts";
import type { Run, RunSummary, RunTree } from "../../contract/runs.ts";
import type { Env } from "../env.ts";
import { listArchivedTree } from "../ledger/archived-tree.ts";

/**
 * A run with all below it, each after the one that started it. The run itself is as it is now; those below it as the archive has them, which is late by a moment.
 * A tree that is larger than one answer is told as far as it goes, oldest first.
 */
export const runTree = async (env: Env, tenantId: string, run: Run): Promise<RunTree> => {
	const archived = await listArchivedTree(env.DB, tenantId, run.root ?? run.id, LIMITS.treeRuns + 1);
	const nodes = [nodeOf(run, 0)];
	const depths = new Map([[run.id, 0]]);
	// Ids are in the order of time, and a run is younger than the one that started it; of one millisecond it may be told before it.
	let rest = archived.filter((summary) => summary.id !== run.id);
	for (let before = -1; before !== rest.length; ) {
		before = rest.length;
		rest = rest.filter((summary) => {
			const depth = depths.get(summary.parent?.run ?? "");
			if (depth === undefined) return true;
			depths.set(summary.id, depth + 1);
			nodes.push(nodeOf(summary, depth + 1));
			return false;
		});
	}
	return { root: run.root ?? run.id, data: nodes.slice(0, LIMITS.treeRuns), truncated: archived.length > LIMITS.treeRuns };
};

const nodeOf = (
	{ id, agent, status, parent, createdAtMs, endedAtMs, usage, lent }: RunSummary,
	depth: number,
): RunTree["data"][number] => ({
	...{ id, agent, status, depth },
	parent: parent?.run ?? null,
	call: parent?.call ?? null,
	...{ usage, lent, createdAtMs, endedAtMs },
});
