import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ErrorBody } from "../../contract/common.ts";
import { openFilesLimit } from "../../supervisor/front/open-files.ts";
import { startLimitedPlatform } from "./limited-platform.ts";
import { isWhole, openMany, type RawAnswer, sendBytes } from "./raw-socket.ts";
import { makeAgent, type Platform, startPlatform } from "./start-platform.ts";

let platform: Platform;
let port = 0;
let head = "";
beforeAll(async () => {
	platform = await startPlatform();
	port = Number(new URL(platform.cordon.url).port);
	head = `Host: x\r\nAuthorization: Bearer ${platform.cordon.key}\r\n`;
	await makeAgent(platform.api, { name: "writer", policy: {} });
});
afterAll(() => platform.stop());

const send = (bytes: string | Uint8Array): Promise<RawAnswer> => sendBytes(port, bytes, { enough: isWhole });

/** The error of an answer of the API. */
const errorIn = ({ text }: RawAnswer) => ErrorBody.parse(JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4))).error;

/** What no answer may hold: traces, paths of this machine, what it is made of and in which version. */
const TELLS = /\bat \S+ \(|node_modules|\/work\/|\/tmp\/|\.[tj]s:\d|workerd|miniflare|node\/|server: |x-powered-by/i;

/** Asked over and over while something goes on, each time answered. No clock but that of a client that gives up. */
const probe = async (times: number, ofPort = port): Promise<void> => {
	for (let index = 0; index < times; index += 1) {
		const answer = await fetch(`http://127.0.0.1:${ofPort}/healthz`, { signal: AbortSignal.timeout(20_000) });
		expect([200, 503]).toContain(answer.status);
		await answer.text();
		await setTimeout(50);
	}
};

const jsonType = "Content-Type: application/json\r\n";
const post = (framing: string, body: string): string => `POST /v1/keys HTTP/1.1\r\n${head}${jsonType}${framing}\r\n\r\n${body}`;
const getWith = (line: string): string => `GET /healthz HTTP/1.1\r\nHost: x\r\n${line}\r\n\r\n`;

describe("bytes that are no request, or a wrong one,", () => {
	/** Refused by the API itself, with its error; made when `head` is there. */
	const told: Record<string, () => [bytes: string | Uint8Array, status: number]> = {
		"two Hosts": () => ["GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
		"a Host with a path": () => ["GET /healthz HTTP/1.1\r\nHost: a/v1/keys?\r\n\r\n", 400],
		"a Host with a port that is none": () => ["GET /healthz HTTP/1.1\r\nHost: a:99999999\r\n\r\n", 400],
		"chunks that are none": () => [post("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"), 400],
		"a chunk of negative size": () => [post("Transfer-Encoding: chunked", "-2\r\n{}\r\n0\r\n\r\n"), 400],
		"a chunk of endless size": () => [post("Transfer-Encoding: chunked", `${"f".repeat(18)}\r\n{}`), 400],
		"a compressed transfer": () => [post("Transfer-Encoding: gzip, chunked", "2\r\n{}\r\n0\r\n\r\n"), 400],
		"a length and chunks": () => [
			post("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
			400,
		],
		"a length of ten gigabytes": () => [post("Content-Length: 9999999999", "{}"), 413],
		"a head of a megabyte": () => [getWith(`X: ${"a".repeat(1 << 20)}`), 413],
		CONNECT: () => ["CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", 405],
		TRACE: () => [`TRACE /v1/keys HTTP/1.1\r\n${head}\r\n`, 405],
		OPTIONS: () => [`OPTIONS /v1/keys HTTP/1.1\r\n${head}Origin: null\r\nAccess-Control-Request-Method: POST\r\n\r\n`, 405],
		"OPTIONS of everything": () => [`OPTIONS * HTTP/1.1\r\n${head}\r\n`, 400],
		"a method of WebDAV": () => [`PROPFIND /v1/keys HTTP/1.1\r\n${head}\r\n`, 405],
		"a TLS hello": () => [new Uint8Array([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]), 400],
		"a binary protocol": () => ["\0\u0001\u0002\r\n\r\n", 400],
		"//v1": () => [`GET //v1/keys HTTP/1.1\r\n${head}\r\n`, 404],
		"%00": () => [`GET /v1/runs/%00 HTTP/1.1\r\n${head}\r\n`, 404],
		"..%2f": () => [`GET /v1/runs/..%2fkeys HTTP/1.1\r\n${head}\r\n`, 404],
		"..": () => [`GET /v1/runs/../keys HTTP/1.1\r\n${head}\r\n`, 404],
		"%252e%252e%252f": () => [`GET /v1/runs/%252e%252e%252fkeys HTTP/1.1\r\n${head}\r\n`, 404],
		"percent signs that are no UTF-8": () => [`GET /v1/runs/%ff%fe HTTP/1.1\r\n${head}\r\n`, 404],
		"a key in Latin-1": () => ["GET /v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n", 401],
	};
	test.each(Object.entries(told))("are refused in words: %s", async (_, make) => {
		const [bytes, status] = make();
		const answer = await send(bytes);
		expect(answer.statuses, answer.text.slice(0, 500)).toEqual([status]);
		expect(answer.text).not.toMatch(TELLS);
		expect(answer.text).toMatch(new RegExp(`x-request-id: ${errorIn(answer).requestId}`, "i"));
	});

	/** Refused by the HTTP server before there is a request; each then ends its connection or leaves it to the next. */
	const bare: Record<string, () => [bytes: string, statuses: readonly number[]]> = {
		"no version": () => ["GET /healthz\r\n\r\n", [400]],
		"a version there is not": () => [`GET /healthz HTTP/9.9\r\n${head}\r\n`, [400]],
		"no Host": () => ["GET /healthz HTTP/1.1\r\n\r\n", [400]],
		"NUL in a header": () => [getWith("X: a\0b"), [400]],
		"NUL in a path": () => ["GET /heal\0thz HTTP/1.1\r\nHost: x\r\n\r\n", [400]],
		"a folded header": () => [getWith("X: a\r\n b"), [400]],
		"a space before the colon": () => ["GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", [400]],
		"two lengths": () => [post("Content-Length: 4\r\nContent-Length: 5", "{} {}"), [400]],
		"a negative length": () => [post("Content-Length: -1", "{}"), [400]],
		"a length with a sign": () => [post("Content-Length: +2", "{}"), [400]],
		"an endless length": () => [post(`Content-Length: ${"9".repeat(30)}`, "{}"), [400]],
		"two transfer codings": () => [post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "2\r\n{}\r\n0\r\n\r\n"), [400]],
		"a method that is none": () => [`FROBNICATE /v1/keys HTTP/1.1\r\n${head}\r\n`, [501]],
		"a target of 60 KB": () => [`GET /${"a".repeat(60_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, [404, 414]],
		"bytes past ASCII in a path": () => [`GET /v1/runs/\xff\xfe HTTP/1.1\r\n${head}\r\n`, [400]],
		"the preface of HTTP/2": () => ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0", []],
	};
	test.each(Object.entries(bare))("are refused by the server: %s", async (_, make) => {
		const [bytes, allowed] = make();
		const answer = await send(bytes);
		if (allowed.length === 0) expect([answer.text, answer.isEnded]).toEqual(["", true]);
		else expect(allowed, answer.text.slice(0, 300)).toContain(answer.statuses[0]);
		expect(answer.statuses.length).toBeLessThanOrEqual(1);
		expect(answer.text).not.toMatch(TELLS);
	});

	test("as one head and its answer: what follows a length is not read as another request where chunks were said too", async () => {
		const smuggled = post("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
		const answer = await sendBytes(port, smuggled);
		expect([answer.statuses, answer.isEnded]).toEqual([[400], true]);
	});
});

describe("requests that are odd and right", () => {
	test.each([
		["lines that end with LF alone", "GET /healthz HTTP/1.1\nHost: x\n\n", 1],
		["empty lines before", "\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 1],
		["a target with a scheme and a host", "GET http://other/healthz HTTP/1.1\r\nHost: x\r\n\r\n", 1],
		["five at once", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(5), 5],
		[
			"5,000 headers",
			`GET /healthz HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 5_000 }, (_, index) => `X${index}: a\r\n`).join("")}\r\n`,
			1,
		],
		[
			"a request to become another protocol",
			`GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
			1,
		],
	])("are answered: %s", async (_, bytes, count) => {
		const isEnough = (soFar: string): boolean => soFar.split('"version"').length > count;
		const answer = await sendBytes(port, bytes, { enough: isEnough });
		expect(answer.statuses).toEqual(Array.from({ length: count }, () => 200));
	});

	test("HEAD is answered as GET is, without the body", async () => {
		const [got, headed] = await Promise.all(["GET", "HEAD"].map((method) => fetch(`${platform.cordon.url}/openapi.json`, { method })));
		expect([headed?.status, await headed?.text()]).toEqual([got?.status, ""]);
		expect(headed?.headers.get("content-type")).toBe(got?.headers.get("content-type"));
		await got?.text();
	});

	test("of 1.2 MB that are refused unread hear why", async () => {
		const body = " ".repeat(1_200_000);
		for (const [authorization, status] of [
			["Bearer cordon_x", 401],
			[`Bearer ${platform.cordon.key}`, 415],
		] as const) {
			const headers = { authorization, "content-type": "text/plain" };
			const answers = await Promise.all(
				Array.from({ length: 6 }, () => fetch(`${platform.cordon.url}/v1/keys`, { method: "POST", headers, body })),
			);
			expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 6 }, () => status));
			await Promise.all(answers.map((answer) => answer.text()));
		}
	});
});

describe("connections", () => {
	test("2,000 that send a byte now and then keep nobody from an answer, and do not stay", async () => {
		const count = Math.min(2_000, Math.floor(openFilesLimit() / 8));
		const sockets = await openMany(port, count, "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
		const ends = sockets.map((socket) => {
			socket.resume();
			return once(socket, "close");
		});
		const dripping = setInterval(() => {
			for (const socket of sockets) if (socket.writable) socket.write("a");
		}, 1_000);
		try {
			await probe(20);
			await Promise.all(ends);
		} finally {
			clearInterval(dripping);
			for (const socket of sockets) socket.destroy();
		}
		await probe(1);
	});

	test("whose bodies do not come, and whose answers nobody reads, keep nobody from an answer", async () => {
		const slow = await openMany(port, 100, post("Content-Length: 1000000", "{"));
		const unread = await openMany(port, 50, `GET /openapi.json HTTP/1.1\r\n${head}\r\n`.repeat(10));
		await probe(20);
		for (const socket of [...slow, ...unread]) socket.destroy();
		await probe(1);
	});

	test("that break off in the midst of a body leave a platform that is well", async () => {
		for (let index = 0; index < 50; index += 1) {
			const socket = connect(port, "127.0.0.1");
			await once(socket, "connect");
			socket.write(post(index % 2 === 0 ? "Content-Length: 1000" : "Transfer-Encoding: chunked", "3e8\r\n{"), "latin1");
			if (index % 3 === 0) socket.resetAndDestroy();
			else socket.destroy();
		}
		await probe(1);
		expect((await platform.api.run({ program: "export default async () => 1" })).status).toBe("succeeded");
	});

	test("10,000 at once, silent, half a head, or asking, do not end a server that may open 1,024 descriptors", {
		timeout: 240_000,
	}, async () => {
		await using limited = await startLimitedPlatform(1_024);
		const before = limited.controlPlane();
		expect(before).toBeDefined();
		const most = Math.min(10_000, Math.floor(openFilesLimit() / 2.5));
		const asking = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n";
		for (const [count, bytes] of [
			[most, ""],
			[600, asking.slice(0, 40)],
			[600, asking],
		] as const) {
			const sockets = await openMany(limited.port, count, bytes);
			await probe(2, limited.port);
			for (const socket of sockets) socket.destroy();
		}
		expect(limited.controlPlane()).toEqual(before);
		expect(limited.output.join("\n")).not.toMatch(/Too many open files|Uncaught exception/);
	});
});
