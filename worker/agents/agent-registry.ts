import { and, desc, eq, lt, ne } from "drizzle-orm";
import type { AgentSummary } from "../../contract/agents.ts";
import { Refusal } from "../../contract/errors.ts";
import { isId, locatorOf, newId } from "../../contract/ids.ts";
import { openRegistry } from "../db/open-registry.ts";
import { RegistryCache } from "../db/registry-cache.ts";
import { agents } from "../db/schema.ts";
import type { AgentPort, Env } from "../env.ts";
import type { Birth } from "./object/configure.ts";

/** Where an agent is: what a request needs to reach its object. */
export interface AgentEntry {
	readonly tenantId: string;
	readonly agentId: string;
	readonly name: string;
}

/** Known entries, by tenant and by name or locator. Positive only. */
const known = new RegistryCache<AgentEntry>();
const nameKey = (tenantId: string, name: string): string => `${tenantId} name ${name}`;
const locatorKey = (tenantId: string, locator: string): string => `${tenantId} at ${locator}`;

/** A new agent's row, for an insert beside others. @throws nothing; a name that is taken shows at the insert. */
export const agentBirth = (tenantId: string, birth: Birth, nowMs: number): typeof agents.$inferInsert => {
	const id = newId("agt", nowMs);
	return {
		id,
		tenantId,
		locator: locatorOf(id),
		name: birth.name,
		status: "active",
		policyVersion: 1,
		birth: JSON.stringify(birth),
		createdAtMs: nowMs,
		updatedAtMs: nowMs,
	};
};

/** Makes an agent. @throws Refusal `conflict` when the tenant has one of that name. */
export const insertAgent = async (env: Env, tenantId: string, birth: Birth, nowMs: number): Promise<AgentEntry> => {
	const row = agentBirth(tenantId, birth, nowMs);
	const made = await openRegistry(env).insert(agents).values(row).onConflictDoNothing().returning({ id: agents.id });
	if (made.length === 0) throw nameTaken("Making an agent", birth.name);
	return { tenantId, agentId: row.id, name: birth.name };
};

/** Takes a new name in the registry, where names are unique, before the object learns it. */
export const renameAgent = async (env: Env, entry: AgentEntry, name: string): Promise<void> => {
	const others = openRegistry(env)
		.select({ id: agents.id })
		.from(agents)
		.where(and(eq(agents.tenantId, entry.tenantId), eq(agents.name, name), ne(agents.status, "archived"), ne(agents.id, entry.agentId)));
	if ((await others).length > 0) throw nameTaken("Renaming an agent", name);
	await openRegistry(env)
		.update(agents)
		.set({ name })
		.where(and(eq(agents.tenantId, entry.tenantId), eq(agents.id, entry.agentId)));
	for (const each of [entry.name, name]) known.forget(nameKey(entry.tenantId, each));
	known.forget(locatorKey(entry.tenantId, locatorOf(entry.agentId)));
};

/** Forgets what this isolate knows of an agent that was archived. */
export const forgetAgent = (entry: AgentEntry): void => known.forget(nameKey(entry.tenantId, entry.name));

/** The tenant's agent of an id or a name; null when there is none (a name of an archived agent is none). */
export const findAgent = async (env: Env, tenantId: string, idOrName: string): Promise<AgentEntry | null> => {
	if (isId("agt", idOrName)) {
		const entry = await findByLocator(env, tenantId, locatorOf(idOrName));
		return entry?.agentId === idOrName ? entry : null;
	}
	return known.get(nameKey(tenantId, idOrName), () => readNamed(env, tenantId, idOrName));
};

/** The same, but a name is that of today, whatever is cached. */
export const findAgentAnew = (env: Env, tenantId: string, idOrName: string): Promise<AgentEntry | null> =>
	isId("agt", idOrName) ? findAgent(env, tenantId, idOrName) : readNamed(env, tenantId, idOrName);

const readNamed = async (env: Env, tenantId: string, name: string): Promise<AgentEntry | null> =>
	toEntry(
		tenantId,
		await openRegistry(env)
			.select({ id: agents.id, name: agents.name })
			.from(agents)
			.where(and(eq(agents.tenantId, tenantId), eq(agents.name, name), ne(agents.status, "archived")))
			.limit(1),
	);

/** The tenant's agent that a run's or a call's id leads to, archived ones too; null when there is none. */
export const findByLocator = (env: Env, tenantId: string, locator: string): Promise<AgentEntry | null> =>
	known.get(locatorKey(tenantId, locator), async () =>
		toEntry(
			tenantId,
			await openRegistry(env)
				.select({ id: agents.id, name: agents.name })
				.from(agents)
				.where(and(eq(agents.tenantId, tenantId), eq(agents.locator, locator)))
				.limit(1),
		),
	);

/** Agents of a tenant, newest first, those before an id. */
export const listAgentRows = async (env: Env, tenantId: string, before: string | null, most: number): Promise<AgentSummary[]> =>
	openRegistry(env)
		.select({
			id: agents.id,
			name: agents.name,
			status: agents.status,
			policyVersion: agents.policyVersion,
			createdAtMs: agents.createdAtMs,
			updatedAtMs: agents.updatedAtMs,
		})
		.from(agents)
		.where(and(eq(agents.tenantId, tenantId), before === null ? undefined : lt(agents.id, before)))
		.orderBy(desc(agents.id))
		.limit(most);

/** The agent's object. It is named by tenant and locator, so that no id of another tenant leads to it. */
export const agentObject = (env: Env, entry: { tenantId: string; agentId: string }): AgentPort =>
	env.AGENTS.get(env.AGENTS.idFromName(`${entry.tenantId}/${locatorOf(entry.agentId)}`));

const toEntry = (tenantId: string, rows: readonly { id: string; name: string }[]): AgentEntry | null => {
	const [row] = rows;
	return row === undefined ? null : { tenantId, agentId: row.id, name: row.name };
};

const nameTaken = (action: string, name: string): Refusal =>
	new Refusal("conflict", `${action}: the tenant has an agent named ${JSON.stringify(name)}, wanted a name that is free`);
