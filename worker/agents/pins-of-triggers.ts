import { and, eq, sql } from "drizzle-orm";
import { openRegistry } from "../db/open-registry.ts";
import { triggers } from "../db/webhook-schema.ts";
import type { Env } from "../env.ts";
import type { AgentEntry } from "./agent-registry.ts";
import type { Pin } from "./object/store-program.ts";

/** The first of an agent's triggers that names a version of its program, if one does. One that is disabled counts: it may be enabled again. */
export const pinsOfTriggers = async (env: Env, { tenantId, agentId }: AgentEntry, programVersion: number): Promise<Pin[]> => {
	const rows = await openRegistry(env)
		.select({ id: triggers.id })
		.from(triggers)
		.where(
			and(
				eq(triggers.tenantId, tenantId),
				eq(triggers.agentId, agentId),
				sql`json_extract(${triggers.settings}, '$.programVersion') = ${programVersion}`,
			),
		)
		.limit(1);
	return rows.map(({ id }) => ({ kind: "trigger", id, programVersion }));
};
