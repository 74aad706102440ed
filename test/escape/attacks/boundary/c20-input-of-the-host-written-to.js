/*
 * C20 Writes to its input, its env and what calls gave it, and asks again
 * wall: boundary
 * ends: returns [true,1]
 */
export default async (input, env) => {
	input.neighbour = "changed";
	await env.state.put("kept", { n: 1 });
	const first = await env.state.get("kept");
	first.n = 2;
	Object.setPrototypeOf(first, env);
	return [input.neighbour === "changed", (await env.state.get("kept")).n];
};
