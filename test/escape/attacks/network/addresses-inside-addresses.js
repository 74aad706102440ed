/*
 * H05 Writes loopback as an IPv6 address that carries an IPv4 one, at a port where somebody listens
 * wall: egress
 * ends: returns ["egress_denied"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const port = input.forbidden.split(":")[1];
	const hosts = [
		"::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:127.0.0.1", "::ffff:0:127.0.0.1", "::ffff:0:7f00:1", "64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:7f00:1::1",
		"2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "::127.0.0.1", "::7f00:1", "::1", "0:0:0:0:0:0:0:1", "fe80::5efe:7f00:1", "2607:f8b0::5efe:127.0.0.1", "2607:f8b0::200:5efe:127.0.0.1",
	];
	const said = await Promise.all(hosts.flatMap((host) => [fetch, env.web.fetch].map((go) => go(`http://[${host}]:${port}/`).then((r) => "ESCAPED " + r.status, (e) => e.code))));
	return [...new Set(said)];
};
