import { LIMITS } from "../../../contract/limits.ts";
import { portOf } from "./address-guard.ts";
import { type HostPattern, matchesHost, readHostPattern } from "./host-pattern.ts";
import type { HttpFetchGrant } from "./http-fetch-grant.ts";
import { matchesGlob, type PathGlob, readGlob, type Steps, splitPath } from "./path-glob.ts";

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
	/** The rule in words: `GET, HEAD https://api.example.com/repos/*`. */
	readonly text: string;
}

const DEFAULT_METHODS = ["GET", "HEAD"];

/** @throws Error when the grant was not parsed: a bug. */
export const bindRules = (grant: HttpFetchGrant): readonly BoundRule[] => grant.allow.map(bindRule);

const bindRule = (rule: HttpFetchGrant["allow"][number]): BoundRule => {
	const reading = readHostPattern(rule.host);
	if (reading.kind === "refused") throw new Error(`bindRule: found a host that the schema refuses: ${reading.why}`);
	const scheme = rule.scheme ?? "https";
	const methods = rule.methods ?? DEFAULT_METHODS;
	const ports = reading.pattern.port === null ? rule.ports : [reading.pattern.port];
	const host = `${reading.pattern.kind === "below" ? "*." : ""}${reading.pattern.host}${ports === undefined ? "" : `:${ports.join("|")}`}`;
	return {
		host: reading.pattern,
		methods: new Set(methods),
		protocols: new Set(scheme === "any" ? ["https:", "http:"] : [`${scheme}:`]),
		ports: ports === undefined ? null : new Set(ports),
		paths: rule.paths?.map(readGlob) ?? null,
		text: `${methods.join(", ")} ${scheme === "any" ? "http(s)" : scheme}://${host}${pathsText(rule.paths)}`,
	};
};

const pathsText = (paths: readonly string[] | undefined): string => (paths === undefined ? "/**" : paths.join(" | "));

export type Coverage = { kind: "covered"; rule: BoundRule } | { kind: "uncovered"; why: string };

/** The first rule that covers a request as a whole, or what the nearest rules lack. @param url as target-url gives it. */
export const coverRequest = (rules: readonly BoundRule[], method: string, url: URL): Coverage => {
	const ofHost = rules.filter((rule) => matchesHost(rule.host, url.hostname));
	if (ofHost.length === 0) return { kind: "uncovered", why: `no rule names the host ${url.hostname}` };
	const ofOrigin = ofHost.filter((rule) => rule.protocols.has(url.protocol) && coversPort(rule, url));
	if (ofOrigin.length === 0)
		return { kind: "uncovered", why: `no rule of the host allows ${url.protocol.slice(0, -1)} on port ${portOf(url)}` };
	const ofMethod = ofOrigin.filter((rule) => rule.methods.has(method));
	if (ofMethod.length === 0) return { kind: "uncovered", why: `no rule of the host allows ${method}` };
	const path = splitPath(url.pathname);
	const steps: Steps = { left: LIMITS.globSteps };
	const rule = ofMethod.find((candidate) => candidate.paths?.some((glob) => matchesGlob(glob, path, steps)) ?? true);
	if (rule !== undefined) return { kind: "covered", rule };
	const spent = steps.left < 0 ? `, found out to ${LIMITS.globSteps} steps of comparing; wanted simpler patterns` : "";
	return { kind: "uncovered", why: `no rule of the host allows the path${spent}` };
};

const coversPort = (rule: BoundRule, url: URL): boolean => (rule.ports === null ? url.port === "" : rule.ports.has(portOf(url)));
