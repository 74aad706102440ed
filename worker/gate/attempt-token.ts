import { z } from "zod";
import type { Env } from "../env.ts";
import { signToken, verifyToken } from "./sign-token.ts";

/** What an attempt of a run may speak for at the gate. Grants are not in it: the agent's object knows which the run has. */
export const Authority = z.strictObject({ tenantId: z.string(), agentId: z.string(), runId: z.string(), attempt: z.int() });
export type Authority = z.infer<typeof Authority>;

/** A token that only this attempt has. It is worth nothing once the attempt is over. */
export const makeToken = (env: Env, authority: Authority): string => signToken(env, "attempt", authority);

/** Tokens that were found good: a run shows its own at each call. What a token may do is asked of the agent's object each time all the same. */
const KNOWN_TOKENS = 1_000;
const known = new Map<string, Authority>();

/** Whom a token speaks for; null when it was not made here. */
export const readToken = (env: Env, token: string): Authority | null => {
	const seen = known.get(token);
	if (seen !== undefined) return seen;
	const parsed = Authority.safeParse(verifyToken(env, "attempt", token));
	if (!parsed.success) return null;
	const [oldest] = known.keys();
	if (known.size >= KNOWN_TOKENS && oldest !== undefined) known.delete(oldest);
	known.set(token, parsed.data);
	return parsed.data;
};
