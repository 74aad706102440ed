/*
 * G04 Sends functions
 * wall: boundary
 * ends: returns [0, ["invalid_arguments", "invalid_arguments", "invalid_arguments", "invalid_arguments", "invalid_arguments", "invalid_arguments"]]
 */
export default async (_input, env) => {
	let called = 0;
	const f = Object.assign(
		() => {
			called++;
		},
		{
			toString() {
				called++;
			},
			toJSON() {
				called++;
				return "x";
			},
		},
	);
	const codes = [];
	for (const a of [
		f,
		{ f },
		[f],
		new Map([[1, f]]),
		{ then: f },
		{
			get a() {
				return f;
			},
		},
	])
		codes.push(
			await env.files.writeJson("/workspace/output/a", a).then(
				() => "ok",
				(e) => e.code,
			),
		);
	return [called, codes];
};
