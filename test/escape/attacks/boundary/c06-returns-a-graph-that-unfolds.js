/*
 * C06 Returns a graph that unfolds to gigabytes
 * wall: boundary
 * ends: result_too_large
 */
export default async () => {
	let a = ["x".repeat(1000)];
	for (let i = 0; i < 50; i++) a = [a, a];
	return a;
};
