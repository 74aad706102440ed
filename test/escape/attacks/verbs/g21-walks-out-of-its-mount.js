/*
 * G21 Walks out of its mount
 * wall: verbs
 * ends: returns ["file_denied", "file_not_found"]
 */
export default async (_input, env) => {
	const codes = new Set();
	for (const p of [
		"/workspace/output/../../etc/passwd",
		"/workspace/output/./a",
		"//workspace/output/a",
		"/workspace/output/%2e%2e/a",
		"/WORKSPACE/output/a",
		"/workspace/outputs/a",
		"/workspace/output\\..\\a",
		"/workspace/output/a\0",
		"file:///workspace/output/a",
		"/proc/self/environ",
		"",
	])
		codes.add(
			await env.files.readText(p).then(
				() => "ok",
				(e) => e.code,
			),
		);
	return [...codes].sort();
};
