import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createApiClient } from "../../scripts/support/api-client.ts";
import { startLoopbackServer } from "../../scripts/support/loopback-server.ts";
import { Canaries } from "../platform/canaries.ts";

const VALUE = "sk-canary-93bd7a1f";

const planted = (value: string): Canaries => {
	const canaries = new Canaries();
	canaries.plant(value);
	return canaries;
};

describe("a planted value", () => {
	test.each([
		["as it is", VALUE],
		["in base64", Buffer.from(VALUE).toString("base64")],
		["in base64url", Buffer.from(VALUE).toString("base64url")],
		["in hex", Buffer.from(VALUE).toString("hex")],
	])("is found %s, and the message does not repeat it", (_how, text) => {
		const look = (): void => planted(VALUE).check("a text", `before ${text} after`);
		expect(look).toThrow("found one in a text at byte 7");
		expect(look).not.toThrow(text);
	});

	test("that spells bytes is found as those bytes", () => {
		const bytes = Buffer.from("0123456789abcdef0123456789abcdef", "hex");
		expect(() => planted(`hex:${bytes.toString("hex")}`).check("a row", Buffer.concat([Buffer.from("row"), bytes]))).toThrow("byte 3");
		expect(() => planted(`base64:${bytes.toString("base64")}`).check("a row", bytes.toString("base64url"))).toThrow("byte 0");
	});

	test("is not found where it is not", () => {
		expect(() => planted(VALUE).check("a text", VALUE.slice(0, -1))).not.toThrow();
	});

	test("is found in the answer to whatever a watched client asks", async () => {
		const server = await startLoopbackServer((_request, response) => response.writeHead(201, { "x-seen": VALUE }).end());
		try {
			const api = planted(VALUE).watch(createApiClient(server.origin, "key"));
			const type = { "content-type": "text/plain" };
			for (const asking of [api.request("GET", "/a"), api.expect(201, z.string(), "GET", "/a"), api.send("PUT", "/a", "body", type)])
				await expect(asking).rejects.toThrow(/found one in the answer to (GET|PUT) \/a/);
		} finally {
			await server.close();
		}
	});

	test("is found in any file of a folder", async () => {
		const folder = await mkdtemp(join(tmpdir(), "cordon-canaries-"));
		try {
			await writeFile(join(folder, "rows.sqlite"), Buffer.concat([Buffer.alloc(5_000), Buffer.from(VALUE)]));
			await expect(planted(VALUE).checkFolder(folder)).rejects.toThrow("at byte 5000");
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	});
});
