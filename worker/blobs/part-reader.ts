/** A body in pieces. */
export interface PartReader {
	/** A piece of so many bytes, or of the fewer that are left. Good until the next one is asked for: all lie in the same memory. */
	next(bytes: number): Promise<{ readonly part: Uint8Array; readonly isLast: boolean }>;
	cancel(): Promise<void>;
}

/**
 * Reads a body in pieces of at most `partBytes` and holds one at a time. A body that comes from the network is read straight into that memory: fresh memory for
 * every chunk of it would lie about until the collector comes, which is as much as the body for all but the largest.
 */
export const readParts = (body: ReadableStream<Uint8Array>, partBytes: number): PartReader => {
	const reader = byteReader(body);
	return reader === null ? readChunks(body.getReader(), partBytes) : readBytes(reader, partBytes);
};

/** Null for a stream that was made of values. */
const byteReader = (body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null => {
	try {
		return body.getReader({ mode: "byob" });
	} catch {
		return null;
	}
};

const readBytes = (reader: ReadableStreamBYOBReader, partBytes: number): PartReader => {
	let memory = new ArrayBuffer(partBytes);
	return {
		next: async (bytes) => {
			const { value } = await reader.readAtLeast(bytes, new Uint8Array(memory, 0, bytes));
			if (value === undefined) return { part: new Uint8Array(0), isLast: true };
			memory = value.buffer;
			return { part: value, isLast: value.byteLength < bytes };
		},
		cancel: () => reader.cancel(),
	};
};

const readChunks = (reader: ReadableStreamDefaultReader<Uint8Array>, partBytes: number): PartReader => {
	const memory = new Uint8Array(partBytes);
	let rest: Uint8Array = new Uint8Array(0);
	return {
		next: async (bytes) => {
			let length = 0;
			while (length < bytes) {
				if (rest.byteLength === 0) {
					const { done, value } = await reader.read();
					if (done) return { part: memory.subarray(0, length), isLast: true };
					rest = value;
				}
				const taken = rest.subarray(0, bytes - length);
				memory.set(taken, length);
				length += taken.byteLength;
				rest = rest.subarray(taken.byteLength);
			}
			return { part: memory.subarray(0, length), isLast: false };
		},
		cancel: () => reader.cancel(),
	};
};
