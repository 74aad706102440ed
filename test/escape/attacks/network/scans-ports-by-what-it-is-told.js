/*
 * H27 Compares what it is told of open, closed and private ports, in words
 * wall: egress
 * ends: returns [1,1]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const [host, open] = input.forbidden.split(":");
	const say = (url) => env.web.fetch(url).then((r) => "ESCAPED " + r.status, (e) => `${e.code} ${e.message} ${e.hint}`.replaceAll(/:?\d{2,5}/g, "#"));
	const denied = new Set();
	for (const port of [open, 11, 22, 65535]) denied.add(await say(`http://${host}:${port}/`));
	const failed = new Set();
	for (const raw of ["", "garbage", "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n"]) failed.add(await say(`http://${input.upstream}/raw?base64=${encodeURIComponent(btoa(raw))}`));
	return [denied.size, failed.size];
};
