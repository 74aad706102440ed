/*
 * M08 Starts children at once that loop, beyond what its slice of the budget pays for
 * wall: budget
 * ends: contained
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) =>
	Promise.all(
		Array.from({ length: 12 }, () =>
			env.child.run({ input: { loop: true }, budget: { cpuMs: 100, wallMs: 1_000 } }).then(
				({ status, error }) => `${status} ${error?.code}`,
				(error) => error.code,
			),
		),
	);
