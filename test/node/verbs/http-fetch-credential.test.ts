import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { makeRedactor, REDACTED } from "../../../worker/verbs/http-fetch/redact-secret.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { callContext, performOnHost } from "./perform.ts";
import { startUpstream } from "./upstream.ts";

const SECRET = 'pa55/+word"&<=% 0123456789';

const fetchWith = async (
	secret: string | Uint8Array | undefined,
	answer: Parameters<typeof startUpstream>[0],
	format = "Bearer {secret}",
) => {
	await using upstream = await startUpstream(answer);
	const grant = loopbackGrant([upstream.port], { inject: { header: "X-Auth", format, secret: "token" } });
	const context = callContext({ secrets: secret === undefined ? {} : { token: secret }, developmentHosts: [`127.0.0.1:${upstream.port}`] });
	return { outcome: await performOnHost(grant, "fetch", [{ url: `${upstream.origin}/` }], context), seen: upstream.seen };
};

describe("the injected credential", () => {
	test("reaches the far side in its format", async () => {
		const { seen } = await fetchWith("$&-$1-$`-12345678", (_request, response) => response.end(), "token {secret} end");
		expect(seen[0]?.headers["x-auth"]).toBe("token $&-$1-$`-12345678 end");
	});

	const bytes = Buffer.from(SECRET);
	test.each([
		["as it is", SECRET],
		["formatted", `Bearer ${SECRET}`],
		["twice in a row", SECRET + SECRET],
		["in JSON", JSON.stringify({ a: SECRET })],
		["in JSON with escaped slashes", JSON.stringify({ a: SECRET }).replaceAll("/", "\\/")],
		["in HTML", SECRET.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")],
		["percent-encoded", encodeURIComponent(SECRET)],
		["percent-encoded in lower case", encodeURIComponent(SECRET).toLowerCase()],
		["percent-encoded throughout", bytes.toString("hex").replace(/../g, "%$&")],
		["form-encoded", new URLSearchParams({ a: SECRET }).toString()],
		["in base64", bytes.toString("base64")],
		["in base64url", bytes.toString("base64url")],
		["in hex", bytes.toString("hex")],
		["in upper-case hex", bytes.toString("hex").toUpperCase()],
		["formatted in hex", Buffer.from(`Bearer ${SECRET}`).toString("hex")],
		["in base64 as a password", Buffer.from(`user:${SECRET}`).toString("base64")],
		["in base64 behind one byte", Buffer.from(`x${SECRET}y`).toString("base64")],
		["in base64 behind two bytes", Buffer.from(`xx${SECRET}yy`).toString("base64url")],
	])("is redacted when it is echoed %s", async (_name, echo) => {
		const { outcome } = await fetchWith(SECRET, (_request, response) =>
			response.writeHead(200, { "content-type": "text/plain", "x-echo": echo }).end(`before ${echo} after`),
		);
		const response = responseOf(outcome);
		expect(response.body).toMatch(/^before .*\[redacted\].* after$/);
		expect(new Map(response.headers).get("x-echo")).toContain(REDACTED);
		// Nothing of eight characters of what was echoed is left, apart from what stood around the secret.
		const left = JSON.stringify(outcome);
		for (const form of [SECRET, bytes.toString("base64").slice(2, -3), bytes.toString("hex"), encodeURIComponent(SECRET)])
			expect(left).not.toContain(form);
	});

	test("is redacted in binary, at the start, at the end and across the far side's chunks", async () => {
		const { outcome } = await fetchWith("0123456789", (_request, response) => {
			response.writeHead(200, { "content-type": "application/octet-stream" });
			response.write(Buffer.concat([Buffer.from("0123456789"), Buffer.from([0, 255, 1]), Buffer.from("01234")]));
			setImmediate(() => response.end(Buffer.from("567890123456789")));
		});
		expect(responseOf(outcome).body).toEqual(
			new Uint8Array(Buffer.concat([Buffer.from(REDACTED), Buffer.from([0, 255, 1]), Buffer.from(REDACTED), Buffer.from(REDACTED)])),
		);
	});

	test("is never in what the redactor gives, wherever it stood", () => {
		const redactor = makeRedactor("abcabcab");
		fc.assert(
			fc.property(fc.array(fc.constantFrom("a", "b", "c", "abcabcab", "ab", "abc", "\0", "é"), { maxLength: 30 }), (parts) => {
				const text = parts.join("");
				expect(redactor.text(text)).not.toContain("abcabcab");
				expect(new TextDecoder().decode(redactor.bytes(new TextEncoder().encode(text)))).toBe(redactor.text(text));
			}),
			{ numRuns: 1_000 },
		);
	});

	const { min, max } = LIMITS.injectedSecretBytes;
	test.each([
		["missing", undefined],
		["empty", ""],
		["one under the shortest", "x".repeat(min - 1)],
		["one over the longest", "x".repeat(max + 1)],
		["with CR LF", "12345678\r\nx: y"],
		["with a newline at its end", "12345678\n"],
		["with NUL", "1234\x005678"],
		["beyond ASCII", "passwörd-1234"],
		["binary", new Uint8Array(16).fill(0xff)],
	])("that is %s is unavailable, nothing is sent, and the refusal says nothing of it", async (_name, secret) => {
		const { outcome, seen } = await fetchWith(secret, (_request, response) => response.end());
		expect(outcome).toEqual({
			kind: "failed",
			code: "secret_unavailable",
			message: "fetch: the secret that the grant injects is not there or does not fit a header",
			cost: { egressBytes: 0 },
		});
		expect(seen).toHaveLength(0);
	});

	test("is taken at its shortest and its longest", async () => {
		for (const length of [min, max]) {
			const { seen } = await fetchWith("x".repeat(length), (_request, response) => response.end());
			expect(seen[0]?.headers["x-auth"]).toBe(`Bearer ${"x".repeat(length)}`);
		}
	});

	test("does not let the mark push a body over its limit", async () => {
		await using upstream = await startUpstream((_request, response) => response.end("12345678".repeat(10)));
		const grant = loopbackGrant([upstream.port], {
			inject: { header: "x-auth", format: "{secret}", secret: "token" },
			limits: { responseBytes: 80 },
		});
		const context = callContext({ secrets: { token: "12345678" }, developmentHosts: [`127.0.0.1:${upstream.port}`] });
		expect(await performOnHost(grant, "fetch", [{ url: `${upstream.origin}/` }], context)).toMatchObject({ code: "response_too_large" });
	});
});
