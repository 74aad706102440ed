import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";
import type { LintSubject } from "./lint-subject.ts";

const Rows = z.array(z.object({ run: z.string(), grant: z.string().nullable(), decision: z.string().nullable() }));

/** Every run has a row, also one without calls. Calls are read from the index of their run, so many at most. */
const QUERY = `SELECT recent.id AS run, calls.record ->> '$.grant' AS "grant", calls.record ->> '$.decision' AS decision
	FROM (SELECT id FROM runs WHERE tenant_id = ?1 AND agent_id = ?2 ORDER BY id DESC LIMIT ?3) AS recent
	LEFT JOIN calls ON calls.tenant_id = ?1 AND calls.run_id = recent.id LIMIT ?4`;

/**
 * Which grants calls of the agent's newest runs have used, by the ledger in D1 and by what its object still has, which the ledger may get a moment later. Null:
 * there is no run, or there are too many calls to read.
 * @param live runs of the object with the grants that they have used
 */
export const usedGrants = async (
	db: D1Database,
	{ tenantId, agentId }: { tenantId: string; agentId: string },
	live: readonly { readonly run: string; readonly grants: readonly string[] }[],
): Promise<LintSubject["used"]> => {
	const { results } = await db
		.prepare(QUERY)
		.bind(tenantId, agentId, LIMITS.lintRuns, LIMITS.lintCalls + 1)
		.all();
	if (results.length > LIMITS.lintCalls) return null;
	const rows = Rows.parse(results);
	const runs = new Set([...rows.map(({ run }) => run), ...live.map(({ run }) => run)]);
	if (runs.size === 0) return null;
	const archived = rows.flatMap(({ grant, decision }) => (grant === null || decision !== "allowed" ? [] : [grant]));
	return { runs: runs.size, grants: new Set([...archived, ...live.flatMap(({ grants }) => grants)]) };
};
