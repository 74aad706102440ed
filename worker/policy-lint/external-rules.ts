import type { LintWarning } from "../../contract/lint.ts";
import type { PolicyGrant } from "../policy/bind-policy.ts";
import { canHave, labelled, type LintRule, type LintSubject, namesOf, privateSources } from "./lint-subject.ts";
import { type Place, placesOf } from "./places-of.ts";

/** What is said of a grant with places of one kind, where private data could go there. */
const ruleOf =
	(
		rule: LintWarning["rule"],
		fits: (place: Place) => boolean,
		say: (grant: PolicyGrant, hosts: string, sources: string) => string,
	): LintRule =>
	(subject: LintSubject) => {
		if (!canHave(subject, "private")) return [];
		return labelled(subject, "external").flatMap((grant): LintWarning[] => {
			if (grant.approval === "always") return [];
			const places = placesOf(grant).filter(fits);
			if (places.length === 0) return [];
			const hosts = namesOf(places.map(({ host }) => ({ name: host })));
			return [{ rule, grants: [grant.name], message: say(grant, hosts, privateSources(subject)) }];
		});
	};

/** Data can leave in a name: whoever serves the zone reads it, before a path is asked for. */
export const externalWildcardHost = ruleOf(
	"external_wildcard_host",
	({ isWild }) => isWild,
	({ name }, hosts, sources) =>
		`Through ${name} a run can put what it read in ${sources} into the name of a host below ${hosts}: whoever answers for those names learns it. Name the hosts, or use templates, whose hosts are fixed.`,
);

/** A request with a body to a service that anybody has an account at is a letter to anybody. */
export const externalMultiTenantHost = ruleOf(
	"external_multi_tenant_host",
	({ isShared, anyPath, writes }) => isShared && anyPath && writes.length > 0,
	({ name }, hosts, sources) =>
		`Through ${name} a run can write what it read in ${sources} to any account at ${hosts}, where anybody can have one. Name the paths that are yours, or use templates.`,
);

/** A path and a query carry as much as a body. */
export const externalAnyPath = ruleOf(
	"external_any_path",
	({ isShared, anyPath, writes }) => anyPath && !(isShared && writes.length > 0),
	({ name }, hosts, sources) =>
		`Through ${name} a run can put what it read in ${sources} into any path and query of ${hosts}. Name the paths that are needed (and query for the keys), or use templates.`,
);
