/*
 * F01 Looks for what was left there
 * wall: neighbours
 * ends: returns []
 */
export default async () => {
	const before = Object.keys(globalThis).filter((n) => n.startsWith("hostile"));
	globalThis.hostileMark = 2;
	return before;
};
