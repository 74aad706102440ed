/*
 * C05 Sends Maps and Sets whose size, order and walk are its own
 * wall: boundary
 * ends: returns [[["a",1]],[2],0]
 */
export default async (input, env) => {
	let called = 0;
	const lie = () => {
		called += 1;
		return [];
	};
	class Liar extends Map {
		forEach = lie;
		entries = lie;
		get size() {
			return lie().length;
		}
		[Symbol.iterator] = lie;
	}
	const map = new Liar();
	Map.prototype.set.call(map, "a", 1);
	const set = new Set([2]);
	for (const key of ["forEach", "values", "size"]) Object.defineProperty(set, key, { value: lie });
	await env.state.put("map", { map, set });
	const back = await env.state.get("map");
	return [[...back.map], [...back.set], called];
};
