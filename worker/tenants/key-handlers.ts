import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { NewKey, Scope } from "../../contract/tenants.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { bearKey, findKey, insertKey, type KeyBirth, replaceKey, revokeRow, selectKeys, toKey } from "./key-store.ts";
import { knownKeys } from "./known-keys.ts";

const noSuchKey = (): Refusal => new Refusal("not_found", "finding a key: found none of this id, wanted a key of the tenant");

/** No key gives what it does not have. @throws Refusal `forbidden` naming the first scope too many */
const refuseMore = (action: string, wanted: readonly Scope[], own: readonly Scope[]): void => {
	const excess = wanted.find((scope) => !own.includes(scope));
	if (excess === undefined) return;
	throw new Refusal("forbidden", `${action}: the calling key does not have the scope ${excess}, wanted at most its own scopes`, {
		details: { scope: excess },
	});
};

/**
 * Makes and stores a key.
 * @throws Refusal `invalid_request` when it would be expired already, `conflict` when the tenant has LIMITS.keysPerTenant keys
 */
export const storeNewKey = async (env: Env, birth: KeyBirth): Promise<NewKey> => {
	if (birth.expiresAtMs !== null && birth.expiresAtMs <= birth.nowMs) {
		const issue = { path: "expiresAtMs", found: String(birth.expiresAtMs), wanted: "a time to come" };
		const message = `making a key: expiresAtMs: found ${birth.expiresAtMs}, which is past, wanted a time to come`;
		throw new Refusal("invalid_request", message, { details: { issues: [issue] } });
	}
	const { row, answer } = await bearKey(birth);
	if (await insertKey(env, row)) return answer;
	throw new Refusal("conflict", `making a key: the tenant has ${LIMITS.keysPerTenant} keys in use, wanted fewer; revoke some first`);
};

export const keyHandlers: Handlers<"createKey" | "listKeys" | "revokeKey" | "rollKey"> = {
	async createKey({ env, caller, body }) {
		const scopes = body.scopes ?? caller.scopes;
		refuseMore("making a key", scopes, caller.scopes);
		const birth = { tenantId: caller.tenantId, name: body.name, scopes, expiresAtMs: body.expiresAtMs ?? null, nowMs: Date.now() };
		return { status: 201, body: await storeNewKey(env, birth) };
	},

	async listKeys({ env, caller, query }) {
		const rows = await selectKeys(env, caller.tenantId, readCursor(query.cursor), query.limit + 1);
		const page = pageFrom(rows, query.limit);
		return { status: 200, body: { ...page, data: page.data.map(toKey) } };
	},

	async revokeKey({ env, caller, params }) {
		const row = await revokeRow(env, caller.tenantId, params.id, Date.now());
		if (row === null) throw noSuchKey();
		knownKeys.forget(row.locator);
		return { status: 200, body: toKey(row) };
	},

	async rollKey({ env, caller, params }) {
		const old = await findKey(env, caller.tenantId, params.id);
		if (old === null) throw noSuchKey();
		const { scopes, name, expiresAtMs, revokedAtMs } = toKey(old);
		refuseMore("rolling a key", scopes, caller.scopes);
		const nowMs = Date.now();
		const gone = new Refusal("conflict", "rolling a key: found it revoked or expired, wanted a key in use; make a new one");
		if (revokedAtMs !== null || (expiresAtMs !== null && expiresAtMs <= nowMs)) throw gone;
		const { row, answer } = await bearKey({ tenantId: caller.tenantId, name, scopes, expiresAtMs, nowMs });
		if (!(await replaceKey(env, old.id, row))) throw gone;
		knownKeys.forget(old.locator);
		return { status: 201, body: answer };
	},
};
