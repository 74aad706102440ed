/*
 * G03 Calls a tool with arguments that pollute, extend or leave out what its schema names
 * wall: verbs
 * ends: returns ["invalid_arguments"]
 * grants: ["tool"]
 */
export default async (input, env) => {
	const codes = new Set();
	for (const args of [
		[],
		[{}],
		[{ text: 1 }],
		[{ text: { toString: "x" } }],
		[JSON.parse('{"text":"x","__proto__":{"a":1}}')],
		[["x"]],
		["x"],
		[{ text: "x" }, { text: "y" }],
		[new Map([["text", "x"]])],
		[{ text: "x".repeat(1 << 20) }],
	])
		codes.add(await env.tool.echo(...args).then(() => `ESCAPED ${JSON.stringify(args).slice(0, 40)}`, (error) => error.code));
	return [...codes];
};
