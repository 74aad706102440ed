/*
 * X05 Sets the headers by which a far side tells host, route and caller
 * wall: egress
 * ends: returns ["egress_denied"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const names = ["host", "Host", ":authority", "x-forwarded-for", "X-Forwarded-Host", "x-forwarded-proto", "forwarded", "via", "x-real-ip", "true-client-ip", "cf-connecting-ip", "cf-worker", "x-client-ip", "x-cluster-client-ip", "x-original-host", "proxy-authorization", "proxy-connection", "client-ip", "max-forwards", "upgrade", "authorization", "Authorization", "AUTHORIZATION"];
	const said = await Promise.all(names.flatMap((name) => [{ [name]: input.forbidden }, [[name, input.forbidden]], new Map([[name, "x"]])].map((headers) => env.web.fetch(`http://${input.upstream}/echo`, { headers }).then(async (r) => ((await r.text()).includes(input.forbidden) ? "ESCAPED " + name : "not sent"), (e) => e.code))));
	const odd = said.filter((each) => !["egress_denied", "invalid_arguments", "not sent"].includes(each));
	return odd.length > 0 ? odd : [said[0]];
};
