import { argumentsIn, type Condition, methodsIn } from "../../../contract/conditions.ts";
import { FETCHING } from "./fetch-arguments.ts";
import { classifyHost } from "./address-guard.ts";
import { type HostPattern, matchesHost, readHostPattern } from "./host-pattern.ts";
import type { AllowRule, HttpFetchGrant } from "./http-fetch-grant.ts";
import type { Injection } from "./inject-grant.ts";

const WRITING = ["POST", "PUT", "PATCH", "DELETE"];

/** What a person should look at twice in an http grant. */
export const lintHttpFetch = (grant: HttpFetchGrant): readonly string[] => {
	const places = placesOf(grant);
	const injections = grant.inject === undefined ? [] : Array.isArray(grant.inject) ? grant.inject : [grant.inject];
	return [
		...(grant.allow ?? []).flatMap(lintRule),
		...Object.entries(grant.templates ?? {}).flatMap(([name, { url }]) =>
			url.startsWith("http:")
				? [`http.fetch: the template ${name} is fetched over http, which anybody on the way can read and change`]
				: [],
		),
		...injections.flatMap((inject) => lintInject(inject, places)),
		...lintApproval(grant),
		...(grant.retryKeyed === true && (grant.retries ?? 0) > 0
			? ["http.fetch: POST and PATCH are repeated; a far side that does not honour idempotency-key acts twice"]
			: []),
	];
};

/** A plain fetch() is `fetchAny`, and a response in parts `stream`: a rule about `fetch` alone lets the same request through by another name. */
const lintApproval = (grant: HttpFetchGrant): string[] => {
	const { approval } = grant;
	if (approval === undefined || typeof approval === "string") return [];
	const named = new Set(methodsIn(approval.when));
	const missing = FETCHING.filter((method) => !named.has(method));
	const isPart = missing.length > 0 && missing.length < FETCHING.length;
	return [
		...lintRedirects(approval.when, grant),
		...(isPart
			? [
					`http.fetch: approval speaks of some ways to fetch and not of ${missing.join(", ")}, which make the same requests; leave the method out`,
				]
			: []),
	];
};

/** A person is asked about the URL that the program names, and about none that a far side names after it. */
const lintRedirects = (when: Condition, { allow, redirects }: HttpFetchGrant): string[] => {
	const speaksOfUrl = argumentsIn(when).some(([first, second]) => first === "0" && second === "url");
	return speaksOfUrl && redirects !== "refuse" && (allow ?? []).length > 0
		? ['http.fetch: approval speaks of 0.url, and redirects go on to other URLs without a question; add "redirects": "refuse"']
		: [];
};

/** Where requests may go. */
interface Place {
	readonly host: string;
	readonly isPlain: boolean;
}

const placesOf = (grant: HttpFetchGrant): readonly Place[] => [
	...(grant.allow ?? []).map(({ host, scheme }) => ({ host, isPlain: scheme === "http" || scheme === "any" })),
	...Object.values(grant.templates ?? {}).map(({ url }) => ({ host: url.split("/", 3)[2] ?? "", isPlain: url.startsWith("http:") })),
];

const lintRule = (rule: AllowRule): string[] => {
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

const lintInject = (inject: Injection, places: readonly Place[]): string[] => {
	const warnings: string[] = [];
	const targets = inject.hosts ?? places.map(({ host }) => host);
	for (const target of targets) {
		if (target.startsWith("*.")) warnings.push(`http.fetch: the secret goes to every host below ${target.slice(2)}`);
		if (inject.hosts !== undefined && !places.some(({ host }) => overlaps(host, target))) {
			warnings.push(`http.fetch: inject.hosts names ${target}, which no rule allows`);
		}
	}
	if (places.some(({ isPlain }) => isPlain)) warnings.push("http.fetch: the secret may be sent over http, in the clear");
	if (inject.hosts === undefined && new Set(targets).size > 1)
		warnings.push("http.fetch: the secret goes to several hosts; inject.hosts narrows it");
	if ("query" in inject) warnings.push("http.fetch: a secret in a query stands in the logs of whoever sees the URL; a header does not");
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
