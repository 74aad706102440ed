import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Env } from "../env.ts";

/** What an attempt of a run may speak for at the gate. Grants are not in it: the agent's object knows which the run has. */
export const Authority = z.strictObject({ tenantId: z.string(), agentId: z.string(), runId: z.string(), attempt: z.int() });
export type Authority = z.infer<typeof Authority>;

const sign = (key: string, payload: string): Buffer =>
	createHmac("sha256", Buffer.from(key, "base64")).update(`cordon-attempt\n${payload}`).digest();

/** The key, if it is one. @throws when it is missing: nothing may be signed under a default. */
const gateKey = (env: Env): string => {
	const key = env.GATE_KEY ?? "";
	if (Buffer.from(key, "base64").byteLength < 32)
		throw new Error("Opening the gate: GATE_KEY is missing or short, wanted base64 of 32 bytes");
	return key;
};

/** A token that only this attempt has. It is worth nothing once the attempt is over. */
export const makeToken = (env: Env, authority: Authority): string => {
	const payload = Buffer.from(JSON.stringify(authority)).toString("base64url");
	return `${payload}.${sign(gateKey(env), payload).toString("base64url")}`;
};

/** Tokens that were found good: a run shows its own at each call. What a token may do is asked of the agent's object each time all the same. */
const KNOWN_TOKENS = 1_000;
const known = new Map<string, Authority>();

/** Whom a token speaks for; null when it was not made here. */
export const readToken = (env: Env, token: string): Authority | null => {
	const seen = known.get(token);
	if (seen !== undefined) return seen;
	const authority = verifyToken(env, token);
	if (authority === null) return null;
	const [oldest] = known.keys();
	if (known.size >= KNOWN_TOKENS && oldest !== undefined) known.delete(oldest);
	known.set(token, authority);
	return authority;
};

const verifyToken = (env: Env, token: string): Authority | null => {
	const [payload, signature, ...rest] = token.split(".");
	if (payload === undefined || signature === undefined || rest.length > 0 || token.length > 1_024) return null;
	const given = Buffer.from(signature, "base64url");
	const wanted = sign(gateKey(env), payload);
	if (given.byteLength !== wanted.byteLength || !timingSafeEqual(given, wanted)) return null;
	// Signed here, so it is JSON.
	const parsed = Authority.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
	return parsed.success ? parsed.data : null;
};
