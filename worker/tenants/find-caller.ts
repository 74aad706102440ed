import { Refusal } from "../../contract/errors.ts";
import type { Env } from "../env.ts";
import type { Caller } from "../handler.ts";
import { findByLocator } from "./key-store.ts";
import { equalInConstantTime, hashKeyValue, readLocator } from "./key-value.ts";
import { knownKeys } from "./known-keys.ts";

/** What an unknown locator is compared with, so that it costs what a wrong secret costs. No value has this hash. */
const NOBODY = "0".repeat(64);

/**
 * Whose key a value is; null when it is malformed (nothing is read then), unknown, wrong, revoked or expired.
 * @throws Refusal `tenant_suspended` for a valid key of a suspended tenant
 */
export const findCaller = async (env: Pick<Env, "DB">, value: string): Promise<Caller | null> => {
	const locator = await readLocator(value);
	if (locator === null) return null;
	const known = await knownKeys.get(locator, () => findByLocator(env, locator));
	const equal = equalInConstantTime(await hashKeyValue(value), known?.row.hash ?? NOBODY);
	if (!equal || known === null || known.row.revokedAtMs !== null) return null;
	if (known.row.expiresAtMs !== null && known.row.expiresAtMs <= Date.now()) return null;
	if (known.tenantStatus === "suspended")
		throw new Refusal("tenant_suspended", "authenticating: found a key of a suspended tenant, wanted one of an active tenant");
	return { tenantId: known.row.tenantId, keyId: known.row.id, scopes: known.scopes };
};
