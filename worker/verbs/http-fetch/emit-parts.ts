import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext } from "../verb.ts";

/** Sends a body to the program in parts. */
export interface Parts {
	take(part: Uint8Array): Promise<void>;
	/** Sends what is left, at once. Must be called, also after a failure. */
	end(): Promise<void>;
	/** Whether a part could not be sent: nobody reads any more. */
	isUnread(): boolean;
}

/**
 * A part goes at once when nothing is on its way and the last one is LIMITS.streamGather.ms behind; what comes meanwhile goes together, sooner when it is
 * worth a part of its own. So a far side that sends byte by byte does not make a frame of each, which a program would pay for, and no part waits longer
 * for company. Holds at most `mostBytes` beside the part on its way.
 */
export const emitParts = (context: Pick<CallContext, "emit">, mostBytes: number): Parts => {
	let waiting: Uint8Array[] = [];
	let waitingBytes = 0;
	let sending: Promise<void> | null = null;
	let failure: { cause: unknown } | null = null;
	/** Runs while a part was sent just now. */
	let gathering: ReturnType<typeof setTimeout> | null = null;

	const send = (): void => {
		rest();
		sending = context.emit(takeWaiting()).then(
			() => {
				sending = null;
				sendWhatIsReady();
			},
			(cause: unknown) => {
				sending = null;
				failure = { cause };
			},
		);
	};
	const sendWhatIsReady = (): void => {
		if (sending !== null || failure !== null || waitingBytes === 0) return;
		if (gathering === null || waitingBytes >= LIMITS.streamGather.bytes) send();
	};
	const rest = (): void => {
		stopGathering();
		gathering = setTimeout(() => {
			gathering = null;
			sendWhatIsReady();
		}, LIMITS.streamGather.ms);
	};
	const stopGathering = (): void => {
		if (gathering !== null) clearTimeout(gathering);
		gathering = null;
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
				const hasRoom = (): boolean => waitingBytes + piece.length <= mostBytes;
				await settle(hasRoom);
				// What waits for company alone has no room for this one: it goes now.
				if (!hasRoom()) send();
				waiting.push(piece);
				waitingBytes += piece.length;
				sendWhatIsReady();
			}
		},
		end: async () => {
			stopGathering();
			try {
				do {
					sendWhatIsReady();
					await settle(() => false);
					stopGathering();
				} while (waitingBytes > 0);
			} finally {
				stopGathering();
			}
		},
		isUnread: () => failure !== null,
	};
};
