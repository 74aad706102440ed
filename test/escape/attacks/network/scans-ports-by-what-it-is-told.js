/*
 * H27 Compares what it is told of open, closed and private ports, in words
 * wall: egress
 * ends: returns [1,1]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const [host, open] = input.forbidden.split(":");
	const once = (url) => env.web.fetch(url).then((r) => "ESCAPED " + r.status, (e) => `${e.code} ${e.message} ${e.hint}`.replaceAll(/:?\d{2,5}/g, "#"));
	// A machine that is too busy to answer in time says nothing of a port.
	const say = async (url, tries = 2) => { const said = await once(url); return said.startsWith("upstream_timeout") && tries > 1 ? say(url, tries - 1) : said; };
	const denied = new Set();
	for (const port of [open, 11, 22, 65535]) denied.add(await say(`http://${host}:${port}/`));
	const failed = new Set();
	for (const raw of ["", "garbage", "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n"]) failed.add(await say(`http://${input.upstream}/raw?base64=${encodeURIComponent(btoa(raw))}`));
	return [denied.size, failed.size];
};
