import type { Deadline } from "../http-fetch/deadline.ts";
import { timedOut, tooLarge, unreachable } from "./tool-failure.ts";

/**
 * A body part by part, as it is decoded, until its end, the bound or the deadline. Lets go of the body when the reader leaves early.
 * @throws ToolFailure
 */
export async function* answerParts(response: Response, maxBytes: number, deadline: Deadline): AsyncGenerator<Uint8Array, void> {
	if (response.body === null) return;
	const reader = response.body.getReader();
	let bytes = 0;
	try {
		for (;;) {
			const next = await deadline.race(reader.read()).catch(() => {
				throw unreachable();
			});
			if (next.kind === "late") throw timedOut();
			if (next.value.done) return;
			const part: unknown = next.value.value;
			if (!(part instanceof Uint8Array)) throw unreachable();
			bytes += part.length;
			if (bytes > maxBytes) throw tooLarge(maxBytes);
			yield part;
		}
	} finally {
		reader.cancel().catch(() => undefined);
	}
}

const FIRST_BYTES = 16 * 1024;

/** A whole body, in one growing buffer: what is held is bounded by bytes, not by how finely the far side cuts them. @throws ToolFailure */
export const wholeAnswer = async (response: Response, maxBytes: number, deadline: Deadline): Promise<Uint8Array> => {
	let buffer = new Uint8Array(Math.min(FIRST_BYTES, maxBytes));
	let length = 0;
	for await (const part of answerParts(response, maxBytes, deadline)) {
		if (length + part.length > buffer.length) {
			const larger = new Uint8Array(Math.min(maxBytes, Math.max(length + part.length, buffer.length * 2)));
			larger.set(buffer);
			buffer = larger;
		}
		buffer.set(part, length);
		length += part.length;
	}
	return buffer.subarray(0, length);
};
