/*
 * X10 Is answered with what is no HTTP, half of it, or an upgrade that nobody asked for
 * wall: egress
 * ends: returns ["upstream_failed"]
 * limits: { "wallMs": 25000, "cpuMs": 1500 }
 */
export default async (input, env) => {
	const raws = [
		"", "\r\n\r\n", "garbage", "HTTP/0.9 200 OK\r\n\r\n", "HTTP/1.1 99 Low\r\n\r\n", "HTTP/1.1 20 Low\r\n\r\n", "HTTP/1.1 999 High\r\ncontent-length: 0\r\n\r\n", "HTTP/1.1 -1 Low\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\nx",
		"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nESCAPED\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nshort", "SSH-2.0-OpenSSH_9.9\r\n", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope", "\x16\x03\x01\x00\x05", "HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: 2\r\n\r\nok",
	];
	const said = await Promise.all(raws.map((raw) => env.web.fetch(`http://${input.upstream}/raw?base64=${encodeURIComponent(btoa(raw))}`).then(async (r) => `answered ${r.status} ${await r.text()} to ${JSON.stringify(raw.slice(0, 40))}`, (e) => e.code)));
	return [...new Set(said)];
};
