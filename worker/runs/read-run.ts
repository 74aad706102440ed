import { locatorOf } from "../../contract/ids.ts";
import type { Run } from "../../contract/runs.ts";
import { agentObject, findByLocator } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import { readArchivedRun } from "../ledger/read-archive.ts";
import { storedRecording } from "./replay/stored-recording.ts";

/** A run of the tenant: from its agent's object, which has what is live and recent, else from the archive; null when there is none. */
export const readRun = async (env: Env, tenantId: string, runId: string): Promise<Run | null> => {
	const entry = await findByLocator(env, tenantId, locatorOf(runId));
	if (entry === null) return null;
	const run = await agentObject(env, entry).run(runId);
	if (run !== null) return run;
	const archived = await readArchivedRun(env.DB, tenantId, runId);
	if (archived === null || archived.mode !== "dry" || archived.endedAtMs === null) return archived;
	return { ...archived, plan: (await storedRecording(env, tenantId, runId))?.run.plan ?? null };
};
