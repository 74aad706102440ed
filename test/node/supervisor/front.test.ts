import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { clientOf, LOOPBACK } from "../../../supervisor/front/client-of.ts";
import { Front, type FrontBounds } from "../../../supervisor/front/front.ts";
import { HeadGate } from "../../../supervisor/front/head-gate.ts";

const HEAD = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
/** An upstream that answers each head that it sees, but for those that ask for /wait. */
const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

let upstream: Server;
let reached = 0;
const undo: (() => void)[] = [];

beforeEach(async () => {
	reached = 0;
	upstream = createServer({ allowHalfOpen: true }, (socket) => {
		reached += 1;
		socket.on("error", () => {});
		socket.on("data", (part) => {
			if (!part.toString().startsWith("GET /wait")) socket.write(ANSWER);
		});
		socket.on("end", () => socket.end("late"));
	});
	upstream.listen(0, "127.0.0.1");
	await once(upstream, "listening");
	undo.push(() => upstream.close());
});
afterEach(() => {
	for (const each of undo.splice(0).toReversed()) each();
});

const startFront = async (bounds: Partial<FrontBounds> = {}): Promise<{ front: Front; port: number }> => {
	const address = upstream.address();
	if (address === null || typeof address === "string") throw new Error("the upstream does not listen");
	const front = new Front({ connections: 3, perClient: 100, headMs: 60_000, ...bounds }, () => ({ host: "127.0.0.1", port: address.port }));
	undo.push(() => front.end());
	return { front, port: await front.listen("127.0.0.1", 0) };
};

interface Client {
	readonly socket: Socket;
	readonly closed: Promise<unknown>;
	/** Everything that has come. */
	text(): string;
	/** The first time that what has come holds the words. */
	has(words: string): Promise<void>;
}

const open = async (port: number, bytes = ""): Promise<Client> => {
	const socket = connect({ port, host: "127.0.0.1" });
	let text = "";
	let seen = (): void => {};
	socket.on("error", () => {});
	socket.on("data", (part: Buffer) => {
		text += part.toString();
		seen();
	});
	undo.push(() => socket.destroy());
	const closed = new Promise((resolve) => socket.on("close", resolve));
	await once(socket, "connect");
	if (bytes !== "") socket.write(bytes);
	const has = (words: string): Promise<void> =>
		new Promise((resolve) => {
			seen = () => (text.includes(words) ? resolve() : undefined);
			seen();
		});
	return { socket, closed, text: () => text, has };
};

describe("a connection", () => {
	test("reaches the upstream with its first whole head, in however many parts it comes", async () => {
		const { port } = await startFront();
		const client = await open(port);
		for (const byte of HEAD.slice(0, -1)) client.socket.write(byte);
		const other = await open(port, HEAD);
		await other.has("ok");
		expect(reached).toBe(1);
		client.socket.write("\n");
		await client.has("ok");
		expect(reached).toBe(2);
	});

	test("carries bytes both ways as they are, and ends with either side", async () => {
		const { port } = await startFront();
		const client = await open(port, `${HEAD}body`);
		await client.has(ANSWER);
		client.socket.write("more\0\u00ff");
		await client.has(ANSWER + ANSWER);
		client.socket.end();
		await client.closed;
		expect(client.text()).toBe(`${ANSWER}${ANSWER}late`);
	});

	test("that does not finish its head in time hears so; a silent one hears nothing", async () => {
		const { port } = await startFront({ headMs: 1 });
		const [slow, silent] = [await open(port, "GET / HTTP/1.1\r\n"), await open(port)];
		slow.socket.resume();
		await silent.closed;
		await slow.has("invalid_request");
		expect(silent.text()).toBe("");
		expect(slow.text()).toMatch(/^HTTP\/1\.1 400 .*\r\n/);
		expect(reached).toBe(0);
	});

	test.each([
		["a head of more bytes than fit", `GET / HTTP/1.1\r\nX: ${"a".repeat(LIMITS.frontHeadBytes)}`, "413"],
		["a TLS hello", "\u0016\u0003\u0001", "400"],
		["a tunnel", "CONNECT x:443 HTTP/1.1\r\n\r\n", "405"],
	])("with %s is refused before anybody is reached", async (_, bytes, status) => {
		const { port } = await startFront();
		const client = await open(port, bytes);
		await client.has('"requestId"');
		expect(client.text()).toContain(`HTTP/1.1 ${status} `);
		expect(reached).toBe(0);
	});
});

describe("when there is no room", () => {
	test("the oldest that has not sent its head gives way", async () => {
		const { front, port } = await startFront();
		const [oldest, younger] = [await open(port), await open(port, "GET /")];
		const asking = await open(port, HEAD);
		await asking.has("ok");
		const next = await open(port, HEAD);
		await next.has("ok");
		await oldest.closed;
		expect([younger.socket.closed, asking.socket.closed, front.size]).toEqual([false, false, 3]);
	});

	test("then the one that has been still the longest since its answer", async () => {
		const { port } = await startFront();
		const clients = [await open(port, HEAD), await open(port, HEAD), await open(port, HEAD)];
		for (const client of clients) await client.has("ok");
		const [first, second] = clients;
		first?.socket.write(HEAD);
		await first?.has(ANSWER + ANSWER);
		const next = await open(port, HEAD);
		await next.has("ok");
		await second?.closed;
		expect(first?.socket.closed).toBe(false);
	});

	test("none that waits for an answer does: the new one is refused", async () => {
		const { front, port } = await startFront();
		const waiting = [await open(port, HEAD.replace("/", "/wait")), await open(port, HEAD.replace("/", "/wait"))];
		const third = await open(port, HEAD);
		await third.has("ok");
		third.socket.write(HEAD.replace("/", "/wait"));
		const probe = await open(port);
		// The third's bytes are read before or after the probe came: one of the two has gone, and nobody who waited.
		await Promise.race([probe.closed, third.closed]);
		expect([waiting.map(({ socket }) => socket.closed), front.size]).toEqual([[false, false], 3]);
	});
});

describe("a head's gate", () => {
	const state = (...parts: string[]) => {
		const gate = new HeadGate();
		return parts.map((part) => gate.add(Buffer.from(part, "latin1"))).at(-1);
	};

	test("opens at the first empty line after a line, and not before", () => {
		expect(state("GET / HTTP/1.1\r\nA: b\r\n\r\n")).toBe("whole");
		expect(state("GET / HTTP/1.1\n\n")).toBe("whole");
		expect(state("\r\n\r\n\n")).toBe("more");
		expect(state("\r\n\r\nGET / HTTP/1.1\r\n", "\r", "\n")).toBe("whole");
		expect(state("GET / HTTP/1.1\r\nA: b\r\n")).toBe("more");
	});

	test("holds LIMITS.frontHeadBytes and not one more", () => {
		const head = (bytes: number) => `GET /${"a".repeat(bytes - 7)}\n\n`;
		expect(head(100).length).toBe(100);
		expect(state(head(LIMITS.frontHeadBytes))).toBe("whole");
		expect(state(head(LIMITS.frontHeadBytes + 1))).toBe("too large");
		expect(state("G", "\0".repeat(LIMITS.frontHeadBytes - 1))).toBe("more");
		expect(state("G", "\0".repeat(LIMITS.frontHeadBytes))).toBe("too large");
	});
});

test("a client is its IPv4 address, its IPv6 network, or this machine", () => {
	expect(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"].map(clientOf)).toEqual(Array.from({ length: 4 }, () => LOOPBACK));
	expect(clientOf("::ffff:192.0.2.7")).toBe("192.0.2.7");
	expect(clientOf("2001:db8:1:2:3::1")).toBe(clientOf("2001:db8:1:2:ffff::9"));
	expect(clientOf("2001:db8:1:2::1")).not.toBe(clientOf("2001:db8:1:3::1"));
	expect(clientOf(undefined)).toBe("unknown");
});
