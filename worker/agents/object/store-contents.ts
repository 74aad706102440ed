import { fileKey } from "../../blobs/blob-keys.ts";
import { sha256Hex } from "../../ledger/chain-call.ts";
import { dropHandles, looseKeys } from "./handle-rows.ts";
import type { ObjectState } from "./object-state.ts";

/**
 * Brings what runs that are over have left where it stays: outputs to the store, and handles that no file keeps out of it. Whatever dies here, the mark
 * stays and it is done again: every step may be repeated.
 */
export const storeContents = async (state: ObjectState, blobs: R2Bucket): Promise<void> => {
	const configuration = state.facts.configuration();
	if (configuration === null) return;
	for (const runId of state.outbox.contents()) {
		const files = state.files(runId, "output");
		for (const { path, blob } of files.stored()) {
			const content = blob === null ? files.read(path) : null;
			if (content === null) continue;
			const key = fileKey(configuration.tenantId, runId, sha256Hex(path));
			await blobs.put(key, content.bytes);
			state.step(() => files.moveToStore(path, key));
		}
		const loose = looseKeys(state, runId);
		if (loose.length > 0) await blobs.delete(loose);
		state.step(() => {
			dropHandles(state, runId);
			state.outbox.clear("contents", runId);
			const row = state.runs.get(runId);
			if (row === null) return;
			state.runs.update(row);
			state.outbox.mark("run", runId);
		});
	}
};
