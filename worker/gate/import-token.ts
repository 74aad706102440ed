import { z } from "zod";
import type { Env } from "../env.ts";
import { signToken, verifyToken } from "./sign-token.ts";

/** What one import may reach at the gate: keys in the store of blobs. */
export const ImportAuthority = z.strictObject({
	tenantId: z.string(),
	/** The data as it was sent. */
	sourceKey: z.string(),
	/** The image that is added to; null: none. */
	baseKey: z.string().nullable(),
	/** Where the new image goes. */
	targetKey: z.string(),
	expiresAtMs: z.int(),
});
export type ImportAuthority = z.infer<typeof ImportAuthority>;

/** A token that only this import has. */
export const makeImportToken = (env: Env, authority: ImportAuthority): string => signToken(env, "import", authority);

/** What a token opens; null when it was not made here, or its time is over. */
export const readImportToken = (env: Env, token: string, nowMs: number): ImportAuthority | null => {
	const parsed = ImportAuthority.safeParse(verifyToken(env, "import", token));
	return parsed.success && nowMs < parsed.data.expiresAtMs ? parsed.data : null;
};
