/*
 * G02 Sends ten thousand arguments, and names that no method has
 * wall: boundary
 * ends: returns ["invalid_arguments"]
 */
export default async (_input, env) => {
	const codes = new Set();
	for (const args of [Array.from({ length: 10_000 }, () => "a"), [undefined, undefined, undefined, {}], [{ ["k".repeat(100_000)]: 1 }]])
		codes.add(await env.files.readText(...args).then(() => "ESCAPED", (error) => error.code));
	return [...codes];
};
