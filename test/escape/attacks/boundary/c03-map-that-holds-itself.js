/*
 * C03 Returns a Map that is its own key, in a Set that is in the Map
 * wall: boundary
 * ends: result_not_serializable
 */
export default () => {
	const map = new Map();
	const set = new Set([map]);
	map.set(map, set);
	return map;
};
