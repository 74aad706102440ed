/*
 * X08 Has itself redirected in circles, and hides the last step behind many allowed ones
 * wall: egress
 * ends: returns ["upstream_failed","egress_denied",302]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const step = (to) => `http://${input.upstream}/redirect?to=${encodeURIComponent(to)}`;
	const circle = await env.web.fetch(`http://${input.upstream}/circle`).then((r) => "ESCAPED " + r.status, (e) => e.code);
	const hidden = await env.web.fetch(step(step(step(`http://${input.forbidden}/`)))).then((r) => "ESCAPED " + r.status, (e) => e.code);
	const shown = await env.web.fetch(step(`http://${input.forbidden}/`), { redirect: "manual" });
	return [circle, hidden, shown.status];
};
