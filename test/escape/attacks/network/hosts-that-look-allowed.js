/*
 * H10 Puts the allowed host before, behind and inside other names
 * wall: egress
 * ends: returns ["egress_denied"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const [host, port] = input.upstream.split(":");
	const targets = [
		`http://${host}.evil.test:${port}/`, `http://x${host}:${port}/`, `http://${host}x:${port}/`, `http://evil.test/${host}:${port}/`, `http://evil.test:${port}/?${host}`, `http://evil.test:${port}/#${input.upstream}`,
		`http://a.${host}:${port}/`, `http://${host}.:1${port}/`, `http://evil.test:${port}\\.${host}/`, `http://${host},evil.test:${port}/`, `http://evil.test%00.${host}:${port}/`, `http://${host}%20.evil.test:${port}/`, `http://${host}-evil.test:${port}/`,
	];
	const said = await Promise.all(targets.flatMap((target) => [fetch, env.web.fetch].map((go) => go(target).then((r) => "ESCAPED " + r.status, (e) => (e.code === "invalid_arguments" ? "egress_denied" : e.code)))));
	return [...new Set(said)];
};
