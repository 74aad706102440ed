import type { CallContext } from "../verb.ts";

/** Sends a body to the program in parts. */
export interface Parts {
	take(part: Uint8Array): Promise<void>;
	/** Sends what is left. Must be called, also after a failure. */
	end(): Promise<void>;
	/** Whether a part could not be sent: nobody reads any more. */
	isUnread(): boolean;
}

/**
 * A part goes at once when nothing is on its way; what comes meanwhile goes together, so that a far side that sends byte by byte does not make a frame of
 * each. Holds at most `mostBytes` beside the part on its way.
 */
export const emitParts = (context: Pick<CallContext, "emit">, mostBytes: number): Parts => {
	let waiting: Uint8Array[] = [];
	let waitingBytes = 0;
	let sending: Promise<void> | null = null;
	let failure: { cause: unknown } | null = null;

	const send = (part: Uint8Array): void => {
		sending = context.emit(part).then(
			() => {
				sending = null;
				if (waitingBytes > 0) send(takeWaiting());
			},
			(cause: unknown) => {
				sending = null;
				failure = { cause };
			},
		);
	};
	const takeWaiting = (): Uint8Array => {
		const joined = new Uint8Array(waitingBytes);
		let at = 0;
		for (const part of waiting) {
			joined.set(part, at);
			at += part.length;
		}
		waiting = [];
		waitingBytes = 0;
		return joined;
	};
	const settle = async (until: () => boolean): Promise<void> => {
		while (sending !== null && !until()) await sending;
		if (failure !== null) throw failure.cause;
	};

	return {
		take: async (part) => {
			for (let from = 0; from < part.length; from += mostBytes) {
				// Copied: the reader may use its memory again.
				const piece = part.slice(from, from + mostBytes);
				await settle(() => waitingBytes + piece.length <= mostBytes);
				if (sending === null) {
					send(piece);
				} else {
					waiting.push(piece);
					waitingBytes += piece.length;
				}
			}
		},
		end: () => settle(() => false),
		isUnread: () => failure !== null,
	};
};
