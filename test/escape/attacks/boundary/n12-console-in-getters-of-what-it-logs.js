/*
 * N12 Logs in getters of what is logged, and changes the console meanwhile
 * wall: boundary
 * ends: returns true
 */
export default () => {
	let deep = 0;
	const value = {
		get a() {
			deep += 1;
			if (deep < 2_000) console.log(value, "x".repeat(1_000));
			console.group("g");
			globalThis.console = { log: () => "ESCAPED" };
			return value;
		},
	};
	const { log } = console;
	log(value, { toString: () => log(value) }, new Map([[value, value]]), new Proxy(value, { get: () => log(value) }));
	return true;
};
