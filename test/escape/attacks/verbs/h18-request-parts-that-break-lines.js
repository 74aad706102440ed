/*
 * H18 Breaks the lines of a request by its method, its path, its headers and its body's type
 * wall: egress
 * ends: returns []
 * grants: ["web"]
 */
export default async (input, env) => {
	const url = `http://${input.upstream}/`;
	const tries = [
		[`${url}\r\nx: y`],
		[url, { method: "GET\r\nX: y" }],
		[url, { headers: { "a\r\nb": "c" } }],
		[url, { headers: { a: "b\r\nc: d" } }],
		[url, { headers: { a: "b\0c" } }],
		[url, { headers: [["host", input.forbidden]] }],
		[url, { headers: { "transfer-encoding": "chunked", "content-length": "0" }, method: "POST", body: "x" }],
		[url, { headers: { authorization: "Bearer forged" } }],
		[url, { headers: Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`h${index}`, "x"])) }],
		[url, { headers: { a: "x".repeat(100_000) } }],
		[`${url}${"a/".repeat(300)}`],
		[`${url}${"x".repeat(10_000)}`],
	];
	const ask = async (args, index) => {
		const said = await env.web.fetch(...args).then(
			({ status }) => `answered ${status}`,
			(error) => error.code ?? error.name,
		);
		const isRefused = ["invalid_arguments", "egress_denied", "TypeError"].includes(said) || /^answered [24]/.test(said);
		return isRefused ? [] : [`${index} ${said}`];
	};
	return (await Promise.all(tries.map(ask))).flat();
};
