/*
 * M04 Reads its budget, changes what it read, and lends a child more than it has in every unit there is
 * wall: budget
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const AMOUNTS = [-1, 0.5, 2 ** 53, 1e308, Number.NaN, Number.POSITIVE_INFINITY, "1", 1n, null, [1], { valueOf: () => 1 }];
const UNITS = ["runs", "calls", "cpuMs", "wallMs", "tokens", "egressBytes", "usdMicros"];
export default async (input, env) => {
	const read = await env.budget.remaining();
	for (const level of Object.values(read.levels ?? {})) for (const unit of UNITS) if (level[unit] !== undefined) level[unit] = 1e15;
	const lend = async (units, amount) => {
		const code = await env.child.run({ budget: Object.fromEntries(units.map((unit) => [unit, amount])) }).then(
			() => "taken",
			(error) => error.code,
		);
		return code === "invalid_arguments" ? [] : [`${units} ${String(amount)} ${code}`];
	};
	const tries = [...AMOUNTS.map((amount) => lend(UNITS, amount)), ...UNITS.flatMap((unit) => [lend([unit], -1), lend([unit], 2 ** 53)])];
	return (await Promise.all(tries)).flat();
};
