import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sharePlatform } from "./share-platform.ts";
import type { Platform } from "./start-platform.ts";

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
});
afterAll(() => platform.stop());

/** A GET with a body, on a connection of its own. @returns the answer's status, or why there was none */
const ask = (url: URL, key: string, body: Buffer): Promise<number | string> =>
	new Promise((resolve) => {
		const headers = { authorization: `Bearer ${key}`, "content-length": String(body.byteLength) };
		const asked = request(url, { method: "GET", agent: false, headers }, (answer) => {
			answer.on("end", () => resolve(answer.statusCode ?? 0));
			answer.resume();
		});
		asked.on("error", ({ message }) => resolve(message));
		asked.end(body);
	});

test("a body that nobody wants loses nobody the answer, however large it is", async () => {
	const { url, key } = platform.cordon;
	const answers: (number | string)[] = [];
	for (const bytes of [100_000, 1_000_000, 4_000_000])
		for (let round = 0; round < 6; round += 1)
			answers.push(
				...(await Promise.all(Array.from({ length: 8 }, () => ask(new URL("/v1/endpoints", url), key, Buffer.alloc(bytes, 91))))),
			);
	expect(new Set(answers)).toEqual(new Set([200]));
});
