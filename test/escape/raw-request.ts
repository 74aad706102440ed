import { connect } from "node:net";

/** How long a connection is listened to after its last byte, milliseconds. */
const QUIET_MS = 400;
const LONGEST_MS = 15_000;

/**
 * Sends bytes as they are over a connection of their own, and reads until the other side closes it or says nothing more.
 * @param url of the API. @param bytes latin1 text: what no client library would send
 */
export const sendRaw = (url: string, bytes: string | readonly string[]): Promise<string> =>
	new Promise((resolve) => {
		const { hostname, port } = new URL(url);
		const socket = connect(Number(port), hostname);
		let text = "";
		const finish = (): void => {
			clearTimeout(longest);
			socket.destroy();
			resolve(text);
		};
		const longest = setTimeout(finish, LONGEST_MS);
		socket.on("data", (chunk) => {
			text += chunk.toString("latin1");
			// Answered: only what is left on the way is waited for.
			socket.setTimeout(QUIET_MS, finish);
		});
		socket.on("error", finish);
		socket.on("close", finish);
		for (const part of typeof bytes === "string" ? [bytes] : bytes) socket.write(Buffer.from(part, "latin1"));
	});

/** The statuses of all answers in what a connection said, in order. */
export const statusesOf = (said: string): number[] =>
	[...said.matchAll(/(?:^|\n|\})HTTP\/1\.[01] (\d{3})/g)].map((match) => Number(match[1]));
