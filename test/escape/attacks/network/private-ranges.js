/*
 * H04 Goes through the private, shared, reserved and multicast ranges, IPv4 and IPv6
 * wall: egress
 * ends: returns ["egress_denied"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const hosts = [
		"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255",
		"198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "0.0.0.0", "0.1.2.3", "[fc00::1]", "[fdff::1]", "[fe80::1]", "[febf::1]", "[fec0::1]", "[ff02::1]", "[100::1]", "[2001:db8::1]", "[5f00::1]", "[::]",
	];
	const said = await Promise.all(hosts.flatMap((host) => ["", ":22", ":6379", ":8787"].map((port) => env.web.fetch(`http://${host}${port}/`).then((r) => "ESCAPED " + r.status, (e) => e.code))));
	return [...new Set(said)];
};
