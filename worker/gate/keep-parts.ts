import { LIMITS } from "../../contract/limits.ts";
import { writeBlob } from "../blobs/write-blob.ts";
import type { Env } from "../env.ts";
import type { Kept } from "./keep-answer.ts";

const TYPE = "application/x-ndjson";

/** The lines of a streamed answer, for the journal: few are held, many go to the store while they come. */
export interface KeptParts {
	/** Waits until the store has room. Never rejects. */
	add(line: string): Promise<void>;
	/** When the first line came, epoch milliseconds; null: none has. */
	firstAtMs(): number | null;
	/** @param last the line that ends the stream. Null: the parts were too many to keep, or the store failed */
	end(last: string): Promise<Kept | null>;
}

export const keepParts = (env: Pick<Env, "BLOBS">, key: string): KeptParts => {
	let held = "";
	let spill: { writer: WritableStreamDefaultWriter<Uint8Array>; written: Promise<boolean> } | null = null;
	let isLost = false;
	let firstAtMs: number | null = null;
	const encoder = new TextEncoder();
	const open = (): NonNullable<typeof spill> => {
		const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
		const bounds = { type: TYPE, mostBytes: LIMITS.contentBytes * 2 };
		const written = writeBlob(env.BLOBS, key, readable, bounds).then(
			(end) => end.kind !== "too_large",
			() => false,
		);
		return { writer: writable.getWriter(), written };
	};
	const write = async (text: string): Promise<void> => {
		spill ??= open();
		try {
			await spill.writer.write(encoder.encode(text));
		} catch {
			isLost = true;
		}
	};
	return {
		firstAtMs: () => firstAtMs,
		add: async (line) => {
			firstAtMs ??= Date.now();
			if (isLost) return;
			held += line;
			if (held.length <= LIMITS.journalAnswerBytes) return;
			const text = held;
			held = "";
			await write(text);
		},
		end: async (last) => {
			if (spill === null) return { text: held + last, key: null };
			if (held !== "") await write(held);
			await spill.writer.close().catch(() => {
				isLost = true;
			});
			return (await spill.written) && !isLost ? { text: last, key } : null;
		},
	};
};
