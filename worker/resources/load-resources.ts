import type { Env } from "../env.ts";
import type { ResourceRef, Resources } from "../verbs/verb.ts";
import { knownResource } from "./known-resources.ts";

/** The descriptions of what grants name, by `kind/name`; what the tenant does not have is left out. A description's `version` is the stored row's. */
export const loadResources = async (env: Pick<Env, "DB">, tenantId: string, refs: readonly ResourceRef[]): Promise<Resources> => {
	const resources = new Map<string, unknown>();
	for (const { kind, name } of refs) {
		const row = await knownResource(env, tenantId, kind, name);
		if (row !== null) resources.set(`${kind}/${name}`, { ...parseObject(row.description), version: row.version });
	}
	return resources;
};

/** Written by a room of ours, so it is an object. */
const parseObject = (text: string): object => {
	const value: unknown = JSON.parse(text);
	return typeof value === "object" && value !== null ? value : {};
};
