/*
 * X03 Puts line breaks, NULs and other octets into names and values of headers
 * wall: egress
 * ends: returns [["invalid_arguments"],"none seen"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const url = `http://${input.upstream}/echo`;
	const go = (headers, init = {}) => env.web.fetch(url, { headers, ...init }).then((r) => `ESCAPED ${r.status} ${JSON.stringify(headers)}`, (e) => e.code);
	const values = ["a\r\nx-smuggled: 1", "a\nx-smuggled: 1", "a\rx", "a\0b", "a\u0085b", "a\u2028b", "\u560a\u560dx: 1", "a\u010ax-smuggled: 1", "é", "a\u007f"];
	const names = ["x\r\nx-smuggled", "x-a: 1\r\nx-smuggled", "x smuggled", "x-smuggled:", "", "x\0", "x(y)", "x\u212a"];
	const said = await Promise.all([
		...values.flatMap((bad) => [go({ "x-a": bad }), go([["x-a", bad]])]),
		...names.map((bad) => go([[bad, "1"]])),
		go({}, { method: "POST", body: "x", headers: { "content-type": "text/plain\r\nx-smuggled: 1" } }),
	]);
	const seen = await env.web.fetch(url, { headers: { "x-a": "  padded\t" } }).then((r) => r.json());
	return [[...new Set(said)], "x-smuggled" in seen.headers ? "ESCAPED" : "none seen"];
};
