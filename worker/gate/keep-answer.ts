import { LIMITS } from "../../contract/limits.ts";
import { answerKey } from "../blobs/blob-keys.ts";
import type { Env } from "../env.ts";
import { errorText } from "../executor/answer-text.ts";
import type { Authority } from "./attempt-token.ts";

/** An answer as the journal takes it (agents/object/call-rows, KeptAnswer): short ones whole, long ones as a key of the store. */
export interface Kept {
	readonly text: string | null;
	readonly key: string | null;
}

const TYPE = "application/json";

/**
 * Puts a long answer into the store before the object is told of it. One that the store does not take becomes an error: the program must never get what a
 * second execution could not be given.
 * @returns what the journal takes, and the text that the program gets
 */
export const keepAnswer = async (
	env: Pick<Env, "BLOBS">,
	{ tenantId, runId }: Authority,
	callId: string,
	text: string,
): Promise<{ kept: Kept; text: string }> => {
	if (text.length <= LIMITS.journalAnswerBytes) return { kept: { text, key: null }, text };
	const key = answerKey(tenantId, runId, callId);
	try {
		await env.BLOBS.put(key, text, { httpMetadata: { contentType: TYPE } });
		return { kept: { text: null, key }, text };
	} catch {
		const lost = errorText("internal", "Answering a call: its answer is large and could not be kept");
		return { kept: { text: lost, key: null }, text: lost };
	}
};

/** What the store has of a recorded answer. */
export const readKept = async (env: Pick<Env, "BLOBS">, key: string): Promise<string | null> =>
	(await (await env.BLOBS.get(key))?.text()) ?? null;
