/*
 * X28 Duplicates a stub
 * wall: isolate
 * ends: returns ["undefined", "undefined", "undefined", "function"]
 */
export default async (_input, env) => {
	return [
		typeof env.files.dup,
		typeof env.files[Symbol.dispose],
		typeof env.files.readText.dup,
		typeof structuredClone,
	];
};
