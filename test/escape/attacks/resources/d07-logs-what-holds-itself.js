/*
 * D07 Logs values that hold themselves, and values of every odd kind
 * wall: ledger
 * ends: returns 1
 */
export default async () => {
	const self = {};
	self.self = self;
	const map = new Map();
	map.set(map, [map]);
	console.log(self, map, Symbol("s"), 5n, -0, null, undefined, () => {}, class A {}, new WeakMap(), new Date(Number.NaN), new Error("e", { cause: self }), globalThis);
	return 1;
};
