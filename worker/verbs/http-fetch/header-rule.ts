import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { isConnectionHeader, isHeaderName } from "./header-rules.ts";
import type { HeaderList } from "./request-headers.ts";
import type { Steps } from "./star-match.ts";
import { matchesText, matcherText, mustBeThere, TextMatcher } from "./text-matcher.ts";

/** The name that stands for every header of the program that the rule does not name. */
const OTHERS = "*";

const Name = z
	.string()
	.max(LIMITS.matcherChars)
	.refine((name) => name === OTHERS || (isHeaderName(name.toLowerCase()) && !isConnectionHeader(name.toLowerCase())), {
		error: "headers: wanted names of headers that a program may set, or *",
	});

/** Which headers of the program a rule covers. Headers that it does not name may be there, unless `*` says otherwise. */
export const HeaderRule = z
	.record(Name, TextMatcher)
	.refine((rule) => Object.keys(rule).length <= LIMITS.matchersPerRule, {
		error: `headers: wanted at most ${LIMITS.matchersPerRule} names`,
	})
	.refine((rule) => new Set(Object.keys(rule).map((name) => name.toLowerCase())).size === Object.keys(rule).length, {
		error: "headers: found one name twice, in different case",
	});

export interface BoundHeaders {
	/** By lower-case name. */
	readonly named: ReadonlyMap<string, TextMatcher>;
	/** Undefined: other headers may be there. */
	readonly others: TextMatcher | undefined;
	readonly text: string;
}

export const bindHeaders = (rule: z.infer<typeof HeaderRule> | undefined): BoundHeaders | null => {
	if (rule === undefined) return null;
	const entries = Object.entries(rule).map(([name, matcher]) => [name.toLowerCase(), matcher] as const);
	const named = new Map(entries.filter(([name]) => name !== OTHERS));
	return {
		named,
		others: new Map(entries).get(OTHERS),
		text: `headers ${entries.map(([name, matcher]) => matcherText(name === OTHERS ? "others" : name, matcher)).join(", ")}`,
	};
};

/** Whether the program's headers are covered. @param headers as checkHeaders() gives them: lower case, without those of the connection. */
export const coversHeaders = (rule: BoundHeaders, headers: HeaderList, steps: Steps): boolean => {
	const seen = new Set<string>();
	for (const [name, value] of headers) {
		const matcher = rule.named.has(name) ? rule.named.get(name) : rule.others;
		if (matcher !== undefined && !coversValue(matcher, value, steps)) return false;
		seen.add(name);
	}
	for (const [name, matcher] of rule.named) if (mustBeThere(matcher) && !seen.has(name)) return false;
	return true;
};

/** Whether a matcher covers the value of one header. */
export const coversValue = (matcher: TextMatcher, value: string, steps: Steps): boolean =>
	partsOf(matcher, value).every((part) => matchesText(matcher, part, steps));

/** A header's value may be a list (RFC 9110 §5.6.1): what begins right could go on with anything, so a prefix or a glob must cover each of its parts. */
const partsOf = (matcher: TextMatcher, value: string): readonly string[] =>
	matcher === null || typeof matcher === "string" || "exact" in matcher ? [value] : value.split(",").map((part) => part.trim());
