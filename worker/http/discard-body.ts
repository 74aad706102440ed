import { LIMITS } from "../../contract/limits.ts";

/**
 * Takes what is left of a body that was refused, or that nobody wanted, and throws it away, as far as LIMITS.discardedBytes and LIMITS.discardMs go. A server that answers and
 * closes on bytes it has not taken resets the connection, and the sender, still writing, never reads why. Nothing is kept or looked at. Never throws.
 */
export const discardBody = async (request: Request): Promise<void> => {
	const { body } = request;
	if (body === null || request.bodyUsed || body.locked) return;
	const declared = Number(request.headers.get("content-length") ?? Number.NaN);
	if (!(declared <= LIMITS.discardedBytes)) return;
	const reader = body.getReader();
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), LIMITS.discardMs);
	});
	try {
		for (let left = declared; left > 0; ) {
			const read = await Promise.race([reader.read(), late]);
			if (read === null || read.done) return;
			left -= read.value.byteLength;
		}
	} catch {
		// The sender is gone, and nobody waits for the answer.
	} finally {
		clearTimeout(timer);
		reader.cancel().catch(() => {});
	}
};
