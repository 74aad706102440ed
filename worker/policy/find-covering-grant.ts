import { coversRequest } from "../verbs/http-fetch/covers-request.ts";
import type { BoundPolicy, PolicyGrant } from "./bind-policy.ts";

/** What a program's plain `fetch()` resolves to: the first http grant of the run that covers the request, or words that say what would be. */
export type Covering = { kind: "grant"; grant: PolicyGrant } | { kind: "none"; message: string };

export const findCoveringGrant = (policy: BoundPolicy, granted: readonly string[], args: readonly unknown[]): Covering => {
	const candidates = granted.flatMap((name) => {
		const grant = policy.grants.get(name);
		return grant !== undefined && grant.verb === "http.fetch" ? [grant] : [];
	});
	const covering = candidates.find((candidate) => coversRequest(candidate.grant, args));
	if (covering !== undefined) return { kind: "grant", grant: covering };
	const names = candidates.map((candidate) => `env.${candidate.name}`).join(", ");
	return {
		kind: "none",
		message: `Calling fetch(): no http grant of this run covers the request; what is granted: ${names === "" ? "none" : names} (see their declarations)`,
	};
};
