/*
 * N08 Clones errors whose prototypes have setters and whose names are other errors', and reads them back
 * wall: isolate
 * ends: contained
 */
export default () => {
	let sets = 0;
	for (const Kind of [Error, TypeError, RangeError, AggregateError]) {
		for (const key of ["message", "stack", "cause", "name", "errors"]) {
			Object.defineProperty(Kind.prototype, key, {
				configurable: true,
				get: () => "x",
				set() {
					sets += 1;
					Object.setPrototypeOf(this, null);
				},
			});
		}
	}
	const said = [];
	for (const name of ["Error", "TypeError", "DOMException", "__proto__", "x".repeat(1e5)]) {
		const error = new RangeError("m", { cause: new Proxy({}, { getPrototypeOf: () => Error.prototype }) });
		try {
			Object.defineProperty(error, "name", { value: name });
			const back = structuredClone(error);
			said.push(Object.prototype.toString.call(back));
		} catch (thrown) {
			said.push(typeof thrown);
		}
	}
	return [said, sets >= 0];
};
