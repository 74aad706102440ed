/*
 * C06 Returns 33 MiB
 * wall: boundary
 * ends: result_too_large
 */
export default async () => {
	return "x".repeat(33 << 20);
};
