import { LIMITS } from "../../contract/limits.ts";
import { encodeValue } from "../../contract/tagged-json.ts";
import type { GateAnswer, GateFrame } from "../executor/protocol.ts";

/** What work in parts may do with its answer. */
export interface StreamEnds {
	emit(value: unknown): Promise<void>;
	/** Aborts when nobody reads any more. */
	readonly unread: AbortSignal;
}

/**
 * An answer that goes out while the work goes on: lines of JSON, each a GateFrame, the last one the GateAnswer that the work ended with. A part waits
 * until the one before it was taken, so that a slow reader holds the work up and no memory.
 * @param work never rejects.
 */
export const streamAnswer = (
	work: (ends: StreamEnds) => Promise<GateAnswer>,
): { readonly frames: ReadableStream<Uint8Array>; readonly ended: Promise<void> } => {
	const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
	const writer = writable.getWriter();
	const unread = new AbortController();
	writer.closed.catch(() => unread.abort());
	const send = async (frame: GateFrame): Promise<void> => {
		await writer.write(new TextEncoder().encode(`${JSON.stringify(frame)}\n`));
	};
	const emit = async (value: unknown): Promise<void> => {
		const encoded = encodeValue(value, { bytes: LIMITS.streamFrameBytes });
		if (encoded.kind === "refused") throw new Error(`Sending a part: ${encoded.message}`);
		await send({ kind: "part", value: encoded.text });
	};
	const run = async (): Promise<void> => {
		const answer = await work({ emit, unread: unread.signal });
		try {
			await send(answer);
			await writer.close();
		} catch {
			// Nobody reads any more; what happened is recorded.
		}
	};
	return { frames: readable, ended: run() };
};
