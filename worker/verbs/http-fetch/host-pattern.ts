import { classifyHost } from "./address-guard.ts";

/** A host of a rule: one exact host, or every name with one or more labels below it (never the name itself). */
export interface HostPattern {
	readonly kind: "exact" | "below";
	/** As `URL.hostname` gives it, without a trailing dot. */
	readonly host: string;
	/** The port written behind the host, or null. */
	readonly port: number | null;
}

export type HostPatternReading = { kind: "pattern"; pattern: HostPattern } | { kind: "refused"; why: string };

const HOST_AND_PORT = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;
const HOST_CHARS = /^[\p{L}\p{M}\p{N}._-]+$/u;

const refused = (why: string): HostPatternReading => ({ kind: "refused", why });

/** Reads `api.example.com`, `*.example.com`, `127.0.0.1:8080`. Private addresses, ranges and suffixes as wide as `*.com` are refused in words. */
export const readHostPattern = (text: string): HostPatternReading => {
	if (text === "*") return refused("a lone * would cover the whole internet, wanted names such as api.example.com or *.example.com");
	if (text.includes("/")) return refused("found a slash, wanted a host alone: no URL and no range of addresses");
	const below = text.startsWith("*.");
	const rest = below ? text.slice(2) : text;
	if (rest.includes("*"))
		return refused("found a * inside the name, wanted it only in front, as in *.example.com; there are no ranges of addresses");
	const [, written, port] = HOST_AND_PORT.exec(rest) ?? [];
	if (written === undefined) return refused("wanted a host name, or an address with IPv6 in brackets, and at most a port behind it");
	if (!written.startsWith("[") && !HOST_CHARS.test(written)) return refused("found a character that no host name has");
	const host = canonicalHost(written);
	if (host === null) return refused("wanted a valid host name or address");
	const kind = classifyHost(host);
	if (kind.kind === "refused") return refused(kind.why);
	if (below && (kind.kind === "loopback" || host.startsWith("[") || /^[\d.]+$/.test(host))) {
		return refused("found a * in front of an address, wanted one in front of a name");
	}
	const portNumber = port === undefined ? null : Number(port);
	if (portNumber !== null && (portNumber < 1 || portNumber > 65_535)) return refused("wanted a port from 1 to 65535");
	return { kind: "pattern", pattern: { kind: below ? "below" : "exact", host, port: portNumber } };
};

const canonicalHost = (written: string): string | null => {
	const url = URL.parse(`https://${written}/`);
	if (url === null) return null;
	return url.hostname.endsWith(".") ? url.hostname.slice(0, -1) : url.hostname;
};

/** @param hostname as `URL.hostname` gives it, without a trailing dot. */
export const matchesHost = (pattern: HostPattern, hostname: string): boolean =>
	pattern.kind === "exact" ? hostname === pattern.host : hostname.endsWith(`.${pattern.host}`);
