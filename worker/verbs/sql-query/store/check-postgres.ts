import { LIMITS } from "../../../../contract/limits.ts";
import type { PostgresAccess } from "../../store-access.ts";
import { strongRole } from "./check-role.ts";
import { postgresFailure } from "./postgres-failure.ts";
import { openSession } from "./postgres-session.ts";
import { opening } from "./query-postgres.ts";
import { RIGHTS_QUERY, readRights, rightsWarnings, writesOf } from "./role-rights.ts";

/** What was found of a store's database; `refused` says why nothing may be attached, in words for the operator. */
export type StoreCheck = { kind: "fits"; warnings: readonly string[] } | { kind: "refused"; found: string };

/** Whether the role behind a binding only reads. */
export const checkPostgres = async (access: PostgresAccess): Promise<StoreCheck> => {
	const session = openSession(access, { mostBytes: LIMITS.storeWireBytes, signal: AbortSignal.timeout(LIMITS.storeCheckMs) });
	try {
		const strong = strongRole(await session.command(opening(LIMITS.storeCheckMs)));
		if (strong !== null) return { kind: "refused", found: `a role that is, or may become, ${strong}` };
		const rights = readRights(await session.command(RIGHTS_QUERY));
		await session.command("rollback");
		const writes = writesOf(rights);
		return writes === null ? { kind: "fits", warnings: rightsWarnings(rights) } : { kind: "refused", found: writes };
	} catch (error) {
		return {
			kind: "refused",
			found: `a database that did not answer: ${postgresFailure(error, access, LIMITS.storeCheckMs, "grant").message}`,
		};
	} finally {
		await session.end();
	}
};
