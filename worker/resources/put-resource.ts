import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { forgetResource } from "./known-resources.ts";
import { findResource, insertResource, type ResourceKind, type ResourceRow, removeResource, replaceResource } from "./resource-store.ts";

/** How a refusal speaks of the kind: `naming a model`, `models`. */
export interface ResourceWords {
	readonly action: string;
	readonly several: string;
}

/**
 * Makes a resource or its next version, seen here at once.
 * @param resource `previous`: the version that was read; null: whatever is there now
 * @throws Refusal `invalid_request` for a description of more than LIMITS.resourceBytes, `conflict` when another write came between or the tenant has
 * LIMITS.resourcesPerTenant of the kind
 */
export const putResource = async (
	env: Pick<Env, "DB">,
	resource: { tenantId: string; kind: ResourceKind; name: string; description: object; previous: number | null },
	{ action, several }: ResourceWords,
): Promise<ResourceRow> => {
	const { tenantId, kind, name } = resource;
	const description = JSON.stringify(resource.description);
	const bytes = new TextEncoder().encode(description).byteLength;
	if (bytes > LIMITS.resourceBytes)
		throw new Refusal("invalid_request", `${action}: found a description of ${bytes} bytes, wanted at most ${LIMITS.resourceBytes}`);
	const previous = resource.previous ?? (await findResource(env, tenantId, kind, name))?.version ?? null;
	const row = { tenantId, kind, name, description, nowMs: Date.now() };
	const stored = previous === null ? await insertResource(env, row) : await replaceResource(env, { ...row, previous });
	forgetResource(tenantId, kind, name);
	if (stored !== null) return stored;
	const message = `${action}: found another write to ${name} at the same time, or ${LIMITS.resourcesPerTenant} ${several}, wanted neither`;
	throw new Refusal("conflict", message, { hint: `Send it again; if it stays, delete ${several} that are not used.` });
};

/** Forgets a resource, here at once; null when there was none. */
export const dropResource = async (
	env: Pick<Env, "DB">,
	tenantId: string,
	kind: ResourceKind,
	name: string,
): Promise<ResourceRow | null> => {
	const removed = await removeResource(env, tenantId, kind, name);
	forgetResource(tenantId, kind, name);
	return removed;
};
