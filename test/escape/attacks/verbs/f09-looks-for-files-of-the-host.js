/*
 * F09 Looks for files of the host
 * wall: verbs
 * ends: returns ["file_denied", "file_denied", "file_denied"]
 */
export default async (_input, env) => {
	const got = [];
	for (const p of ["/proc/self/environ", "/etc/passwd", "/workspace/../etc/passwd"])
		got.push(
			await env.files.readText(p).then(
				() => "read",
				(e) => e.code,
			),
		);
	return got;
};
