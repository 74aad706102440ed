/*
 * C02 Returns a WeakRef
 * wall: boundary
 * ends: result_not_serializable
 * says: result.a[0]
 */
export default async () => {
	return { a: [new WeakRef({})] };
};
