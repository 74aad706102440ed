/*
 * M02 Writes an entry at the same version many times at once, and counts how often that was done
 * wall: verbs
 * ends: returns [1,1]
 */
export default async (input, env) => {
	await env.state.delete("raced").catch(() => undefined);
	const put = (ifVersion) => (_, index) => env.state.put("raced", index, { ifVersion }).then(() => 1, () => 0);
	const sum = (list) => list.reduce((a, b) => a + b, 0);
	const first = await Promise.all(Array.from({ length: 10 }, put(null)));
	const { version } = await env.state.getEntry("raced");
	const second = await Promise.all(Array.from({ length: 10 }, put(version)));
	return [sum(first), sum(second)];
};
