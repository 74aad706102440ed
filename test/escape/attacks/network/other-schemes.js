/*
 * H13 Asks for other schemes than the one that is granted
 * wall: egress
 * ends: returns ["refused"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const targets = [
		`https://${input.upstream}/`, `ws://${input.upstream}/`, `wss://${input.upstream}/`, `ftp://${input.upstream}/`, "file:///etc/passwd", "file://localhost/etc/passwd", "data:text/plain,ESCAPED", "blob:null/00000000-0000-0000-0000-000000000000", "javascript:1", "about:blank",
		`gopher://${input.forbidden}/_GET`, `dict://${input.forbidden}/`, `unix:/run/control.sock`, `http+unix://%2frun%2fx.sock/`, `view-source:http://${input.upstream}/`, `jar:http://${input.forbidden}/!/`, `feed:http://${input.forbidden}/`, `cloudflare-internal://x/`, `node:fs`,
	];
	const said = await Promise.all(targets.flatMap((target) => [fetch, env.web.fetch].map((go) => go(target).then(async (r) => `ESCAPED ${target} ${await r.text()}`, (e) => (["egress_denied", "invalid_arguments"].includes(e.code) ? "refused" : String(e.code))))));
	try { said.push(await env.web.fetch(URL.createObjectURL(new Blob(["x"]))).then((r) => `ESCAPED ${r.status}`, () => "refused")); } catch {}
	return [...new Set(said)];
};
