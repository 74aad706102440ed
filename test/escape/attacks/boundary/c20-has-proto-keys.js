/*
 * C20 Has __proto__ keys
 * wall: boundary
 * ends: returns {"$object": [["__proto__", {"polluted": 1}], ["constructor", {"prototype": {}}]]}
 */
export default async () => {
	return JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {}}}');
};
