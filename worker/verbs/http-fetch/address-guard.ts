import ipaddr from "ipaddr.js";

/** Where a host leads, as far as its spelling tells: the public internet, this machine, or where no program's request may go. */
export type HostKind = { kind: "public" } | { kind: "loopback" } | { kind: "refused"; why: string };

export type AddressCheck = { kind: "open" } | { kind: "refused"; why: string };

/** Names that lead inwards by custom or by RFC 6761, 6762, 8375: the name itself and everything below it. */
const INWARD_NAMES = [
	"localhost",
	"local",
	"localdomain",
	"internal",
	"intranet",
	"private",
	"corp",
	"home",
	"lan",
	"home.arpa",
	"in-addr.arpa",
	"ip6.arpa",
	"onion",
	"invalid",
	// Metadata services that have a public name.
	"metadata.packet.net",
	"metadata.platformequinix.com",
	"metadata.tencentyun.com",
	"metadata.oraclecloud.com",
];
/** Azure's wire server: a metadata service on a public address. The others lie in link-local, shared or unique local ranges. */
const METADATA_ADDRESSES = ["168.63.129.16"];

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const NAME_CHARS = 253;

/**
 * Whether a request to the URL may leave. Looks at the host as the WHATWG parser left it, so that every spelling of an address has become one.
 * The network behind it checks again after the name was resolved (docs/design/verbs.md); this check gives the clear error.
 * @param developmentHosts `host:port` pairs on loopback that the operator opened.
 */
export const guardAddress = (url: URL, developmentHosts: ReadonlySet<string>): AddressCheck => {
	if (url.protocol !== "https:" && url.protocol !== "http:") return { kind: "refused", why: "its scheme is neither https nor http" };
	const host = classifyHost(url.hostname);
	switch (host.kind) {
		case "public":
			return { kind: "open" };
		case "refused":
			return host;
		case "loopback":
			return developmentHosts.has(`${url.hostname}:${portOf(url)}`)
				? { kind: "open" }
				: { kind: "refused", why: `it leads to the machine itself; ${howToOpen(url)}` };
	}
};

/** What opens an address on loopback, in words. */
export const howToOpen = (url: URL): string =>
	`for development the operator opens it with CORDON_DEV_ALLOW=${url.hostname}:${portOf(url)}, and a grant of http.fetch with "scheme": "http" for http`;

/** The port that a URL leads to; the parser leaves out the scheme's own. */
export const portOf = (url: URL): number => (url.port === "" ? (url.protocol === "http:" ? 80 : 443) : Number(url.port));

/** @param hostname as `URL.hostname` gives it: lower case, IDNA encoded, IPv4 in four decimal parts, IPv6 in brackets. */
export const classifyHost = (hostname: string): HostKind => {
	if (hostname.startsWith("[")) return classifyIpv6(hostname.slice(1, -1));
	const name = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
	if (ipaddr.IPv4.isValidFourPartDecimal(name)) return classifyIpv4(name);
	return classifyName(name);
};

const refused = (why: string): HostKind => ({ kind: "refused", why });

const classifyIpv4 = (text: string): HostKind => {
	const range = ipaddr.IPv4.parse(text).range();
	if (range === "loopback") return { kind: "loopback" };
	if (range !== "unicast" || METADATA_ADDRESSES.includes(text)) return refused("its address is not on the public internet");
	return { kind: "public" };
};

/** Only 2000::/3 is given out as global unicast; all forms that carry an IPv4 address lie outside it or have a range of their own. */
const classifyIpv6 = (text: string): HostKind => {
	if (!ipaddr.IPv6.isValid(text)) return refused("its address is not valid");
	const address = ipaddr.IPv6.parse(text);
	const range = address.range();
	if (range === "loopback") return { kind: "loopback" };
	const [first = 0, , , , fifth = 0, sixth = 0] = address.parts;
	// ISATAP (RFC 5214) carries an IPv4 address in the interface's half.
	const isIsatap = (fifth === 0 || fifth === 0x200) && sixth === 0x5efe;
	if (range !== "unicast" || first >> 13 !== 1 || isIsatap) return refused("its address is not on the public internet");
	return { kind: "public" };
};

const classifyName = (name: string): HostKind => {
	if (name === "localhost") return { kind: "loopback" };
	if (name.length > NAME_CHARS) return refused("its name is too long");
	const labels = name.split(".");
	if (!labels.every((label) => LABEL.test(label))) return refused("its name is not valid");
	if (labels.length < 2) return refused("its name has a single label, wanted a full name");
	if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return refused("its name ends in a number");
	const inward = INWARD_NAMES.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
	return inward ? refused("its name is not on the public internet") : { kind: "public" };
};
