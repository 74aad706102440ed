import type { Deadline } from "./deadline.ts";
import { takeChunks } from "./take-chunks.ts";

export type BodyReading = { kind: "read"; bytes: Uint8Array } | { kind: "too_large" } | { kind: "late" } | { kind: "broken" };

const NO_BYTES = new Uint8Array(0);

const FIRST_BYTES = 16 * 1024;

/**
 * Reads a body as it is decoded, so that a small bomb counts as what it becomes. Stops with the first chunk that passes the limit. Chunks are copied
 * into one growing buffer: what is held is bounded by bytes, not by how finely the far side cuts them.
 */
export const readBody = async (response: Pick<Response, "body">, maxBytes: number, deadline: Deadline): Promise<BodyReading> => {
	if (response.body === null) return { kind: "read", bytes: NO_BYTES };
	let buffer = new Uint8Array(Math.min(FIRST_BYTES, maxBytes));
	let length = 0;
	const how = await takeChunks(response.body, deadline, (chunk) => {
		if (length + chunk.length > maxBytes) return false;
		buffer = withRoom(buffer, length + chunk.length, maxBytes);
		buffer.set(chunk, length);
		length += chunk.length;
		return true;
	});
	if (how === "whole") return { kind: "read", bytes: buffer.subarray(0, length) };
	return { kind: how === "enough" ? "too_large" : how };
};

const withRoom = (buffer: Uint8Array<ArrayBuffer>, length: number, maxBytes: number): Uint8Array<ArrayBuffer> => {
	if (length <= buffer.length) return buffer;
	const larger = new Uint8Array(Math.min(maxBytes, Math.max(length, buffer.length * 2)));
	larger.set(buffer);
	return larger;
};

/** Lets go of a body that nobody wants. Never waits for it. */
export const dropBody = (response: Response): void => {
	response.body?.cancel().catch(() => undefined);
};
