/*
 * G20 Makes many files
 * wall: verbs
 * ends: returns ["ok", "quota_exceeded"]
 * limits: { "cpuMs": 5000, "wallMs": 20000 }
 */
export default async (_input, env) => {
	const codes = new Set();
	for (let i = 0; i < 210; i += 10)
		await Promise.all(
			Array.from({ length: 10 }, (_, j) =>
				env.files
					.writeText("/workspace/output/" + (i + j), "")
					.then(
						() => "ok",
						(e) => e.code,
					)
					.then((c) => codes.add(c)),
			),
		);
	return [...codes].sort();
};
