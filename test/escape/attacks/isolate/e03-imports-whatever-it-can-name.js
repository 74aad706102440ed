/*
 * E03 Imports whatever it can name
 * wall: isolate
 * ends: returns []
 */
export default async () => {
	const got = [];
	for (const s of [
		"node:fs",
		"fs",
		"workerd:unsafe",
		"file:///etc/passwd",
		"https://evil.test/",
		"data:text/javascript,export default 1",
		"../../secret.js",
		"./main.js?x",
		"./%2e%2e/harness.js",
	]) {
		try {
			await import(s);
			got.push(s);
		} catch {}
	}
	return got;
};
