import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { secretNames } from "../leaks/secret-names.ts";
import { secretTexts } from "../leaks/secret-texts.ts";
import type { BoundPolicy } from "../policy/bind-policy.ts";
import { loadResources } from "../resources/load-resources.ts";
import { inTime } from "../secrets/in-time.ts";
import { openToLook } from "../secrets/open-to-look.ts";

/** Texts of the secrets that a policy names, for one look; `unknown`: they could not be opened, and nothing may go out unsearched. */
export type PolicySecrets =
	| { readonly kind: "opened"; readonly texts: readonly string[] }
	| { readonly kind: "unknown"; readonly why: string };

const NONE: PolicySecrets = { kind: "opened", texts: [] };

/** Names by `agent/version of its policy`: of a policy that names nothing of the registry they never change, of others these are the last that were read. */
const known = new Map<string, readonly string[]>();

/**
 * Opens all secrets that a policy's grants name, and those of the models and tool servers that they name. Nothing opened outlives the look; what is kept are names.
 * @param of whose policy it is, and which version
 */
export const openSecretsOf = async (
	env: Pick<Env, "DB" | "SEAL_KEY">,
	of: { readonly tenantId: string; readonly agentId: string; readonly version: number },
	policy: BoundPolicy,
): Promise<PolicySecrets> => {
	const { tenantId } = of;
	try {
		const names = await namesOf(env, of, policy);
		if (names.length === 0) return NONE;
		if (names.length > LIMITS.soughtSecrets)
			return { kind: "unknown", why: `its policy names ${names.length} secrets, and at most ${LIMITS.soughtSecrets} are looked for` };
		const values = await Promise.all(names.map((name) => openToLook(env, tenantId, name)));
		return { kind: "opened", texts: values.flatMap((value) => (value === null ? [] : secretTexts(value))) };
	} catch (error) {
		console.error(`Opening the secrets of a policy: ${error instanceof Error ? error.name : "an unknown error"}`);
		return { kind: "unknown", why: "the secrets of its policy could not be opened" };
	}
};

/** Names of the secrets that a policy names; where the registry does not answer, those that were last read. */
export const namesOf = async (
	env: Pick<Env, "DB">,
	{ tenantId, agentId, version }: Parameters<typeof openSecretsOf>[1],
	policy: BoundPolicy,
): Promise<readonly string[]> => {
	const key = `${agentId}/${version}`;
	const grants = [...policy.grants.values()];
	const refs = grants.flatMap(({ bound }) => bound.resources ?? []);
	const found = known.get(key);
	if (found !== undefined && refs.length === 0) return found;
	try {
		const resources = await inTime(loadResources(env, tenantId, refs), LIMITS.lookMs);
		const names = secretNames([...grants.map(({ grant }) => grant), ...resources.values()]);
		keep(key, names);
		return names;
	} catch (error) {
		if (found === undefined) throw error;
		return found;
	}
};

const keep = (key: string, names: readonly string[]): void => {
	known.delete(key);
	const [oldest] = known.keys();
	if (known.size >= LIMITS.secretNamesKnown && oldest !== undefined) known.delete(oldest);
	known.set(key, names);
};
