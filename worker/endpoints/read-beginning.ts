import type { Deadline } from "../verbs/http-fetch/deadline.ts";
import { takeChunks } from "../verbs/http-fetch/take-chunks.ts";

/**
 * The first bytes of a body, as they are decoded; the rest is never taken. Whatever goes wrong ends it: what came until then is answered.
 * @param most how many bytes
 */
export const readBeginning = async (body: ReadableStream | null, most: number, deadline: Deadline): Promise<Uint8Array> => {
	const beginning = new Uint8Array(most);
	let length = 0;
	const take = (chunk: Uint8Array): boolean => {
		const taken = chunk.subarray(0, most - length);
		beginning.set(taken, length);
		length += taken.length;
		return length < most;
	};
	if (body !== null) await takeChunks(body, deadline, take);
	return beginning.subarray(0, length);
};
