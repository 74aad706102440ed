import type { Deadline } from "./deadline.ts";

/** How the taking of a body ended: it was whole, nobody wants more of it, it was late, or it broke. */
export type Taken = "whole" | "enough" | "late" | "broken";

/**
 * Takes a body's chunks as they are decoded, each in time, and lets go of the rest. Never throws.
 * @param take whether more is wanted
 */
export const takeChunks = async (body: ReadableStream, deadline: Deadline, take: (chunk: Uint8Array) => boolean): Promise<Taken> => {
	const reader = body.getReader();
	const abandon = (how: Taken): Taken => {
		reader.cancel().catch(() => undefined);
		return how;
	};
	try {
		for (;;) {
			const next = await deadline.race(reader.read());
			if (next.kind === "late") return abandon("late");
			if (next.value.done) return "whole";
			const chunk: unknown = next.value.value;
			if (!(chunk instanceof Uint8Array)) return abandon("broken");
			if (!take(chunk)) return abandon("enough");
		}
	} catch {
		return abandon("broken");
	}
};
