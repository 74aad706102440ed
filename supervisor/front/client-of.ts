import ipaddr from "ipaddr.js";

/** This machine itself, where a reverse proxy brings everybody. */
export const LOOPBACK = "loopback";

/** Groups of an IPv6 address that one customer of a network has to itself at least: a /64. */
const CUSTOMER_GROUPS = 4;

/** Who is at the other end of a connection, as far as its address says: an IPv4 address, an IPv6 network, or loopback. */
export const clientOf = (remoteAddress: string | undefined): string => {
	if (remoteAddress === undefined || !ipaddr.isValid(remoteAddress)) return "unknown";
	const address = ipaddr.process(remoteAddress);
	if (address.range() === "loopback") return LOOPBACK;
	return address instanceof ipaddr.IPv6 ? address.parts.slice(0, CUSTOMER_GROUPS).join(":") : address.toString();
};
