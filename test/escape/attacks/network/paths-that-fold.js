/*
 * H14 Writes paths that a far side would read otherwise than the guard
 * wall: egress
 * ends: returns ["refused","/b","/a/b"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const paths = ["/a%2fb", "/a/%2e%2e/b", "/a/%2E./b", "/a%2Fb", "/a%5cb", "/a\\b", "/a/..%2f..%2fb", "/a%252fb", "/a%25252e", "//b", "/a//b", "/a;x=1/b", "/a%00b", "/a%0d%0ab", "/a%7f", "/a\u0000b", "/a\u000bb"];
	const said = await Promise.all(paths.flatMap((path) => [fetch, env.web.fetch].map((go) => go(`http://${input.upstream}${path}`).then((r) => new URL(r.url).pathname, (e) => (["egress_denied", "invalid_arguments"].includes(e.code) ? "refused" : String(e.code))))));
	return [...new Set(said)];
};
