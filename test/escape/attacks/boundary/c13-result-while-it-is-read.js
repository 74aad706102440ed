/*
 * C13 Changes its result in getters while the result is read: deletes, grows, swaps, freezes
 * wall: boundary
 * ends: contained
 */
export default () => {
	const result = { a: 1, get b() { delete result.c; result.d = 4; result.list.length = 0; Object.setPrototypeOf(result, Map.prototype); return 2; }, c: 3, list: [1, 2, 3] };
	const list = [0, 1, 2, 3];
	Object.defineProperty(list, 0, { enumerable: true, get: () => { list.length = 1; list.push(() => "ESCAPED"); return 0; } });
	return [result, list];
};
