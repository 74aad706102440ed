import { type AgentEntry, agentObject } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import { archivedBlob } from "../ledger/read-archive.ts";

/** The bytes of a run's file: from its agent's object, from the store of blobs, or, when the object has forgotten the run, from where the archive says; null when there is none. */
export const runFileBody = async (
	env: Env,
	entry: AgentEntry,
	runId: string,
	path: string,
): Promise<ReadableStream | Uint8Array | null> => {
	const found = await agentObject(env, entry).findFile(runId, path);
	if (found?.kind === "bytes") return found.bytes;
	const key = found?.key ?? (await archivedBlob(env.DB, entry.tenantId, runId, path));
	return key === null ? null : ((await env.BLOBS.get(key))?.body ?? null);
};
