/*
 * X40 Makes three hundred calls at once
 * wall: grants
 * ends: returns true
 * limits: { "cpuMs": 3000, "wallMs": 24000, "calls": 100 }
 */
export default async (_input, env) => {
	const codes = {};
	await Promise.all(
		Array.from({ length: 300 }, (_, i) =>
			env.files.exists(`/workspace/output/${i}`).then(
				() => "ok",
				(error) => error.code,
			).then((code) => {
				codes[code] = (codes[code] ?? 0) + 1;
			}),
		),
	);
	return codes.ok <= 100 && Object.keys(codes).every((code) => ["ok", "calls_exceeded"].includes(code));
};
