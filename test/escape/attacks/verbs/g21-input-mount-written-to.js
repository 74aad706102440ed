/*
 * G21 Writes, moves, copies, appends and deletes where it may only read
 * wall: grants
 * ends: returns ["file_denied"]
 */
export default async (input, env) => {
	await env.files.writeText("/workspace/output/a", "x");
	const own = await env.files.handle("/workspace/output/a");
	const codes = new Set();
	for (const each of await Promise.allSettled([
		env.files.writeText("/workspace/input/a", "x"),
		env.files.append("/workspace/input/a", "x"),
		env.files.copy("/workspace/output/a", "/workspace/input/a"),
		env.files.move("/workspace/output/a", "/workspace/input/a"),
		env.files.write("/workspace/input/a", own),
		env.files.delete("/workspace/input"),
		env.files.delete("/workspace/input/a"),
	]))
		codes.add(each.status === "fulfilled" ? "ESCAPED" : each.reason.code);
	return [...codes];
};
