/*
 * H20 Is answered with lengths that contradict each other and with a second answer behind the first, then asks for something else
 * wall: egress
 * ends: returns ["{\"ok\":true}"]
 * limits: { "wallMs": 25000, "cpuMs": 1500 }
 */
export default async (input, env) => {
	const raws = [
		"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nESCAPED",
		"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nESCAPED",
		"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 30\r\n\r\nokHTTP/1.1 200 OK\r\n\r\nESCAPED",
		"HTTP/1.1 204 No Content\r\ncontent-length: 7\r\n\r\nESCAPED",
		"HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nESCAPED",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nESCAPED",
	];
	const said = [];
	for (const raw of raws) {
		await env.web.fetch(`http://${input.upstream}/raw?base64=${encodeURIComponent(btoa(raw))}`).then((r) => r.text()).catch(() => 0);
		for (let again = 0; again < 1; again += 1) said.push(await (await env.web.fetch(`http://${input.upstream}/plain`)).text());
	}
	return [...new Set(said)];
};
