/*
 * M01 Asks for completions at once that together want more tokens than its grant has
 * wall: budget
 * ends: returns true
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const codes = await Promise.all(
		Array.from({ length: 20 }, () =>
			env.llm.complete({ prompt: "x", maxTokens: 15_000 }).then(
				() => "done",
				(error) => error.code,
			),
		),
	);
	const known = codes.every((code) => ["done", "budget_exceeded"].includes(code));
	return known && codes.includes("budget_exceeded");
};
