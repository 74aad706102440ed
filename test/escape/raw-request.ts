import { sendBytes } from "../platform/raw-socket.ts";

/** How long a connection is listened to after its last byte, milliseconds. */
const QUIET_MS = 400;
const LONGEST_MS = 30_000;

/**
 * Sends bytes as they are over a connection of their own, and reads until the other side closes it or says nothing more.
 * @param url of the API. @param bytes latin1 text: what no client library would send
 */
export const sendRaw = async (url: string, bytes: string): Promise<string> =>
	(await sendBytes(Number(new URL(url).port), bytes, { forMs: LONGEST_MS, quietMs: QUIET_MS })).text;

/** The statuses of all answers in what a connection said, in order. */
export const statusesOf = (said: string): number[] =>
	[...said.matchAll(/(?:^|\n|\})HTTP\/1\.[01] (\d{3})/g)].map((match) => Number(match[1]));

/** @throws Error unless a connection was answered, and with no other statuses than the wanted */
export const wantAnswered = (what: string, said: string, ...wanted: readonly number[]): void => {
	const statuses = statusesOf(said);
	if (statuses.length > 0 && statuses.every((status) => wanted.includes(status))) return;
	throw new Error(
		`${what}: found ${statuses.join(", ") || "no answer"} in ${JSON.stringify(said.slice(0, 200))}, wanted ${wanted.join(" or ")}`,
	);
};
