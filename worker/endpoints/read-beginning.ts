import type { Deadline } from "../verbs/http-fetch/deadline.ts";

/**
 * The first bytes of a body, as they are decoded; the rest is never taken. Whatever goes wrong ends it: what came until then is answered.
 * @param most how many bytes
 */
export const readBeginning = async (body: ReadableStream<Uint8Array> | null, most: number, deadline: Deadline): Promise<Uint8Array> => {
	const beginning = new Uint8Array(most);
	if (body === null) return beginning.subarray(0, 0);
	const reader = body.getReader();
	let length = 0;
	try {
		while (length < most) {
			const next = await deadline.race(reader.read());
			if (next.kind === "late" || next.value.done) break;
			const chunk: unknown = next.value.value;
			if (!(chunk instanceof Uint8Array)) break;
			const taken = chunk.subarray(0, most - length);
			beginning.set(taken, length);
			length += taken.length;
		}
	} catch {
		// A connection that breaks: the beginning is all there is.
	}
	reader.cancel().catch(() => undefined);
	return beginning.subarray(0, length);
};
