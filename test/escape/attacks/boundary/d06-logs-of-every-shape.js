/*
 * D06 Logs proxies, getters, cycles, symbols, huge Maps, sparse arrays and classes with hostile names
 * wall: ledger
 * ends: returns "logged"
 */
export default () => {
	const cycle = [];
	cycle.push(cycle, new Map([[cycle, cycle]]));
	const named = { constructor: { name: { toString: () => "ESC" } }, [Symbol.toStringTag]: "\u001b[31m" };
	class Evil {
		static name = new Proxy({}, { get: () => () => "ESC" });
		get [Symbol.toStringTag]() {
			throw 1;
		}
	}
	const holes = [];
	holes[4e9] = 1;
	const values = [cycle, named, new Evil(), holes, new Map(Array.from({ length: 1e5 }, (_, index) => [index, cycle])), Object.create(new Proxy({}, {}))];
	values.push(Symbol("s"), 1n, -0, new Uint8Array(1e6), new Error("x", { cause: cycle }), Object.create(null), new (class extends Array {})(5), () => {}, class {});
	for (const value of values) for (const method of ["log", "dir", "table", "error", "assert"]) console[method]?.(value);
	return "logged";
};
