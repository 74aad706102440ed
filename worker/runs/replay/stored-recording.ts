import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { encodedJsonBounds } from "../../../contract/tagged-json.ts";
import { Recording } from "../../agents/recording.ts";
import { journalKey } from "../../blobs/blob-keys.ts";
import type { Env } from "../../env.ts";

/** A recording is the host's own text; its deepest part is a result. */
const DEPTH = encodedJsonBounds().depth + 8;

/** The recording that the store has of an ended run; null when it has none, or one that this version does not read. */
export const storedRecording = async (env: Pick<Env, "BLOBS">, tenantId: string, runId: string): Promise<Recording | null> => {
	const stored = await env.BLOBS.get(journalKey(tenantId, runId));
	if (stored === null) return null;
	const read = readBoundedJson(await stored.text(), { depth: DEPTH, nodes: Number.POSITIVE_INFINITY });
	const parsed = Recording.safeParse(read.kind === "value" ? read.value : null);
	return parsed.success ? parsed.data : null;
};
