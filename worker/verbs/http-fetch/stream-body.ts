import type { Deadline } from "./deadline.ts";
import type { RedactingStream, Redactor } from "./redact-secret.ts";

const NO_BYTES = new Uint8Array(0);

export type BodyEnd = { kind: "ended"; bytes: number } | { kind: "too_large" } | { kind: "late" } | { kind: "broken" };

/**
 * Gives a body on in parts as it comes, redacted and counted as it is decoded; stops with the first part that passes the limit.
 * @param take resolves when the next part may come; what it throws ends the body and passes through.
 */
export const streamBody = async (
	body: ReadableStream<Uint8Array>,
	maxBytes: number,
	redactor: Redactor,
	deadline: Deadline,
	take: (part: Uint8Array) => Promise<void>,
): Promise<BodyEnd> => {
	const reader = body.getReader();
	try {
		const end = await passOn(reader, maxBytes, redactor.stream(), deadline, take);
		if (end.kind !== "ended") reader.cancel().catch(() => undefined);
		return end;
	} catch (cause) {
		reader.cancel().catch(() => undefined);
		throw cause;
	}
};

const passOn = async (
	reader: ReadableStreamDefaultReader<Uint8Array>,
	maxBytes: number,
	redaction: RedactingStream | null,
	deadline: Deadline,
	take: (part: Uint8Array) => Promise<void>,
): Promise<BodyEnd> => {
	let readBytes = 0;
	let bytes = 0;
	for (;;) {
		const next = await readNext(reader, deadline);
		if (next.kind !== "chunk" && next.kind !== "end") return next;
		if (next.kind === "chunk") readBytes += next.chunk.length;
		if (readBytes > maxBytes) return { kind: "too_large" };
		const part = next.kind === "end" ? (redaction?.end() ?? NO_BYTES) : (redaction?.next(next.chunk) ?? next.chunk);
		bytes += part.length;
		// The mark may be longer than what it stands for.
		if (bytes > maxBytes) return { kind: "too_large" };
		if (part.length > 0 && (await deadline.race(take(part))).kind === "late") return { kind: "late" };
		if (next.kind === "end") return { kind: "ended", bytes };
	}
};

type Next = { kind: "chunk"; chunk: Uint8Array } | { kind: "end" } | { kind: "late" } | { kind: "broken" };

const readNext = async (reader: ReadableStreamDefaultReader<Uint8Array>, deadline: Deadline): Promise<Next> => {
	try {
		const read = await deadline.race(reader.read());
		if (read.kind === "late") return read;
		if (read.value.done) return { kind: "end" };
		const chunk: unknown = read.value.value;
		return chunk instanceof Uint8Array ? { kind: "chunk", chunk } : { kind: "broken" };
	} catch {
		return { kind: "broken" };
	}
};
