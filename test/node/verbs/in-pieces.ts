import type { ServerResponse } from "node:http";

/** Sends bytes in pieces of a size, each when the last has left. */
export const inPieces = (bytes: Uint8Array, size: number, response: ServerResponse): void => {
	let at = 0;
	const push = (): void => {
		if (at >= bytes.length) {
			response.end();
			return;
		}
		response.write(bytes.subarray(at, at + size), () => setImmediate(push));
		at += size;
	};
	push();
};
