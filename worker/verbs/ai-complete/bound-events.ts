const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Thrown into a stream that is larger than it may be. Carries nothing. */
class TooMuch extends Error {}

export interface EventBounds {
	readonly bytes: number;
	readonly lines: number;
	/** Of one event: what an event's parser holds, and what it reads as one JSON text. */
	readonly eventBytes: number;
}

/**
 * An event stream within bounds, without carriage returns: they mean nothing beside line feeds, and a parser takes the square of its time over text of
 * nothing else. @param onTooMuch called before the stream breaks off.
 */
export const boundEvents = (body: ReadableStream<Uint8Array>, most: EventBounds, onTooMuch: () => void): ReadableStream<Uint8Array> => {
	let bytes = 0;
	let lines = 0;
	let eventBytes = 0;
	let isLineEmpty = true;
	const count = (byte: number): void => {
		eventBytes += 1;
		if (byte === LINE_FEED) {
			lines += 1;
			if (isLineEmpty) eventBytes = 0;
		}
		isLineEmpty = byte === LINE_FEED;
	};
	return body.pipeThrough(
		new TransformStream<Uint8Array, Uint8Array>({
			transform(chunk, controller) {
				bytes += chunk.length;
				const kept = chunk.includes(CARRIAGE_RETURN) ? chunk.filter((byte) => byte !== CARRIAGE_RETURN) : chunk;
				let within = bytes <= most.bytes;
				for (let at = 0; within && at < kept.length; at += 1) {
					count(kept[at] ?? 0);
					within = lines <= most.lines && eventBytes <= most.eventBytes;
				}
				if (!within) {
					onTooMuch();
					throw new TooMuch();
				}
				controller.enqueue(kept);
			},
		}),
	);
};
