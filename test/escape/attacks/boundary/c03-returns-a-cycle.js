/*
 * C03 Returns a cycle
 * wall: boundary
 * ends: result_not_serializable
 */
export default async () => {
	const a = {};
	a.a = a;
	return a;
};
