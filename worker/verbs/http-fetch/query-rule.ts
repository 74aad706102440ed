import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { Steps } from "./star-match.ts";
import { matchesText, matcherText, mustBeThere, TextMatcher } from "./text-matcher.ts";

/** The key that stands for every key of a query that the rule does not name. */
const OTHERS = "*";

/** Which queries a rule covers. Keys that it does not name are refused, unless `*` says what their values may be. */
export const QueryRule = z
	.record(z.string().min(1).max(LIMITS.matcherChars), TextMatcher)
	.refine((rule) => Object.keys(rule).length <= LIMITS.matchersPerRule, { error: `query: wanted at most ${LIMITS.matchersPerRule} keys` })
	.refine((rule) => new Set(Object.keys(rule).map(foldKey)).size === Object.keys(rule).length, {
		error: "query: found two keys that far sides may take for one",
	});

export interface BoundQuery {
	readonly named: ReadonlyMap<string, TextMatcher>;
	/** What far sides may take for a named key, beside the key itself. */
	readonly folded: ReadonlySet<string>;
	/** Null: other keys are refused. */
	readonly others: TextMatcher;
	readonly text: string;
}

export const bindQuery = (rule: z.infer<typeof QueryRule> | undefined): BoundQuery | null => {
	if (rule === undefined) return null;
	const entries = Object.entries(rule);
	const named = new Map(entries.filter(([key]) => key !== OTHERS));
	const others = new Map(entries).get(OTHERS) ?? null;
	const texts = entries.filter(([key, matcher]) => key !== OTHERS || matcher !== null).map(([key, matcher]) => matcherText(key, matcher));
	return {
		named,
		folded: new Set([...named.keys()].map(foldKey)),
		others,
		text: texts.length === 0 ? "no query" : `query ${texts.join(" & ")}`,
	};
};

/**
 * Whether a query is covered. It is decoded once, as the far side does; each value of a key must fit, so that a repeated key is no way round. What
 * decoders read in different ways (`;`, a key that stays encoded or holds a control character, bytes that are no UTF-8) is covered by no rule.
 */
export const coversQuery = (rule: BoundQuery, url: URL, steps: Steps): boolean => {
	if (url.search.includes(";")) return false;
	const seen = new Set<string>();
	for (const [key, value] of url.searchParams) {
		if (isAmbiguous(key) || value.includes("\uFFFD")) return false;
		const named = rule.named.get(key);
		if (named === undefined && rule.folded.has(foldKey(key))) return false;
		if (!matchesText(named === undefined ? rule.others : named, value, steps)) return false;
		seen.add(key);
	}
	for (const [key, matcher] of rule.named) if (mustBeThere(matcher) && !seen.has(key)) return false;
	return true;
};

const isAmbiguous = (key: string): boolean => key === "" || /[\p{Cc}%\uFFFD]/u.test(key);

/** Keys that some far side takes for the same: case, blanks around, an index in brackets, dots and blanks for underscores. */
export const foldKey = (key: string): string => {
	const [name = ""] = key.split("[", 1);
	return name.trim().toLowerCase().replace(/[ .]/g, "_");
};
