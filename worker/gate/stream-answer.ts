import { LIMITS } from "../../contract/limits.ts";
import { encodeValue } from "../../contract/tagged-json.ts";
import type { GateFrame } from "../executor/protocol.ts";
import type { KeptParts } from "./keep-parts.ts";

/** What work in parts may do with its answer. */
export interface StreamEnds {
	emit(value: unknown): Promise<void>;
	/** Aborts when nobody reads any more. */
	readonly unread: AbortSignal;
}

/** An answer in parts, on its way: `ended` settles when the call is recorded. */
export interface StreamedAnswer {
	readonly frames: ReadableStream<Uint8Array>;
	readonly ended: Promise<void>;
}

const ENCODER = new TextEncoder();

/**
 * An answer that goes out while the work goes on: lines of JSON, each a GateFrame, the last one the GateAnswer that the work ended with. A part waits
 * until the one before it was taken, so that a slow reader holds the work up and no memory. What is sent is kept for the journal.
 * @param work answers the text of the last line, without its end; never rejects
 */
export const streamAnswer = (parts: KeptParts, work: (ends: StreamEnds) => Promise<string>): StreamedAnswer => {
	const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
	const writer = writable.getWriter();
	const unread = new AbortController();
	writer.closed.catch(() => unread.abort());
	const emit = async (value: unknown): Promise<void> => {
		const encoded = encodeValue(value, { bytes: LIMITS.streamFrameBytes });
		if (encoded.kind === "refused") throw new Error(`Sending a part: ${encoded.message}`);
		const frame: GateFrame = { kind: "part", value: encoded.text, atMs: Date.now() };
		const line = `${JSON.stringify(frame)}\n`;
		await writer.write(ENCODER.encode(line));
		await parts.add(line);
	};
	const run = async (): Promise<void> => {
		const last = await work({ emit, unread: unread.signal });
		try {
			await writer.write(ENCODER.encode(`${last}\n`));
			await writer.close();
		} catch {
			// Nobody reads any more; what happened is recorded.
		}
	};
	return { frames: readable, ended: run() };
};

/** A recorded answer in parts: its lines as they were, the last one stamped. @param parts lines before the last, as text or as the store has them */
export const recordedStream = (parts: string | ReadableStream<Uint8Array>, last: string): StreamedAnswer => {
	const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
	const send = async (): Promise<void> => {
		try {
			if (typeof parts !== "string") await parts.pipeTo(writable, { preventClose: true });
			const writer = writable.getWriter();
			await writer.write(ENCODER.encode(`${typeof parts === "string" ? parts : ""}${last}\n`));
			await writer.close();
		} catch {
			// Nobody reads any more.
		}
	};
	return { frames: readable, ended: send() };
};
