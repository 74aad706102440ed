/*
 * G02 Sends arguments of the wrong kind
 * wall: grants
 * ends: returns ["invalid_arguments"]
 */
export default async (_input, env) => {
	const codes = new Set();
	for (const a of [
		[],
		[1],
		[{}],
		[null],
		["a", "b"],
		[Array(1000).fill("x")],
		[{ path: "/workspace/output/a" }],
		[new Map()],
		[5n],
	])
		codes.add(
			await env.files.readText(...a).then(
				() => "ok",
				(e) => e.code,
			),
		);
	return [...codes].sort();
};
