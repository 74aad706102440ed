/*
 * H19 Is answered with more bytes, more headers and more unpacked bytes than a call may bring
 * wall: egress
 * ends: returns ["response_too_large","response_too_large","response_too_large","response_too_large","upstream_failed"]
 * limits: { "cpuMs": 1500, "wallMs": 25000 }
 */
export default async (input, env) => {
	const paths = ["/big?bytes=9000000", "/bomb?as=gzip&bytes=6000000", "/bomb?as=br&bytes=6000000", "/many?headers=1000", "/packed?as=deflate"];
	const said = await Promise.all(paths.map((path) => env.web.fetch(`http://${input.upstream}${path}`).then(async (r) => `ESCAPED ${(await r.arrayBuffer()).byteLength}`, (e) => e.code)));
	return said;
};
