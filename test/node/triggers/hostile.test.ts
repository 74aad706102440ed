import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { SCHEMES } from "../../../contract/triggers.ts";
import { TriggerSettings } from "../../../contract/triggers.ts";
import { readHook } from "../../../worker/triggers/read-hook.ts";
import { NOW_MS, NOW_SECONDS, OWN, SECRET, SENDERS, verify } from "./signing.ts";

/** What a header may be, most of it near to what signatures look like. */
const value = fc.oneof(
	fc.string({ unit: "grapheme-ascii", maxLength: 200 }),
	fc.constantFrom(
		"v1,",
		"v0=",
		"sha256=",
		`t=${NOW_SECONDS},v1=`,
		NOW_SECONDS,
		"v1,AAAA v1,BBBB",
		"=".repeat(50),
		",".repeat(50),
		" ".repeat(50),
	),
	fc.base64String({ maxLength: 100 }).map((text) => `v1,${text}`),
	fc.stringMatching(/^[0-9a-f]{64}$/).map((text) => `sha256=${text}`),
);
const names = [...new Set(SCHEMES.flatMap((name) => Object.keys(SENDERS[name]({ secret: SECRET, body: "" }))))];
const headersOf = fc.record(Object.fromEntries(names.map((name) => [name, fc.option(value, { nil: undefined })])));

describe("whatever a stranger sends", () => {
	test.each(SCHEMES)("%s refuses it, and throws at nothing", (name) => {
		fc.assert(
			fc.property(headersOf, fc.uint8Array({ maxLength: 200 }), (given, body) => {
				const headers = Object.fromEntries(
					Object.entries(given).flatMap(([key, text]) => (text === undefined ? [] : [[key, text.trim()]])),
				);
				expect(verify(name, { headers, body, secrets: [SECRET], settings: { hmac: OWN } }).kind).toBe("refused");
			}),
			{ numRuns: 500 },
		);
	});

	test.each(SCHEMES)("%s refuses a signed message with any one byte of it another", (name) => {
		const body = '{"id":"evt_1","amount":100}';
		const headers = SENDERS[name]({ secret: SECRET, body });
		fc.assert(
			fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
				const altered = new TextEncoder().encode(body);
				altered[at] = (altered[at] ?? 0) ^ flip;
				expect(verify(name, { headers, body: altered, secrets: [SECRET], settings: { hmac: OWN } }).kind).toBe("refused");
			}),
		);
	});

	test("headers of a megabyte cost no more than reading them", () => {
		for (const name of SCHEMES)
			for (const text of [
				"v1,".repeat(300_000),
				"a".repeat(1_000_000),
				"sha256=".padEnd(1_000_000, "0"),
				`t=1,${"v1=0,".repeat(200_000)}`,
			]) {
				const headers = Object.fromEntries(Object.keys(SENDERS[name]({ secret: SECRET, body: "" })).map((header) => [header, text]));
				const spentMs = startCpuClock();
				expect(verify(name, { headers, body: "", secrets: [SECRET], settings: { hmac: OWN } }).kind).toBe("refused");
				expect(spentMs(), `${name} ${text.slice(0, 10)}`).toBeLessThan(5_000);
			}
	});
});

describe("whatever a sender signs", () => {
	const settings = TriggerSettings.parse({
		...{ name: null, secret: "hook", previousSecret: null, toleranceSeconds: 300, hmac: OWN, wait: 0, programVersion: null },
		...{ grants: null, limits: null, metadata: {}, isolation: null },
		filter: { any: [{ argument: "0.a", over: 1 }, { not: { argument: "0.b.0", startsWith: "x" } }, { method: ["issues", ""] }] },
		input: { a: { $from: "0.a" }, b: [{ $from: "1.x" }, { $from: "0.b.c", default: 1 }] },
	});
	const times = { createdAtMs: NOW_MS, updatedAtMs: NOW_MS, stored: "", status: "active" } as const;

	test.each(SCHEMES)("%s reads it as something, or refuses it as malformed", (scheme) => {
		const types = fc.constantFrom(
			"application/json",
			"application/x-www-form-urlencoded",
			"text/plain",
			"application/x+json",
			"",
			";;",
			"multipart/form-data",
		);
		const bodies = fc
			.oneof(fc.json(), fc.string({ unit: "binary" }), fc.webQueryParameters())
			.map((text) => new TextEncoder().encode(text));
		fc.assert(
			fc.property(types, bodies, (type, bytes) => {
				const headers = new Headers({ "content-type": type, "webhook-id": "msg_1", "x-own-time": NOW_SECONDS });
				const row = { id: "trg_1", tenantId: "ten_1", agentId: "agt_1", scheme, settings, ...times };
				const outcome = ((): string => {
					try {
						return readHook(row, headers, bytes).kind;
					} catch (thrown) {
						return thrown instanceof Error ? `refused ${Reflect.get(thrown, "code")}` : "thrown";
					}
				})();
				expect(["handshake", "filtered", "start", "refused invalid_request"]).toContain(outcome);
			}),
			{ numRuns: 500 },
		);
	});

	test("Slack's verification token reaches neither a filter nor a program", () => {
		const row = { id: "trg_1", tenantId: "ten_1", agentId: "agt_1", scheme: "slack", ...times } as const;
		const bytes = new TextEncoder().encode('{"token":"xyzz0WbapA4vBCDEFasx0q6G","type":"event_callback","event":{"token":"kept"}}');
		const headers = new Headers({ "content-type": "application/json" });
		const read = (over: object) => readHook({ ...row, settings: { ...settings, filter: null, input: null, ...over } }, headers, bytes);
		expect(JSON.stringify(read({}))).not.toContain("xyzz0");
		expect(JSON.stringify(read({ input: { $from: "0" } }))).not.toContain("xyzz0");
		expect(read({ filter: { argument: "0.token", exists: true } }).kind).toBe("filtered");
		expect(read({ filter: { argument: "0.event.token", exists: true } }).kind).toBe("start");
	});
});
