/*
 * G24 Signs lists, objects, bytes by the megabyte, half a surrogate pair and what reads itself as text
 * wall: verbs
 * ends: returns ["invalid_arguments"]
 */
export default async (input, env) => {
	const codes = new Set();
	for (const payload of [["a", "b"], { a: 1 }, null, undefined, 7, 1n, "x".repeat(300_000), new Uint8Array(300_000), "\ud800", { toString: () => "x" }, new Date(0)])
		codes.add(await env.signer.sign(payload).then(() => `ESCAPED ${typeof payload}`, (error) => error.code));
	return [...codes];
};
