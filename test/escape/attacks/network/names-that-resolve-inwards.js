/*
 * H06 Uses public names that resolve to whatever address they are spelt after
 * wall: egress
 * ends: returns ["egress_denied"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const port = input.forbidden.split(":")[1];
	const names = ["127.0.0.1.nip.io", "127-0-0-1.sslip.io", "7f000001.nip.io", "localtest.me", "lvh.me", "vcap.me", "10.0.0.1.xip.io", "169.254.169.254.nip.io", "spoofed.burpcollaborator.net", "localhost.example.com", "127.0.0.1.example.com"];
	const said = await Promise.all(names.flatMap((name) => [fetch, env.web.fetch].map((go) => go(`http://${name}:${port}/`).then((r) => "ESCAPED " + r.status, (e) => e.code))));
	return [...new Set(said)];
};
