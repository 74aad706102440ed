import type { Env } from "../env.ts";
import { openSecret } from "../secrets/open-secret.ts";
import { schemes } from "./schemes/schemes.ts";
import type { TriggerRow } from "./trigger-row.ts";

/**
 * The keys with which a trigger's sender may have signed now: its secret's, and the one's before within a roll's overlap. A secret that is gone, or not of the
 * scheme's form, opens nothing; with none of them every request is refused.
 * @throws Refusal `internal` when secrets cannot be opened
 */
export const hookKeys = async (env: Env, { tenantId, scheme, settings }: TriggerRow, nowMs: number): Promise<readonly Uint8Array[]> => {
	const { secret, previousSecret } = settings;
	const names = previousSecret !== null && nowMs < previousSecret.untilMs ? [secret, previousSecret.name] : [secret];
	const opened = await Promise.all(names.map((name) => openSecret(env, tenantId, name)));
	return opened.flatMap((bytes) => {
		const key = bytes === null ? null : schemes[scheme].keyOf(bytes);
		return key === null ? [] : [key];
	});
};
