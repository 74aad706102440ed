/*
 * C06 Returns characters that grow when escaped
 * wall: boundary
 * ends: result_too_large
 */
export default async () => {
	return "\u0001".repeat(1 << 19);
};
