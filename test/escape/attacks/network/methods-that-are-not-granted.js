/*
 * H15 Uses methods that the grant does not name, and asks for them by headers
 * wall: egress
 * ends: returns [["egress_denied","invalid_arguments"],["egress_denied"]]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const go = (init) => env.web.fetch(`http://${input.upstream}/method`, init).then((r) => "ESCAPED " + r.status, (e) => e.code);
	const methods = ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "put", "pAtCh", "TRACE", "CONNECT", "TRACK", "PROPFIND", "GET ", " GET", "GET\r\nX: 1", "GET /x HTTP/1.1", "PURGE", "M-SEARCH", "QUERY", "", "GＥT"];
	const headers = ["x-http-method-override", "X-HTTP-Method", "x-method-override", "x-original-url", "x-rewrite-url", "X-Original-Method"];
	const first = await Promise.all(methods.map((method) => go({ method })));
	const second = await Promise.all(headers.map((name) => go({ method: "POST", body: "x", headers: { [name]: "DELETE" } })));
	return [[...new Set(first)].sort(), [...new Set(second)]];
};
