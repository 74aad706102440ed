import type { Env } from "../env.ts";
import { portOf } from "../verbs/http-fetch/address-guard.ts";

/** How the Worker reaches what others name: for verbs, and for operations that look at what a tenant has named. */
export interface WayOut {
	/** On one machine a network that connects to public addresses only, checked after the name was resolved. Never follows a redirect. */
	egress(request: Request): Promise<Response>;
	/** Host:port pairs on loopback that the operator opened for development; empty in production. */
	readonly developmentHosts: ReadonlySet<string>;
}

/**
 * What the operator opened leaves by a network of its own, and by its exact host and port alone: were loopback opened in the one network, a name that
 * resolves to 127.0.0.1 would lead there too.
 */
export const wayOut = (env: Pick<Env, "EGRESS" | "DEVELOPMENT_EGRESS" | "DEVELOPMENT_HOSTS">): WayOut => {
	const developmentHosts = new Set((env.DEVELOPMENT_HOSTS ?? "").split(",").flatMap((host) => (host.trim() === "" ? [] : [host.trim()])));
	const network = (url: URL): Fetcher | undefined =>
		developmentHosts.has(`${url.hostname}:${portOf(url)}`) ? (env.DEVELOPMENT_EGRESS ?? env.EGRESS) : env.EGRESS;
	return {
		egress: (request) => network(new URL(request.url))?.fetch(request) ?? fetch(request),
		developmentHosts,
	};
};
