import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Arrival } from "./arriving-bodies.ts";
import { brokenBody } from "./broken-body.ts";
import { shownText } from "./shown-text.ts";

/**
 * Reads a body whole, counting its bytes while they come: never more than `mostBytes` and one chunk are held, whatever the headers said.
 * @param arrival takes room for what comes, and may be given up
 * @throws Refusal `payload_too_large`, `invalid_request`, `rate_limited` when it was given up or finds no room
 */
export const collectBytes = async (
	label: string,
	stream: ReadableStream<Uint8Array> | null,
	mostBytes: number,
	arrival: Pick<Arrival, "givenUp" | "hold"> | null = null,
): Promise<Uint8Array<ArrayBuffer>> => {
	const chunks: Uint8Array[] = [];
	let length = 0;
	const reader = stream?.getReader();
	const deadlineMs = Date.now() + LIMITS.bodyArrivalMs;
	while (reader) {
		const { done, value } = await readBefore(label, reader, deadlineMs, arrival?.givenUp ?? null);
		if (done) break;
		length += value.length;
		const isTooLarge = length > mostBytes;
		if (isTooLarge || arrival?.hold(value.length) === false) {
			// Nobody waits for the sender to notice.
			reader.cancel().catch(() => {});
			throw isTooLarge ? tooLarge(label, mostBytes) : tooMany(label);
		}
		chunks.push(value);
	}
	const bytes = new Uint8Array(length);
	let offset = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, offset);
		offset += chunk.length;
	}
	return bytes;
};

/** The next chunk, if it comes in time. @throws Refusal `invalid_request` when it does not, or what comes is no body */
const readBefore = async (
	label: string,
	reader: ReadableStreamDefaultReader<Uint8Array>,
	deadlineMs: number,
	givenUp: AbortSignal | null,
): Promise<ReadableStreamReadResult<Uint8Array>> => {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let end = (): void => {};
	const late = new Promise<null>((resolve) => {
		end = () => resolve(null);
		timer = setTimeout(end, Math.max(0, deadlineMs - Date.now()));
		givenUp?.addEventListener("abort", end);
		// Given up between two chunks, it says so to nobody who comes to listen after.
		if (givenUp?.aborted === true) end();
	});
	try {
		// Reading fails when the connection ends before the body, or its chunks are none: the client's doing either way.
		const read = await Promise.race([reader.read().catch(() => "broken" as const), late]);
		if (read === "broken") throw brokenBody(label);
		if (read !== null) return read;
		reader.cancel().catch(() => {});
		if (givenUp?.aborted === true) throw tooMany(label);
		throw new Refusal(
			"invalid_request",
			`${label}: found a body that had not arrived after ${LIMITS.bodyArrivalMs} ms, wanted all of it by then`,
		);
	} finally {
		clearTimeout(timer);
		givenUp?.removeEventListener("abort", end);
	}
};

/** A body for which there is no room beside those that arrive. */
const tooMany = (label: string): Refusal =>
	new Refusal("rate_limited", `${label}: found more bodies arriving than are held at once, wanted fewer, or one that arrives sooner`, {
		details: { retryAfterSeconds: 1 },
	});

export const tooLarge = (label: string, mostBytes: number): Refusal =>
	new Refusal("payload_too_large", `${label}: found a body of more than ${mostBytes} bytes, wanted at most that`);

/** @throws Refusal `unsupported_media_type` */
export const refuseCompressed = (label: string, headers: Headers): void => {
	const encoding = headers.get("content-encoding");
	if (encoding === null || encoding.toLowerCase() === "identity") return;
	const found = `Content-Encoding "${shownText(encoding)}"`;
	throw new Refusal("unsupported_media_type", `${label}: found ${found}, wanted a body that is not compressed`);
};
