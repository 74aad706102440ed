/*
 * F01 Leaves something in the global object
 * wall: neighbours
 * ends: returns []
 */
export default async () => {
	const before = Object.keys(globalThis).filter((n) => n.startsWith("hostile"));
	globalThis.hostileMark = 1;
	return before;
};
