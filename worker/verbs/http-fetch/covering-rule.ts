import { LIMITS } from "../../../contract/limits.ts";
import { canonicalEscapes } from "./canonical-url.ts";
import { classifyHost, howToOpen, portOf } from "./address-guard.ts";
import { type BoundHeaders, bindHeaders, coversHeaders } from "./header-rule.ts";
import { type HostPattern, matchesHost, readHostPattern } from "./host-pattern.ts";
import type { AllowRule, HttpFetchGrant } from "./http-fetch-grant.ts";
import { matchesGlob, type PathGlob, readGlob, splitPath } from "./path-glob.ts";
import { type BoundQuery, bindQuery, coversQuery } from "./query-rule.ts";
import type { HeaderList } from "./request-headers.ts";
import type { Steps } from "./star-match.ts";

/** A rule of a grant made ready to match. */
export interface BoundRule {
	readonly host: HostPattern;
	readonly methods: ReadonlySet<string>;
	/** As `URL.protocol` has them. */
	readonly protocols: ReadonlySet<string>;
	/** Null: each scheme's own port. */
	readonly ports: ReadonlySet<number> | null;
	/** Null: every path. */
	readonly paths: readonly PathGlob[] | null;
	/** Null: every query. */
	readonly query: BoundQuery | null;
	/** Null: every header that a program may set. */
	readonly headers: BoundHeaders | null;
	/** The rule in words: `GET, HEAD https://api.example.com/repos/*`. */
	readonly text: string;
}

const DEFAULT_METHODS = ["GET", "HEAD"];

/** @throws Error when the grant was not parsed: a bug. */
export const bindRules = (grant: HttpFetchGrant): readonly BoundRule[] => grant.allow?.map(bindRule) ?? [];

const bindRule = (rule: AllowRule): BoundRule => {
	const reading = readHostPattern(rule.host);
	if (reading.kind === "refused") throw new Error(`bindRule: found a host that the schema refuses: ${reading.why}`);
	const scheme = rule.scheme ?? "https";
	const methods = rule.methods ?? DEFAULT_METHODS;
	const ports = reading.pattern.port === null ? rule.ports : [reading.pattern.port];
	const host = `${reading.pattern.kind === "below" ? "*." : ""}${reading.pattern.host}${ports === undefined ? "" : `:${ports.join("|")}`}`;
	const query = bindQuery(rule.query);
	const headers = bindHeaders(rule.headers);
	const conditions = [query, headers].flatMap((condition) => (condition === null ? [] : [condition.text]));
	return {
		host: reading.pattern,
		methods: new Set(methods),
		protocols: new Set(scheme === "any" ? ["https:", "http:"] : [`${scheme}:`]),
		ports: ports === undefined ? null : new Set(ports),
		paths: rule.paths?.map((path) => readGlob(canonicalEscapes(path))) ?? null,
		query,
		headers,
		text: [`${methods.join(", ")} ${scheme === "any" ? "http(s)" : scheme}://${host}${pathsText(rule.paths)}`, ...conditions].join(", "),
	};
};

const pathsText = (paths: readonly string[] | undefined): string => (paths === undefined ? "/**" : paths.join(" | "));

export type Coverage = { kind: "covered"; rule: BoundRule } | { kind: "uncovered"; why: string };

/**
 * The first rule that covers a request as a whole, or what the nearest rules lack.
 * @param url as target-url gives it. @param headers as checkHeaders() gives them.
 */
export const coverRequest = (rules: readonly BoundRule[], method: string, url: URL, headers: HeaderList): Coverage => {
	const ofHost = rules.filter((rule) => matchesHost(rule.host, url.hostname));
	if (ofHost.length === 0) return { kind: "uncovered", why: `no rule names the host ${url.hostname}` };
	const ofOrigin = ofHost.filter((rule) => rule.protocols.has(url.protocol) && coversPort(rule, url));
	if (ofOrigin.length === 0) {
		const open = classifyHost(url.hostname).kind === "loopback" ? `; ${howToOpen(url)}` : "";
		return { kind: "uncovered", why: `no rule of the host allows ${url.protocol.slice(0, -1)} on port ${portOf(url)}${open}` };
	}
	const ofMethod = ofOrigin.filter((rule) => rule.methods.has(method));
	if (ofMethod.length === 0) return { kind: "uncovered", why: `no rule of the host allows ${method}` };
	const path = splitPath(canonicalEscapes(url.pathname));
	const steps: Steps = { left: LIMITS.globSteps };
	let lacking = "path";
	for (const rule of ofMethod) {
		if (rule.paths?.some((glob) => matchesGlob(glob, path, steps)) === false) continue;
		const coversItsQuery = rule.query === null || coversQuery(rule.query, url, steps);
		if (coversItsQuery && (rule.headers === null || coversHeaders(rule.headers, headers, steps))) return { kind: "covered", rule };
		lacking = coversItsQuery ? "headers" : "query";
	}
	const spent = steps.left < 0 ? `, found out to ${LIMITS.globSteps} steps of comparing; wanted simpler patterns` : "";
	return { kind: "uncovered", why: `no rule of the host allows the ${lacking}${spent}` };
};

const coversPort = (rule: BoundRule, url: URL): boolean => (rule.ports === null ? url.port === "" : rule.ports.has(portOf(url)));
