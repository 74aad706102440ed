import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Secret } from "../../contract/tenants.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { sealValue } from "./seal.ts";
import { sealedSecrets } from "./sealed-secrets.ts";
import { findSealed, insertSecret, removeSecret, replaceSecret, selectSecrets } from "./secret-store.ts";

export const secretHandlers: Handlers<"putSecret" | "listSecrets" | "deleteSecret"> = {
	async putSecret({ env, caller, params, body }) {
		return { status: 200, body: await putSecret(env, caller.tenantId, params.name, body.value) };
	},

	async listSecrets({ env, caller, query }) {
		const rows = await selectSecrets(env, caller.tenantId, readCursor(query.cursor), query.limit + 1);
		return { status: 200, body: pageFrom(rows, query.limit) };
	},

	async deleteSecret({ env, caller, params }) {
		const removed = await removeSecret(env, caller.tenantId, params.name);
		sealedSecrets.forget(`${caller.tenantId}/${params.name}`);
		if (removed !== null) return { status: 200, body: removed };
		throw new Refusal("not_found", `deleting a secret: found none named ${params.name}, wanted a secret of the tenant`);
	},
};

/**
 * Seals for the version that follows the stored one and stores it only if that is still so: a sealed value opens for its own version alone.
 * @throws Refusal `conflict` when another write came between, or when the tenant has LIMITS.secretsPerTenant secrets
 */
const putSecret = async (env: Env, tenantId: string, name: string, value: string): Promise<Secret> => {
	const previous = (await findSealed(env, tenantId, name))?.version ?? 0;
	const sealed = await sealValue(env, { tenantId, name, version: previous + 1 }, new TextEncoder().encode(value));
	const row = { tenantId, name, sealed, nowMs: Date.now() };
	const stored = previous === 0 ? await insertSecret(env, row) : await replaceSecret(env, { ...row, previous });
	sealedSecrets.forget(`${tenantId}/${name}`);
	if (stored !== null) return stored;
	const message = `storing a secret: found another write to ${name} at the same time, or ${LIMITS.secretsPerTenant} secrets, wanted neither`;
	throw new Refusal("conflict", message, { hint: "Send it again; if it stays, delete secrets that are not used." });
};
