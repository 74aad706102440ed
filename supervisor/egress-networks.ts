/**
 * What workerd's `public` takes in and no program's request may reach, as CIDR ranges: KJ's own list leaves out the forms that carry an IPv4 address in
 * an IPv6 one, some special ranges, and metadata services. Checked at connect time, on the address that a name was resolved to. Of IPv6 only 2000::/3 is
 * given out as global unicast (RFC 4291 §2.4); the rest of it, NAT64 and IPv4-mapped included, is denied as a whole.
 */
const NOT_PUBLIC = [
	"0.0.0.0/8",
	"168.63.129.16/32",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.88.99.0/24",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/3",
	"::/3",
	"4000::/2",
	"8000::/1",
	// Special purposes (RFC 6890) with Teredo, documentation, 6to4, AS112, documentation again.
	"2001::/23",
	"2001:db8::/32",
	"2002::/16",
	"2620:4f:8000::/48",
	"3fff::/20",
];

/** Connects to the public internet alone, whatever a name resolves to. */
export const PUBLIC_NETWORK = { allow: ["public"], deny: NOT_PUBLIC };

/** For hosts that the operator opened for development: connects to this machine alone. Nothing else is sent this way, so that no name leads here. */
export const DEVELOPMENT_NETWORK = { allow: ["127.0.0.1/32", "::1/128"] };
