import { Refusal } from "../../contract/errors.ts";
import type { SchemeName, TriggerSettings } from "../../contract/triggers.ts";
import { type AgentEntry, agentObject } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import { refusalOf } from "../runs/start-run.ts";
import { openSecret } from "../secrets/open-secret.ts";
import { schemes } from "./schemes/schemes.ts";

/**
 * Finds what would only show when a webhook comes: an agent that takes no runs, a secret that is not there or of another form, grants, a version or an isolation
 * that the agent does not have.
 * @param action how the refusal begins: `Making a trigger`
 * @throws Refusal `invalid_request`, `conflict`
 */
export const checkTrigger = async (
	env: Env,
	entry: AgentEntry,
	action: string,
	{ scheme, settings }: { readonly scheme: SchemeName; readonly settings: TriggerSettings },
): Promise<void> => {
	await checkSecret(env, entry.tenantId, action, scheme, settings.secret);
	const identity = { tenantId: entry.tenantId, agentId: entry.agentId };
	const agent = await agentObject(env, entry).agent(identity);
	if (agent === null || agent.status === "archived")
		throw new Refusal("conflict", `${action}: agent: found one that is archived, wanted one that takes runs`);
	const { grants, limits, programVersion, isolation } = settings;
	const fault = await agentObject(env, entry).checkRequest(identity, { grants, limits });
	if (fault !== null) throw refusalOf(fault);
	if (isolation === "warm" && agent.isolation !== "warm")
		throw wrong(action, "isolation", 'found "warm" and an agent that does not allow it', 'an agent with isolation "warm", or fresh');
	if (programVersion === null) return;
	const found = await agentObject(env, entry).findProgram(identity, programVersion);
	if (found.kind === "missing") throw wrong(action, "programVersion", `found ${programVersion}`, found.wanted);
};

/** @throws Refusal `invalid_request` */
export const checkSecret = async (env: Env, tenantId: string, action: string, scheme: SchemeName, name: string): Promise<void> => {
	const secret = await openSecret(env, tenantId, name);
	if (secret === null)
		throw wrong(action, "secret", `found no secret named ${name}`, `the name of one: make it with PUT /v1/secrets/${name}`);
	if (schemes[scheme].keyOf(secret) === null)
		throw wrong(action, "secret", `found a value of another form in ${name}`, "whsec_ and base64, as the sender shows it");
};

const wrong = (action: string, path: string, found: string, wanted: string): Refusal =>
	new Refusal("invalid_request", `${action}: ${path}: ${found}, wanted ${wanted}`, { details: { issues: [{ path, wanted }] } });
