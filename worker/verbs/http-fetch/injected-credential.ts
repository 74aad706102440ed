import type { CallContext } from "../verb.ts";
import { portOf } from "./address-guard.ts";
import type { FetchRequest } from "./fetch-arguments.ts";
import { type HostPattern, matchesHost, readHostPattern } from "./host-pattern.ts";
import type { HttpFetchGrant } from "./http-fetch-grant.ts";
import { bindAwsInjection } from "./inject-aws.ts";
import type { Injection } from "./inject-grant.ts";
import { bindBasicInjection, bindHeaderInjection } from "./inject-header.ts";
import { bindJsonBodyInjection } from "./inject-json-body.ts";
import { bindOAuthInjection } from "./inject-oauth.ts";
import { bindQueryInjection, withoutQueryKeys } from "./inject-query.ts";
import type { BoundInjection, Dresser, Dressing, InjectionFault, OpenInjection } from "./injection.ts";
import { makeRedactor, NO_REDACTION, type Redactor } from "./redact-secret.ts";
import type { WireRequest } from "./wire-request.ts";

/** A grant's `inject` made ready. */
export interface BoundInject {
	/** Lower-case names of headers that a program may not set. */
	readonly headers: ReadonlySet<string>;
	/** Where something is added, in words without the secrets' names. */
	readonly texts: readonly string[];
	/** What of the program's request cannot stand beside the injections that its host gets, or null. */
	fault(request: FetchRequest, url: URL): InjectionFault | null;
	/** How often a credential may be renewed in one call, each time with the request sent again. */
	readonly renewals: number;
	/** The most bytes that one request grows by. */
	worstBytes(request: FetchRequest): number;
	/** Opens the secrets for one call, before anything is sent. Null when one is missing or does not fit, and which of them is not told. */
	open(context: CallContext): Promise<Credential | null>;
}

/** The credentials of one call. Lives no longer than the call. */
export interface Credential {
	/** A request that the grant's rules cover, with what its host gets. */
	dress(wire: WireRequest, dresser: Dresser): Promise<Dressing>;
	/** Gives up what the far side has refused; whether something else can be had. */
	renew(): boolean;
	/** For everything that was used by now. */
	redactor(): Redactor;
	/** Where a far side redirects to, without the keys that the host sets itself. */
	withoutOwnKeys(url: URL): URL;
}

interface HostedInjection {
	readonly injection: BoundInjection;
	/** Null: every host of the grant. */
	readonly hosts: readonly HostPattern[] | null;
}

/** @throws Error when the grant was not parsed: a bug. */
export const bindInject = (inject: HttpFetchGrant["inject"]): BoundInject => {
	const list = inject === undefined ? [] : Array.isArray(inject) ? inject : [inject];
	// A signature covers what the others have put in.
	const hosted = [...list].sort((one, other) => Number("aws" in one) - Number("aws" in other)).map(bindHosted);
	const injections = hosted.map(({ injection }) => injection);
	return {
		headers: new Set(injections.flatMap(({ headers }) => headers)),
		renewals: list.some((one) => "oauth2" in one) ? 1 : 0,
		texts: injections.map(({ text }) => text),
		fault: (request, url) => {
			for (const { injection, hosts } of hosted) {
				const fault = getsCredential(hosts, url) ? injection.fault(request) : null;
				if (fault !== null) return fault;
			}
			return null;
		},
		// Those of other hosts too: a redirect may lead there.
		worstBytes: (request) => injections.reduce((sum, injection) => sum + injection.worstBytes(request), 0),
		open: async (context) => openCredential(hosted, context),
	};
};

const bindHosted = (inject: Injection): HostedInjection => ({
	injection: bindOne(inject),
	hosts:
		inject.hosts?.map((text) => {
			const reading = readHostPattern(text);
			if (reading.kind === "refused") throw new Error(`bindInject: found a host that the schema refuses: ${reading.why}`);
			return reading.pattern;
		}) ?? null,
});

const bindOne = (inject: Injection): BoundInjection => {
	if ("header" in inject) return bindHeaderInjection(inject);
	if ("query" in inject) return bindQueryInjection(inject);
	if ("basic" in inject) return bindBasicInjection(inject);
	if ("jsonBody" in inject) return bindJsonBodyInjection(inject);
	return "aws" in inject ? bindAwsInjection(inject) : bindOAuthInjection(inject);
};

interface OpenHosted {
	readonly open: OpenInjection;
	readonly hosts: readonly HostPattern[] | null;
}

const openCredential = async (hosted: readonly HostedInjection[], context: CallContext): Promise<Credential | null> => {
	const opened: OpenHosted[] = [];
	for (const { injection, hosts } of hosted) {
		const open = await injection.open(context);
		if (open === null) return null;
		opened.push({ open, hosts });
	}
	const queryKeys = hosted.flatMap(({ injection }) => injection.queryKeys);
	return {
		dress: async (wire, dresser) => {
			// Who gets what is decided on the program's URL, before a query may have been added.
			let dressing: Dressing = { kind: "dressed", wire };
			for (const { open, hosts } of opened) {
				if (!getsCredential(hosts, wire.url)) continue;
				dressing = await open.dress(dressing.wire, dresser);
				if (dressing.kind === "failed") return dressing;
			}
			return dressing;
		},
		// All of them: each forgets what was refused.
		renew: () => opened.map(({ open }) => open.renew()).includes(true),
		redactor: () => (opened.length === 0 ? NO_REDACTION : makeRedactor(...opened.flatMap(({ open }) => open.secrets()))),
		withoutOwnKeys: (url) => (queryKeys.length === 0 ? url : withoutQueryKeys(url, queryKeys)),
	};
};

const getsCredential = (hosts: readonly HostPattern[] | null, url: URL): boolean =>
	hosts === null || hosts.some((pattern) => matchesHost(pattern, url.hostname) && (pattern.port === null || pattern.port === portOf(url)));
