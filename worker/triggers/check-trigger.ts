import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { SchemeName, TriggerSettings } from "../../contract/triggers.ts";
import { refusalOf } from "../agents/accept-answer.ts";
import { type AgentEntry, agentObject } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
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
	const { grants, limits, programVersion, isolation } = settings;
	const fault = await agentObject(env, entry).checkTerms(entry, action, { grants, limits, programVersion, isolation });
	if (fault !== null) throw refusalOf(fault);
};

const WANTED_KEY = `whsec_ and base64 of ${LIMITS.webhookSecretBytes.min} to ${LIMITS.webhookSecretBytes.max} bytes, as the sender shows it`;

/** @throws Refusal `invalid_request` */
export const checkSecret = async (env: Env, tenantId: string, action: string, scheme: SchemeName, name: string): Promise<void> => {
	const secret = await openSecret(env, tenantId, name);
	if (secret === null)
		throw wrong(action, "secret", `found no secret named ${name}`, `the name of one: make it with PUT /v1/secrets/${name}`);
	if (schemes[scheme].keyOf(secret) === null) throw wrong(action, "secret", `found a value of another form in ${name}`, WANTED_KEY);
};

const wrong = (action: string, path: string, found: string, wanted: string): Refusal =>
	new Refusal("invalid_request", `${action}: ${path}: ${found}, wanted ${wanted}`, { details: { issues: [{ path, wanted }] } });
