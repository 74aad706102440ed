import { LIMITS } from "../../contract/limits.ts";
import { type PartReader, readParts } from "./part-reader.ts";

/** `too_large`: the body has more than `mostBytes`; nothing of it is kept. */
export type Writing = { kind: "written"; bytes: number } | { kind: "too_large" };

/**
 * Writes a body of unknown length under a key, holding one part of it at a time. What is there under the key is replaced only by a whole body.
 * @throws what reading the body throws; nothing of it is kept then.
 */
export const writeBlob = async (
	bucket: R2Bucket,
	key: string,
	body: ReadableStream<Uint8Array>,
	as: { type: string; mostBytes: number },
): Promise<Writing> => {
	const options = { httpMetadata: { contentType: as.type } };
	const reader = readParts(body, LIMITS.contentPartBytes);
	const parts = new Parts(reader, as.mostBytes);
	try {
		const first = await parts.next();
		if (parts.isOver) return await giveUp(reader);
		if (parts.isLast) {
			await bucket.put(key, first, options);
			return { kind: "written", bytes: parts.bytes };
		}
		const upload = await bucket.createMultipartUpload(key, options);
		try {
			const uploaded = [await upload.uploadPart(1, first)];
			while (!parts.isLast && !parts.isOver) {
				const part = await parts.next();
				if (parts.isOver) break;
				if (part.byteLength > 0) uploaded.push(await upload.uploadPart(uploaded.length + 1, part));
			}
			if (!parts.isOver) {
				await upload.complete(uploaded);
				return { kind: "written", bytes: parts.bytes };
			}
		} catch (error) {
			await upload.abort();
			throw error;
		}
		await upload.abort();
		return await giveUp(reader);
	} catch (error) {
		// Nobody waits for the sender to notice.
		reader.cancel().catch(() => {});
		throw error;
	}
};

const giveUp = async (reader: PartReader): Promise<Writing> => {
	reader.cancel().catch(() => {});
	return { kind: "too_large" };
};

/** A body in parts of LIMITS.contentPartBytes, counted. */
class Parts {
	bytes = 0;
	isLast = false;
	isOver = false;
	readonly #reader: PartReader;
	readonly #mostBytes: number;

	constructor(reader: PartReader, mostBytes: number) {
		this.#reader = reader;
		this.#mostBytes = mostBytes;
	}

	/** Good until the next one is asked for. */
	async next(): Promise<Uint8Array> {
		// One byte more than there may be tells that there are more.
		const { part, isLast } = await this.#reader.next(Math.min(LIMITS.contentPartBytes, this.#mostBytes + 1 - this.bytes));
		this.isLast = isLast;
		this.bytes += part.byteLength;
		this.isOver = this.bytes > this.#mostBytes;
		return part;
	}
}
