import { LIMITS } from "../../../../contract/limits.ts";
import type { PostgresAccess } from "../../store-access.ts";

/** The server's process behind a connection, and what shows that it is ours. */
export interface Backend {
	readonly pid: number;
	readonly secret: number;
}

/** Code of a CancelRequest (PostgreSQL, frontend/backend protocol, message formats). */
const CANCEL_REQUEST = 80_877_102;

/**
 * Asks the server to stop what it runs for a connection, over a connection of its own, and waits until the server closed that one: it has the request then.
 * As good as it gets: a pooler between may drop it, and the statement's own timeout stands behind it. Never throws.
 */
export const cancelStatement = async (access: PostgresAccess, { pid, secret }: Backend): Promise<void> => {
	const message = new DataView(new ArrayBuffer(16));
	for (const [index, word] of [16, CANCEL_REQUEST, pid, secret].entries()) message.setUint32(index * 4, word);
	try {
		const socket = access.connect();
		const late = new Promise<void>((resolve) => setTimeout(resolve, LIMITS.storeCancelMs));
		await Promise.race([late, send(socket.writable, socket.readable, new Uint8Array(message.buffer))]);
		await socket.close();
	} catch {
		// The statement ends at its timeout.
	}
};

const send = async (writable: WritableStream<Uint8Array>, readable: ReadableStream<Uint8Array>, message: Uint8Array): Promise<void> => {
	try {
		await writable.getWriter().write(message);
		await readable.getReader().read();
	} catch {
		// Closed by the server, or lost.
	}
};
