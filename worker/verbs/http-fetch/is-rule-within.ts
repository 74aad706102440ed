import { LIMITS } from "../../../contract/limits.ts";
import type { BoundRule } from "./covering-rule.ts";
import type { BoundHeaders } from "./header-rule.ts";
import type { HostPattern } from "./host-pattern.ts";
import { isGlobWithin } from "./is-glob-within.ts";
import { isItemWithin, isValueWithin } from "./is-matcher-within.ts";
import type { PathGlob } from "./path-glob.ts";
import { type BoundQuery, foldKey } from "./query-rule.ts";
import type { Steps } from "./star-match.ts";
import { mustBeThere, type TextMatcher } from "./text-matcher.ts";

/**
 * Whether every request that a rule covers, another one covers alone: proven from the patterns, so that false may also mean that it cannot be told.
 * Takes at most the steps that are left; past them it cannot be told.
 */
export const isRuleWithin = (wider: BoundRule, rule: BoundRule, steps: Steps = { left: LIMITS.globSteps }): boolean => {
	return (
		isHostWithin(wider.host, rule.host) &&
		isSubset(wider.methods, rule.methods) &&
		isSubset(wider.protocols, rule.protocols) &&
		arePortsWithin(wider, rule) &&
		arePathsWithin(wider.paths, rule.paths, steps) &&
		isQueryWithin(wider.query, rule.query, steps) &&
		areHeadersWithin(wider.headers, rule.headers, steps)
	);
};

const isSubset = (wider: ReadonlySet<string>, set: ReadonlySet<string>): boolean => [...set].every((item) => wider.has(item));

const isHostWithin = (wider: HostPattern, { kind, host }: HostPattern): boolean =>
	wider.kind === "below"
		? host.endsWith(`.${wider.host}`) || (kind === "below" && host === wider.host)
		: kind === "exact" && host === wider.host;

/** As URL.protocol has them; a rule without ports means each scheme's own. */
const OWN_PORT: ReadonlyMap<string, number> = new Map([
	["https:", 443],
	["http:", 80],
]);

const arePortsWithin = (wider: BoundRule, rule: BoundRule): boolean =>
	[...rule.protocols].every((protocol) => {
		const own = OWN_PORT.get(protocol);
		const ports = rule.ports === null ? [own] : [...rule.ports];
		return ports.every((port) => port !== undefined && (wider.ports === null ? port === own : wider.ports.has(port)));
	});

const arePathsWithin = (wider: BoundRule["paths"], paths: BoundRule["paths"], steps: Steps): boolean =>
	wider === null || (paths ?? [EVERY_PATH]).every((path) => wider.some((glob) => isGlobWithin(glob, path, steps)));

const EVERY_PATH: PathGlob = [{ kind: "any", text: "**" }];

const isQueryWithin = (wider: BoundQuery | null, query: BoundQuery | null, steps: Steps): boolean => {
	if (wider === null || query === null) return wider === null;
	for (const [key, matcher] of wider.named) if (mustBeThere(matcher) && !isThere(query.named.get(key))) return false;
	for (const [key, matcher] of query.named) {
		if (matcher === null) continue;
		const theirs = wider.named.get(key);
		if (theirs === undefined && wider.folded.has(foldKey(key))) return false;
		if (!isValueWithin(theirs === undefined ? wider.others : theirs, matcher, steps)) return false;
	}
	// Keys that the narrower rule does not name: what it takes for one of its own, it refuses; so must be all that the wider one names or refuses.
	return query.others === null || (isSubset(query.folded, wider.folded) && isValueWithin(wider.others, query.others, steps));
};

const areHeadersWithin = (wider: BoundHeaders | null, headers: BoundHeaders | null, steps: Steps): boolean => {
	if (wider === null || headers === null) return wider === null;
	for (const [name, matcher] of wider.named) if (mustBeThere(matcher) && !isThere(headers.named.get(name))) return false;
	const matcherOf = (rule: BoundHeaders, name: string): TextMatcher | undefined =>
		rule.named.has(name) ? rule.named.get(name) : rule.others;
	const named = [...new Set([...wider.named.keys(), ...headers.named.keys()])];
	const pairs = named.map((name) => [matcherOf(wider, name), matcherOf(headers, name)] as const);
	return [...pairs, [wider.others, headers.others] as const].every(([theirs, own]) => isHeaderWithin(theirs, own, steps));
};

/** Undefined: the header may be anything. */
const isHeaderWithin = (wider: TextMatcher | undefined, matcher: TextMatcher | undefined, steps: Steps): boolean => {
	if (wider === undefined || matcher === null) return true;
	return matcher !== undefined && isItemWithin(wider, matcher, steps);
};

const isThere = (matcher: TextMatcher | undefined): boolean => matcher !== undefined && mustBeThere(matcher);
