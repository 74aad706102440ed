import { and, asc, eq, gt, inArray, ne } from "drizzle-orm";
import { openRegistry } from "../db/open-registry.ts";
import { agents, runs } from "../db/schema.ts";
import type { Env } from "../env.ts";

const PAGE = 1_000;

/**
 * Ids of a tenant's agents but archived ones, each once, those with live runs (as far as the archive knows) first. An agent that is made while they are read
 * may be missing: it reads its tenant's status when it is born.
 */
export async function* agentsToTell(env: Pick<Env, "DB">, tenantId: string): AsyncGenerator<string, undefined> {
	const registry = openRegistry(env);
	const isLive = and(eq(runs.tenantId, tenantId), inArray(runs.status, ["queued", "running", "waiting_approval"]));
	const busy = new Set((await registry.selectDistinct({ id: runs.agentId }).from(runs).where(isLive)).map(({ id }) => id));
	yield* busy;
	for (let after = ""; ; ) {
		const isNext = and(eq(agents.tenantId, tenantId), gt(agents.id, after), ne(agents.status, "archived"));
		const page = await registry.select({ id: agents.id }).from(agents).where(isNext).orderBy(asc(agents.id)).limit(PAGE);
		for (const { id } of page) if (!busy.has(id)) yield id;
		const last = page.at(-1)?.id;
		if (last === undefined || page.length < PAGE) return undefined;
		after = last;
	}
}
