import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { StreamedBody } from "../../contract/operation.ts";
import type { BodyStream } from "../handler.ts";
import { brokenBody } from "./broken-body.ts";
import { shownText } from "./shown-text.ts";

/**
 * A body that its handler reads as it comes. What its headers say is checked first; then the bytes are counted while they pass, and each must come
 * in time, so that a slow sender holds nothing for long. Reading it rejects with the refusal.
 * @throws Refusal `unsupported_media_type`, `payload_too_large`
 */
export const readStream = (label: string, wanted: StreamedBody, request: Request): BodyStream => {
	const { headers } = request;
	const encoding = headers.get("content-encoding");
	if (encoding !== null && encoding.toLowerCase() !== "identity")
		throw new Refusal(
			"unsupported_media_type",
			`${label}: found Content-Encoding "${shownText(encoding)}", wanted a body that is not compressed`,
		);
	const header = headers.get("content-type") ?? "";
	const contentType = mediaType(header);
	if (!wanted.contentTypes.includes(contentType)) {
		const found = header === "" ? "no Content-Type" : `Content-Type "${shownText(header)}"`;
		throw new Refusal("unsupported_media_type", `${label}: found ${found}, wanted one of ${wanted.contentTypes.join(", ")}`, {
			hint: "Send the data with the media type of its format, not compressed.",
		});
	}
	if (Number(headers.get("content-length") ?? 0) > wanted.mostBytes) throw tooLarge(label, wanted.mostBytes);
	const source = request.body ?? new Blob([]).stream();
	return { contentType, body: counted(label, source, wanted.mostBytes) };
};

/** Without parameters: the bytes are UTF-8 or their own format, whatever a charset says. */
const mediaType = (header: string): string => (header.split(";").at(0) ?? "").trim().toLowerCase();

const counted = (label: string, source: ReadableStream<Uint8Array>, mostBytes: number): ReadableStream<Uint8Array> => {
	const reader = source.getReader();
	const endAtMs = Date.now() + LIMITS.streamArrivalMs;
	let bytes = 0;
	const fail = (refusal: Refusal): never => {
		// Nobody waits for the sender to notice.
		reader.cancel().catch(() => {});
		throw refusal;
	};
	return new ReadableStream<Uint8Array>(
		{
			pull: async (controller) => {
				const nextRead = reader.read().catch(() => "broken" as const);
				const read = await within(Math.min(LIMITS.streamChunkMs, Math.max(0, endAtMs - Date.now())), nextRead);
				if (read === "broken") return fail(brokenBody(label));
				if (read === null) return fail(tooSlow(label));
				if (read.done) {
					controller.close();
					return;
				}
				bytes += read.value.byteLength;
				if (bytes > mostBytes) return fail(tooLarge(label, mostBytes));
				controller.enqueue(read.value);
			},
			cancel: (reason) => reader.cancel(reason),
		},
		{ highWaterMark: 0 },
	);
};

/** Null when it takes longer. */
const within = async <Value>(ms: number, work: Promise<Value>): Promise<Value | null> => {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), ms);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
};

const tooLarge = (label: string, mostBytes: number): Refusal =>
	new Refusal("payload_too_large", `${label}: found a body of more than ${mostBytes} bytes, wanted at most that`);

const tooSlow = (label: string): Refusal =>
	new Refusal(
		"invalid_request",
		`${label}: found a body that stopped for ${LIMITS.streamChunkMs} ms, or took more than ${LIMITS.streamArrivalMs} ms; wanted it sent on`,
	);
