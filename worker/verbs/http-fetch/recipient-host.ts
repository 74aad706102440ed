import { type HostPattern, matchesHost, readHostPattern } from "./host-pattern.ts";
import { type AllowRule, HttpFetchGrant } from "./http-fetch-grant.ts";

/** One host that a policy's flow rule names. */
export interface RecipientHost {
	/** As `URL.hostname` gives it, without a trailing dot. */
	readonly host: string;
	/** Null: every port that the grant allows there. */
	readonly port: number | null;
}

export type RecipientReading = { kind: "host"; host: RecipientHost } | { kind: "refused"; wanted: string };

/** Reads `api.example.com` or `api.example.com:8443`; what names many hosts is refused, since whoever is named below one is anybody. */
export const readRecipientHost = (text: string): RecipientReading => {
	const reading = readHostPattern(text);
	if (reading.kind === "refused") return { kind: "refused", wanted: `an exact host: ${reading.why}` };
	const { kind, host, port } = reading.pattern;
	if (kind === "below") return { kind: "refused", wanted: "an exact host: a * names whoever has a name below it" };
	return { kind: "host", host: { host, port } };
};

/** Whether a request to a host and port goes to one of these. */
export const goesTo = (hosts: readonly RecipientHost[], to: { readonly host: string; readonly port: number }): boolean =>
	hosts.some(({ host, port }) => host === to.host && (port === null || port === to.port));

/** Whether a grant reaches a host, by a rule or by a template. @param grant as its schema parsed it */
export const isRecipientHost = (grant: unknown, wanted: RecipientHost): boolean => {
	const { allow, templates } = HttpFetchGrant.parse(grant);
	if ((allow ?? []).some((rule) => narrowedRules(rule, wanted).length > 0)) return true;
	return Object.values(templates ?? {}).some(({ url }) => {
		const [scheme = "", , place = ""] = url.split("/", 3);
		const pattern = patternOf(place);
		const port = pattern?.port ?? (scheme === "http:" ? 80 : 443);
		return pattern?.host === wanted.host && (wanted.port === null || wanted.port === port);
	});
};

/**
 * A grant as far as it reaches some hosts: its rules for these alone, so that a redirect leads nowhere else. Templates stay, since their hosts are fixed and
 * their redirects follow the rules.
 * @param grant as its schema parsed it
 */
export const withinHosts = (grant: unknown, hosts: readonly RecipientHost[]): HttpFetchGrant => {
	const { allow, ...rest } = HttpFetchGrant.parse(grant);
	const narrowed = (allow ?? []).flatMap((rule) => hosts.flatMap((wanted) => narrowedRules(rule, wanted)));
	return narrowed.length === 0 ? rest : { ...rest, allow: narrowed };
};

/** The rule for one host, if it covers that. */
const narrowedRules = (rule: AllowRule, wanted: RecipientHost): AllowRule[] => {
	const pattern = patternOf(rule.host);
	if (pattern === null || !matchesHost(pattern, wanted.host)) return [];
	if (wanted.port === null) return [{ ...rule, host: `${wanted.host}${pattern.port === null ? "" : `:${pattern.port}`}` }];
	if (!portsOf(rule, pattern).includes(wanted.port)) return [];
	const { ports: _others, ...rest } = rule;
	return [{ ...rest, host: `${wanted.host}:${wanted.port}` }];
};

const SCHEME_PORTS = { https: [443], http: [80], any: [443, 80] } as const;
const portsOf = (rule: AllowRule, pattern: HostPattern): readonly number[] =>
	pattern.port === null ? (rule.ports ?? SCHEME_PORTS[rule.scheme ?? "https"]) : [pattern.port];

const patternOf = (text: string): HostPattern | null => {
	const reading = readHostPattern(text);
	return reading.kind === "pattern" ? reading.pattern : null;
};
