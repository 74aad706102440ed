/*
 * H16 Has an allowed host redirect to private addresses, other ports, other schemes and user names, with every status
 * wall: egress
 * ends: returns ["egress_denied"]
 * limits: { "wallMs": 25000, "cpuMs": 1500 }
 */
export default async (input, env) => {
	const targets = [`http://${input.forbidden}/`, `//${input.forbidden}/`, `http://169.254.169.254/latest/`, `http://localhost:${input.forbidden.split(":")[1]}/`, `http://[::1]:${input.forbidden.split(":")[1]}/`, `http://u:p@${input.upstream}/`, `http://${input.upstream}@${input.forbidden}/`, `https://${input.upstream}/`, "file:///etc/passwd", "data:text/plain,ESCAPED", "javascript:1", `\\\\${input.forbidden}\\`, `http:\\\\${input.forbidden}`, "http://evil.test/"];
	const said = await Promise.all(targets.flatMap((target) => [301, 302, 303, 307, 308].map((status) => env.web.fetch(`http://${input.upstream}/redirect?status=${status}&to=${encodeURIComponent(target)}`).then((r) => `ESCAPED ${r.status} ${r.url}`, (e) => e.code))));
	return [...new Set(said)];
};
