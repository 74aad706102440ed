import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { makeRedactor, REDACTED } from "../../../worker/verbs/http-fetch/redact-secret.ts";
import { loopbackGrant } from "./fetching.ts";
import { inPieces } from "./in-pieces.ts";
import { MemoryContents } from "./memory-contents.ts";
import { callContext, codeOf, performOnHost } from "./perform.ts";
import { startUpstream } from "./upstream.ts";

const SECRET = 'pa55/+word"&<=% 0123456789';
const INJECT = { header: "x-auth", format: "{secret}", secret: "token" };

describe("a secret in a body that comes in parts", () => {
	const bytes = Buffer.from(SECRET);
	const forms: [string, string][] = [
		["as it is", SECRET],
		["twice in a row", SECRET + SECRET],
		["in JSON", JSON.stringify({ a: SECRET })],
		["in JSON for HTML", JSON.stringify(SECRET).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)],
		["percent-encoded", encodeURIComponent(SECRET)],
		["form-encoded", new URLSearchParams({ a: SECRET }).toString()],
		["in base64", bytes.toString("base64")],
		["in base64 as a password", Buffer.from(`user:${SECRET}`).toString("base64")],
		["in hex", bytes.toString("hex")],
	];

	test.each(forms)("is redacted %s, whatever the pieces", async (_name, echo) => {
		for (const size of [1, 7]) {
			await using upstream = await startUpstream((_request, response) => inPieces(Buffer.from(`before ${echo} after`), size, response));
			const contents = new MemoryContents();
			expect(
				codeOf(
					await performOnHost(
						loopbackGrant([upstream.port], { inject: INJECT }),
						"fetch",
						[{ url: `${upstream.origin}/`, as: "handle" }],
						callContext({ secrets: { token: SECRET }, developmentHosts: [`127.0.0.1:${upstream.port}`], contents }),
					),
				),
			).toBe("done");
			const kept = new TextDecoder().decode(contents.handles.get("hdl_1")?.bytes);
			expect(kept).toMatch(/^before .*\[redacted\].* after$/);
			for (const form of [SECRET, encodeURIComponent(SECRET), bytes.toString("hex"), bytes.toString("base64").slice(2, -3)])
				expect(kept).not.toContain(form);
		}
	});

	test("leaves the same as in the whole, whatever the pieces", () => {
		const redactor = makeRedactor("abcabcab", "cabxyzcab");
		const part = fc.constantFrom("a", "b", "c", "x", "abcabcab", "cabxyzcab", "xyz", "ab", "abc", "YWJjYWJjYWI=", "616263616263", "\0");
		fc.assert(
			fc.property(
				fc.array(part, { maxLength: 30 }),
				fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 }),
				(parts, sizes) => {
					const text = Buffer.from(parts.join(""));
					const stream = redactor.stream() ?? expect.fail("there is something to find");
					const out: Uint8Array[] = [];
					for (let at = 0, turn = 0; at < text.length; turn += 1) {
						const size = (sizes[turn % sizes.length] ?? 0) + (turn % sizes.length === 0 ? 1 : 0);
						out.push(stream.next(new Uint8Array(text.subarray(at, at + size))));
						at += size;
					}
					out.push(stream.end());
					const clean = Buffer.concat(out).toString();
					expect(clean).toBe(Buffer.from(redactor.bytes(text)).toString());
					expect(clean).toBe(redactor.text(text.toString()));
					for (const secret of ["abcabcab", "cabxyzcab"]) expect(clean).not.toContain(secret);
				},
			),
			{ numRuns: 2_000 },
		);
	});

	test("that overlaps itself without end is one mark, and what is kept back does not grow", () => {
		const stream = makeRedactor("a".repeat(64)).stream() ?? expect.fail("there is something to find");
		let given = "";
		const spentMs = startCpuClock();
		for (let count = 0; count < 2_000; count += 1) given += Buffer.from(stream.next(new Uint8Array(1_024).fill(97))).toString();
		given += Buffer.from(stream.end()).toString();
		expect(given).toBe(REDACTED);
		expect(spentMs()).toBeLessThan(15_000);
	});
});
