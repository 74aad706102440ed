/*
 * G05 Sends its env
 * wall: boundary
 * ends: returns ["invalid_arguments"]
 */
export default async (_input, env) => {
	const codes = [];
	for (const a of [env, env.files, env.files.readText, globalThis])
		codes.push(
			await env.files.writeJson("/workspace/output/a", a).then(
				() => "ok",
				(e) => e.code,
			),
		);
	return [...new Set(codes)];
};
