import { describe, expect, it } from "vitest";
import { makeToken, readToken } from "../../../worker/gate/attempt-token.ts";
import { testEnv } from "../http/ask.ts";

const GATE_KEY = btoa("0123456789abcdef0123456789abcdef");
const env = { ...testEnv, GATE_KEY };
const authority = { tenantId: "ten_a", agentId: "agt_b", runId: "run_c", attempt: 1 };

describe("an attempt's token", () => {
	it("speaks for its attempt, again and again", () => {
		const token = makeToken(env, authority);
		expect(readToken(env, token)).toEqual(authority);
		expect(readToken(env, token)).toEqual(authority);
	});

	it("is worth nothing with another word in it, another signature, none, or too much text", () => {
		const [payload = "", signature = ""] = makeToken(env, authority).split(".");
		const other = btoa(JSON.stringify({ ...authority, tenantId: "ten_z" }));
		for (const token of [
			`${other}.${signature}`,
			`${payload}.${signature.slice(0, -2)}AA`,
			`${payload}.`,
			payload,
			"",
			".",
			`${payload}.${signature}.x`,
			`${payload}.${"A".repeat(2_000)}`,
		]) {
			expect(readToken(env, token), token).toBeNull();
		}
	});

	it("is worth nothing under another key", () => {
		const token = makeToken({ ...testEnv, GATE_KEY: btoa("another key of thirty-two bytes!") }, authority);
		expect(readToken(env, token)).toBeNull();
	});

	it("is not made without a key of 32 bytes", () => {
		for (const key of [undefined, "", btoa("short")]) {
			expect(() => makeToken({ ...testEnv, ...(key === undefined ? {} : { GATE_KEY: key }) }, authority)).toThrow(/GATE_KEY/);
		}
	});
});
