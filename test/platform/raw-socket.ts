import { connect, type Socket } from "node:net";

/** What came back on a connection, as its bytes are. */
export interface RawAnswer {
	readonly text: string;
	/** Statuses of the answers in it, in their order. */
	readonly statuses: readonly number[];
	/** Whether the other side ended the connection within the time. */
	readonly isEnded: boolean;
}

/** A status line that no body of this API holds. */
const STATUS = /HTTP\/1\.[01] (\d{3}) /g;

/**
 * Sends bytes on a connection of their own and takes what comes back, until the other side ends it, or `enough` says so, or nothing has come for
 * `quietMs` since something did, or for a time.
 * @param text one character a byte
 */
export const sendBytes = (
	port: number,
	text: string | Uint8Array,
	options: { forMs?: number; quietMs?: number; enough?: (soFar: string) => boolean } = {},
): Promise<RawAnswer> =>
	new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		let received = "";
		const finish = (isEnded: boolean): void => {
			clearTimeout(timer);
			socket.destroy();
			resolve({ text: received, statuses: [...received.matchAll(STATUS)].map(([, status]) => Number(status)), isEnded });
		};
		const timer = setTimeout(() => finish(false), options.forMs ?? 20_000);
		socket.on("connect", () => socket.write(typeof text === "string" ? Buffer.from(text, "latin1") : text));
		socket.on("data", (part: Buffer) => {
			received += part.toString("latin1");
			if (options.quietMs !== undefined) socket.setTimeout(options.quietMs, () => finish(false));
			if (options.enough?.(received) === true) finish(false);
		});
		socket.on("error", () => finish(true));
		socket.on("close", () => finish(true));
	});

/** Whether the first answer has come whole, by its own length. */
export const isWhole = (soFar: string): boolean => {
	const end = soFar.indexOf("\r\n\r\n");
	const length = /\r\ncontent-length: (\d+)/i.exec(soFar.slice(0, end))?.at(1);
	return end >= 0 && length !== undefined && soFar.length >= end + 4 + Number(length);
};

/** Opens connections that each send the same bytes and then read nothing; resolves when each is open or refused. @returns those open then */
export const openMany = async (port: number, count: number, bytes: string): Promise<Socket[]> => {
	const sockets: Socket[] = [];
	for (let made = 0; made < count; made += 250) {
		const opened = Array.from({ length: Math.min(250, count - made) }, () => openOne(port, bytes));
		for (const socket of await Promise.all(opened)) if (socket !== null) sockets.push(socket);
	}
	return sockets;
};

const openOne = (port: number, bytes: string): Promise<Socket | null> =>
	new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.pause();
		socket.on("error", () => resolve(null));
		socket.on("connect", () => {
			if (bytes !== "") socket.write(bytes, "latin1");
			resolve(socket);
		});
	});
