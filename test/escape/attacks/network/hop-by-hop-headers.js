/*
 * X04 Sends headers of the connection: lengths that are wrong, chunked that is not, names that a proxy would drop
 * wall: egress
 * ends: returns [["5",null,null,null,"identity"],"hello"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const headers = { "content-length": "0", "transfer-encoding": "chunked", connection: "authorization, x-keep", te: "trailers", trailer: "x", "keep-alive": "timeout=5", expect: "100-continue", "accept-encoding": "gzip" };
	const response = await env.web.fetch(`http://${input.upstream}/echo`, { method: "POST", body: "hello", headers });
	const seen = await response.json();
	const at = (name) => seen.headers[name] ?? null;
	if (at("authorization") === null) return "ESCAPED: the credential was dropped on the way";
	return [[at("content-length"), at("transfer-encoding"), at("te"), at("expect"), at("accept-encoding")], seen.body];
};
