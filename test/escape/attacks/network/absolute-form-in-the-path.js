/*
 * X06 Puts a whole other URL where the path begins
 * wall: egress
 * ends: returns ["refused"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const paths = [`/http://${input.forbidden}/`, `/http:/${input.forbidden}/`, `//${input.forbidden}/`, `/..//${input.forbidden}/`, `/\\${input.forbidden}/`, `/%2f%2f${input.forbidden}/`, ` http://${input.forbidden}/`, `*`, `:80@${input.forbidden}/`];
	const said = await Promise.all(paths.map((path) => env.web.fetch(`http://${input.upstream}${path}`).then((r) => (new URL(r.url).host === input.upstream && r.url.startsWith(`http://${input.upstream}/`) && /^\/http:\/127/.test(new URL(r.url).pathname) ? "refused" : `ESCAPED ${r.url}`), (e) => (["egress_denied", "invalid_arguments"].includes(e.code) ? "refused" : String(e.code)))));
	return [...new Set(said)];
};
