import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { type AgentEntry, agentObject, findAgent } from "../agents/agent-registry.ts";
import { agentInBody, agentInQuery } from "../agents/named-agent.ts";
import { pageBy, pageFrom, readIdCursor, readNumberCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { checkSecret, checkTrigger } from "./check-trigger.ts";
import { describeTrigger } from "./describe-trigger.ts";
import { hookKeys } from "./hook-keys.ts";
import { forgetTrigger } from "./known-triggers.ts";
import { receiveHook } from "./receive-hook.ts";
import { changedSettings, newSettings, rolledSettings } from "./trigger-settings.ts";
import type { TriggerRow } from "./trigger-row.ts";
import { tryTrigger } from "./try-trigger.ts";
import { findTrigger, insertTrigger, removeTrigger, replaceTrigger, selectTriggers } from "./trigger-store.ts";

type Ids =
	| "createTrigger"
	| "listTriggers"
	| "getTrigger"
	| "updateTrigger"
	| "deleteTrigger"
	| "disableTrigger"
	| "enableTrigger"
	| "rollTrigger"
	| "tryTrigger"
	| "listTriggerRequests"
	| "receiveHook";

/** The operations on webhooks in. */
export const triggerHandlers: Handlers<Ids> = {
	createTrigger: async ({ env, caller, body, origin }) => {
		const entry = await agentInBody(env, caller.tenantId, body.agent, "Making a trigger");
		const settings = newSettings(body);
		await checkTrigger(env, entry, "Making a trigger", { scheme: body.scheme, settings });
		const row = await insertTrigger(env, { ...entry, scheme: body.scheme, settings, nowMs: Date.now() });
		if (row === null) throw tooMany();
		return { status: 201, body: describeTrigger(row, origin, Date.now()), headers: { location: `/v1/triggers/${row.id}` } };
	},

	listTriggers: async ({ env, caller, query, origin }) => {
		const agentId = await agentInQuery(env, caller.tenantId, query.agent);
		const rows = await selectTriggers(env, caller.tenantId, { agentId, before: readIdCursor(query.cursor, "trg"), most: query.limit + 1 });
		const { data, nextCursor } = pageFrom(rows, query.limit);
		return { status: 200, body: { data: data.map((row) => describeTrigger(row, origin, Date.now())), nextCursor } };
	},

	getTrigger: async ({ env, caller, params, origin }) => {
		const row = await ownTrigger(env, caller.tenantId, params.id);
		const { status, body } = shown(row, origin);
		const keys = await hookKeys(env, row, Date.now());
		return { status, body: keys.length > 0 ? body : { ...body, fault: noSecretText(row) } };
	},

	updateTrigger: async ({ env, caller, params, body, origin }) => {
		const before = await ownTrigger(env, caller.tenantId, params.id);
		const settings = changedSettings(before.scheme, before.settings, body);
		const entry = await agentOf(env, before);
		await checkTrigger(env, entry, "Changing a trigger", { scheme: before.scheme, settings });
		return shown(await change(env, before, { settings, status: before.status }), origin);
	},

	deleteTrigger: async ({ env, caller, params, origin }) => {
		const row = await removeTrigger(env, caller.tenantId, params.id);
		if (row === null) throw missing();
		forgetTrigger(row.id);
		return shown(row, origin);
	},

	disableTrigger: async ({ env, caller, params, origin }) => {
		const before = await ownTrigger(env, caller.tenantId, params.id);
		return shown(await change(env, before, { settings: before.settings, status: "disabled" }), origin);
	},

	enableTrigger: async ({ env, caller, params, origin }) => {
		const before = await ownTrigger(env, caller.tenantId, params.id);
		return shown(await change(env, before, { settings: before.settings, status: "active" }), origin);
	},

	rollTrigger: async ({ env, caller, params, body, origin }) => {
		const before = await ownTrigger(env, caller.tenantId, params.id);
		await checkSecret(env, caller.tenantId, "Rolling a trigger's secret", before.scheme, body.secret);
		const settings = rolledSettings(before.settings, body, Date.now());
		return shown(await change(env, before, { settings, status: before.status }), origin);
	},

	tryTrigger: async ({ env, caller, params, body }) => {
		const row = await ownTrigger(env, caller.tenantId, params.id);
		return { status: 200, body: await tryTrigger(env, await agentOf(env, row), row, body) };
	},

	listTriggerRequests: async ({ env, caller, params, query }) => {
		const { id, agentId, tenantId } = await ownTrigger(env, caller.tenantId, params.id);
		const identity = { tenantId, agentId };
		const requests = await agentObject(env, identity).requests(identity, id, readNumberCursor(query.cursor), query.limit + 1);
		return { status: 200, body: pageBy(requests, query.limit, ({ seq }) => seq) };
	},

	receiveHook,
};

const shown = (row: TriggerRow, origin: string) => ({ status: 200, body: describeTrigger(row, origin, Date.now()) }) as const;

const noSecretText = ({ settings: { secret } }: TriggerRow): string =>
	`every message is refused: found no secret ${secret} of the scheme's form, wanted it: make it with PUT /v1/secrets/${secret}`;

const ownTrigger = async (env: Env, tenantId: string, id: string): Promise<TriggerRow> => {
	const row = await findTrigger(env, tenantId, id);
	if (row === null) throw missing();
	return row;
};

const agentOf = async (env: Env, { tenantId, agentId }: TriggerRow): Promise<AgentEntry> => {
	const entry = await findAgent(env, tenantId, agentId);
	if (entry === null) throw missing();
	return entry;
};

/** Seen here at once, elsewhere within LIMITS.cacheMs. */
const change = async (env: Env, before: TriggerRow, to: Pick<TriggerRow, "settings" | "status">): Promise<TriggerRow> => {
	const row = await replaceTrigger(env, before, { ...to, nowMs: Date.now() });
	forgetTrigger(before.id);
	if (row !== null) return row;
	throw new Refusal("conflict", "Changing a trigger: found another change to it at the same time, wanted none", {
		hint: "Read the trigger again, then send the change again.",
	});
};

const missing = (): Refusal => new Refusal("not_found", "Looking up a trigger: there is none of that id");

const tooMany = (): Refusal =>
	new Refusal("conflict", `Making a trigger: found ${LIMITS.triggersPerTenant} triggers of this tenant, wanted fewer`, {
		hint: "Delete triggers that are not used.",
	});
