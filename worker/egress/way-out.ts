import type { Env } from "../env.ts";

/** How the Worker reaches what others name: for verbs, and for operations that look at what a tenant has named. */
export interface WayOut {
	/** On one machine a network that connects to public addresses only, checked after the name was resolved. Never follows a redirect. */
	egress(request: Request): Promise<Response>;
	/** Host:port pairs on loopback that the operator opened for development; empty in production. */
	readonly developmentHosts: ReadonlySet<string>;
}

export const wayOut = (env: Pick<Env, "EGRESS" | "DEVELOPMENT_HOSTS">): WayOut => ({
	egress: (request) => (env.EGRESS === undefined ? fetch(request) : env.EGRESS.fetch(request)),
	developmentHosts: new Set((env.DEVELOPMENT_HOSTS ?? "").split(",").flatMap((host) => (host.trim() === "" ? [] : [host.trim()]))),
});
