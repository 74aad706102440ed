import { classifyHost } from "./address-guard.ts";
import { type HostPattern, matchesHost, readHostPattern } from "./host-pattern.ts";
import type { HttpFetchGrant } from "./http-fetch-grant.ts";

const WRITING = ["POST", "PUT", "PATCH", "DELETE"];

/** What a person should look at twice in an http grant. */
export const lintHttpFetch = (grant: HttpFetchGrant): readonly string[] => [...grant.allow.flatMap(lintRule), ...lintInject(grant)];

const lintRule = (rule: HttpFetchGrant["allow"][number]): string[] => {
	const warnings: string[] = [];
	const host = patternOf(rule.host);
	const writes = rule.methods?.filter((method) => WRITING.includes(method)) ?? [];
	if (host?.kind === "below") warnings.push(`http.fetch: ${rule.host} covers every name below it; data can leave in the name itself`);
	if (rule.scheme === "http" || rule.scheme === "any")
		warnings.push(`http.fetch: ${rule.host} may be fetched over http, which anybody on the way can read and change`);
	if (writes.length > 0 && rule.paths === undefined) warnings.push(`http.fetch: ${writes.join(", ")} on every path of ${rule.host}`);
	if (host !== null && classifyHost(host.host).kind === "loopback")
		warnings.push(`http.fetch: ${rule.host} is this machine; it works only where the operator opened it`);
	if (host !== null && /^[[\d.]+/.test(host.host) && !/[a-z]/.test(host.host.replace(/^\[.*\]$/, ""))) {
		warnings.push(`http.fetch: ${rule.host} is an address, which says nothing about who answers there`);
	}
	return warnings;
};

const lintInject = (grant: HttpFetchGrant): string[] => {
	const { inject, allow } = grant;
	if (inject === undefined) return [];
	const warnings: string[] = [];
	const targets = inject.hosts ?? allow.map((rule) => rule.host);
	for (const target of targets) {
		if (target.startsWith("*.")) warnings.push(`http.fetch: the secret goes to every host below ${target.slice(2)}`);
		if (inject.hosts !== undefined && !allow.some((rule) => overlaps(rule.host, target))) {
			warnings.push(`http.fetch: inject.hosts names ${target}, which no rule allows`);
		}
	}
	if (allow.some((rule) => rule.scheme === "http" || rule.scheme === "any"))
		warnings.push("http.fetch: the secret may be sent over http, in the clear");
	if (inject.hosts === undefined && new Set(targets).size > 1)
		warnings.push("http.fetch: the secret goes to several hosts; inject.hosts narrows it");
	return warnings;
};

const patternOf = (text: string): HostPattern | null => {
	const reading = readHostPattern(text);
	return reading.kind === "pattern" ? reading.pattern : null;
};

const overlaps = (left: string, right: string): boolean => {
	const [one, other] = [patternOf(left), patternOf(right)];
	if (one === null || other === null) return false;
	return one.host === other.host || matchesHost(one, other.host) || matchesHost(other, one.host);
};
