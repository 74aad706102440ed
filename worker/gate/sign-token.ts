import { createHmac, timingSafeEqual } from "node:crypto";
import type { Env } from "../env.ts";

/** Longest token, characters. */
const TOKEN_CHARS = 1_024;

/** What a token is for: one for one purpose is nothing for another. */
export type TokenPurpose = "attempt" | "import";

const sign = (key: string, purpose: TokenPurpose, payload: string): Buffer =>
	createHmac("sha256", Buffer.from(key, "base64")).update(`cordon-${purpose}\n${payload}`).digest();

/** The key, if it is one. @throws when it is missing: nothing may be signed under a default. */
const gateKey = (env: Env): string => {
	const key = env.GATE_KEY ?? "";
	if (Buffer.from(key, "base64").byteLength < 32)
		throw new Error("Opening the gate: GATE_KEY is missing or short, wanted base64 of 32 bytes");
	return key;
};

/** A token that says what `content` says, for a purpose. */
export const signToken = (env: Env, purpose: TokenPurpose, content: unknown): string => {
	const payload = Buffer.from(JSON.stringify(content)).toString("base64url");
	return `${payload}.${sign(gateKey(env), purpose, payload).toString("base64url")}`;
};

/** What a token says: JSON that was signed here for the purpose; null when it was not. */
export const verifyToken = (env: Env, purpose: TokenPurpose, token: string): unknown => {
	const [payload, signature, ...rest] = token.split(".");
	if (payload === undefined || signature === undefined || rest.length > 0 || token.length > TOKEN_CHARS) return null;
	const given = Buffer.from(signature, "base64url");
	const wanted = sign(gateKey(env), purpose, payload);
	if (given.byteLength !== wanted.byteLength || !timingSafeEqual(given, wanted)) return null;
	// Signed here, so it is JSON.
	return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
};
