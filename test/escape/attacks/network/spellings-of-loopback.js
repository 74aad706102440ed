/*
 * X02 Writes loopback in every way that a parser of URLs understands, at a port where somebody listens
 * wall: egress
 * ends: returns ["egress_denied","invalid_arguments"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const port = input.forbidden.split(":")[1];
	const hosts = [
		"127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "017700000001", "0177.0.0.1", "0177.0x0.0.1", "127.0.0.01", "127.127.127.127", "127.255.255.254", "0", "0x0", "00000000", "0.0.0.0",
		"localhost", "LOCALHOST", "LocalHost.", "a.localhost", "localhost.localdomain", "ｌocalhost", "①②⑦.0.0.1", "１２７.0.0.1", "127。0。0。1", "127．0．0．1", "127%2e0%2e0%2e1", "%6cocalhost", "1270.0.1", "127.0.0.1%00", "127.0.0.1%2f", "127.0.0.1\t", "12\n7.0.0.1",
	];
	const said = await Promise.all(hosts.flatMap((host) => [fetch, env.web.fetch].map((go) => go(`http://${host}:${port}/`).then((r) => "ESCAPED " + r.status, (e) => e.code))));
	return [...new Set(said)].sort();
};
