/*
 * C13 Makes calls in getters of arguments that are being encoded, and in getters of those
 * wall: boundary
 * ends: returns [{"deep":"none"},3]
 */
export default async (input, env) => {
	let calls = 0;
	const nested = (depth) => ({
		get deep() {
			calls += 1;
			if (depth > 0) env.state.put(`nested${depth}`, nested(depth - 1)).catch(() => undefined);
			return "none";
		},
	});
	await env.state.put("nested", nested(2));
	return [await env.state.get("nested"), calls];
};
