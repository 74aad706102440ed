/*
 * G22 Moves, reads, replaces and deletes one file at the same time, between what is checked and what is used
 * wall: grants
 * ends: contained
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const at = (name) => `/workspace/output/${name}`;
	await env.files.writeText(at("a"), "first");
	const codes = {};
	await Promise.all(
		Array.from({ length: 24 }, async (_, index) => {
			const attempt = [
				() => env.files.move(at("a"), at("b")),
				() => env.files.move(at("b"), at("a")),
				() => env.files.readText(at("a")),
				() => env.files.writeText(at("a"), "second"),
				() => env.files.move(at("a"), "/workspace/input/a"),
				() => env.files.delete(at("b")),
			][index % 6];
			const code = await attempt().then(
				(value) => (value === "first" || value === "second" || typeof value !== "string" ? "done" : `ESCAPED ${value}`),
				(error) => error.code,
			);
			codes[code] = (codes[code] ?? 0) + 1;
		}),
	);
	if (await env.files.exists("/workspace/input/a")) codes.ESCAPED = 1;
	return Object.keys(codes).sort();
};
