import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";
import type { BoundGrant, Resources } from "../verbs/verb.ts";
import { isOutbound } from "./is-outbound.ts";
import { secretNames } from "./secret-names.ts";

/** A grant, as far as the warnings look at it. */
interface NamedGrant {
	readonly name: string;
	readonly verb: string;
	readonly grant: unknown;
	readonly bound: Pick<BoundGrant, "labels">;
}

/** What a person who reads a policy should know of what is looked for in the calls of its runs. `grants`: those that it is about. Pure. */
export const leakWarnings = (
	{ grants, hasCanary }: { readonly grants: readonly NamedGrant[]; readonly hasCanary: boolean },
	resources: Resources,
): { readonly grants: readonly string[]; readonly message: string }[] => {
	const outbound = grants.filter(isOutbound).map(({ name }) => name);
	if (outbound.length === 0) return [];
	const names = secretNames([...grants.map(({ grant }) => grant), ...resources.values()]);
	const readable = grants.filter(({ verb, grant }) => verb === "files" && readsWhatItIsGiven(grant)).map(({ name }) => name);
	return [
		...(names.length > LIMITS.soughtSecrets ? [{ grants: outbound, message: tooMany(names.length) }] : []),
		...(readable.length > 0 && !hasCanary ? [{ grants: readable, message: NO_CANARY }] : []),
	];
};

/** A mount that is only read holds what somebody else put there. */
const Mounts = z.object({ mounts: z.record(z.string(), z.string()) });
const readsWhatItIsGiven = (grant: unknown): boolean => Object.values(Mounts.safeParse(grant).data?.mounts ?? {}).includes("read");

const tooMany = (count: number): string =>
	`The policy names ${count} secrets, and at most ${LIMITS.soughtSecrets} are looked for in what goes out: every call that goes out is denied. Split the agent, or share secrets.`;
const NO_CANARY =
	'Runs read files and can send something out, and no honeytoken tells when they send what they read. Add "canary": { "path": … } below one of the mounts.';
