/*
 * A07 Asks for whole numbers of gigabytes
 * wall: memory
 * ends: returns ["RangeError", "RangeError", "RangeError"]
 */
export default async () => {
	const said = [];
	for (const make of [() => 1n << (1n << 40n), () => 2n ** (2n ** 40n), () => BigInt.asUintN(2 ** 40, -1n)]) {
		try {
			make();
			said.push("made");
		} catch (error) {
			said.push(error.name);
		}
	}
	return said;
};
