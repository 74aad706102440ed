/*
 * G33 Changes its arguments after the call has begun
 * wall: boundary
 * ends: returns ["first",{"amount":1},200]
 */
export default async (input, env) => {
	const bytes = new TextEncoder().encode("first");
	const value = { amount: 1 };
	const url = new URL(`http://${input.upstream}/`);
	const init = { method: "GET", headers: { a: "b" } };
	const begun = [
		env.files.writeBytes("/workspace/output/bytes", bytes),
		env.files.writeJson("/workspace/output/value.json", value),
		env.web.fetch(url, init),
	];
	bytes.fill(88);
	value.amount = 1e9;
	url.host = input.forbidden;
	init.method = "DELETE";
	init.headers.a = "c";
	const [, , { status }] = await Promise.all(begun);
	return [await env.files.readText("/workspace/output/bytes"), await env.files.readJson("/workspace/output/value.json"), status];
};
