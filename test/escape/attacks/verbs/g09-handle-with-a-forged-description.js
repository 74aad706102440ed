/*
 * G09 Gives its own handle with a size, a type and a name that are not its content's
 * wall: verbs
 * ends: returns ["own",3]
 */
export default async (input, env) => {
	await env.files.writeText("/workspace/output/own.txt", "own");
	const own = await env.files.handle("/workspace/output/own.txt");
	await env.files.write("/workspace/output/copy.txt", { ...own, size: 1e12, type: "text/html\r\nx: y", name: "/etc/passwd", then: 1, key: "tenants/other" });
	const { bytes, size } = await env.files.stat("/workspace/output/copy.txt");
	return [await env.files.readText("/workspace/output/copy.txt"), bytes ?? size];
};
