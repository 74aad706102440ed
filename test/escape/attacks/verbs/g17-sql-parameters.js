/*
 * G17 Binds too many parameters, numbers of none, and values of wrong kinds
 * wall: verbs
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const growing = new ArrayBuffer(8, { maxByteLength: 1 << 20 });
	const tries = {
		million: () => env.sales.query("select 1", Array.from({ length: 90_000 }, () => 1)),
		far: () => env.sales.query("select ?999999999", [1]),
		negative: () => env.sales.query("select ?-1", [1]),
		few: () => env.sales.query("select ?, ?, ?", [1]),
		named: () => env.sales.query("select :a, @b, $c", { a: 1 }),
		nan: () => env.sales.query("select ?", [Number.NaN]),
		object: () => env.sales.query("select ?", [{ toString: () => "x" }]),
		array: () => env.sales.query("select ?", [[1]]),
		date: () => env.sales.query("select ?", [new Date(Number.NaN)]),
		huge: () => env.sales.query("select ?", [10n ** 30n]),
		bytes: () => env.sales.query("select typeof(?)", [new Uint8Array(growing)]),
		surrogate: () => env.sales.query("select ?", ["\ud800"]),
		nul: () => env.sales.query("select length(?)", ["a\0b"]),
		long: () => env.sales.query("select length(?)", ["x".repeat(900_000)]),
	};
	const odd = await Promise.all(
		Object.entries(tries).map(async ([name, attempt]) => {
			const code = await attempt().then(
				() => "answered",
				(error) => error.code,
			);
			return ["answered", "invalid_arguments", "sql_denied", "sql_limit_exceeded"].includes(code) ? [] : [`${name} ${code}`];
		}),
	);
	return odd.flat();
};
