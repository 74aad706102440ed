/*
 * C04 Forges tags
 * wall: boundary
 * ends: returns {"$object": [["$date", "x"], ["a", {"$object": [["$bytes", 5]]}], ["b", {"$object": [["$object", 1]]}]]}
 */
export default async () => {
	return { $date: "x", a: { $bytes: 5 }, b: { $object: 1 } };
};
