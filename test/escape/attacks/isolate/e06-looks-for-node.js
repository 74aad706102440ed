/*
 * E06 Looks for Node
 * wall: isolate
 * ends: returns []
 */
export default async () => {
	return [
		typeof process,
		typeof Buffer,
		typeof require,
		typeof module,
		typeof Deno,
		typeof Bun,
		typeof __dirname,
	].filter((t) => t !== "undefined");
};
