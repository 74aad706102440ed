/*
 * A14 Calls functions with more arguments than a stack has room for
 * wall: isolate
 * ends: returns ["RangeError", "RangeError", "RangeError"]
 */
export default async () => {
	const many = Array.from({ length: 2_000_000 }, () => 0);
	const said = [];
	for (const call of [() => Math.max(...many), () => String.fromCharCode.apply(null, many), () => Reflect.construct(Array, many)]) {
		try {
			call();
			said.push("called");
		} catch (error) {
			said.push(error.name);
		}
	}
	return said;
};
