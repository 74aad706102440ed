/*
 * X13 Sends 100,000 headers, a header of 4 MB, and a URL of 4 MB
 * wall: egress
 * ends: returns ["refused"]
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const url = `http://${input.upstream}/`;
	const tries = [
		[url, { headers: Array.from({ length: 100_000 }, (_, index) => [`x-${index}`, "1"]) }],
		[url, { headers: { "x-a": "x".repeat(4_000_000) } }],
		[url + "x".repeat(4_000_000), {}],
		[url + "?" + "a=%20&".repeat(100_000), {}],
		[url + "a/".repeat(50_000), {}],
		[url, { headers: { ["x".repeat(100_000)]: "1" } }],
	];
	const said = await Promise.all(tries.map(([target, init]) => env.web.fetch(target, init).then((r) => `ESCAPED ${r.status}`, (e) => (["egress_denied", "invalid_arguments"].includes(e.code) ? "refused" : `${e.code} ${e.message}`))));
	return [...new Set(said)];
};
